// Tools as outside systems are: they refuse, break before or after they have acted, hang, drip, lose the
// connection; some recognise a key. What they did is the third book.
//
// Each tool is called "shop.CLASS", with the argument `item`; an item is ordered once. What a remote system
// does goes on when the process that asked has died. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/turns/memory_store.hpp"
#include "server/turns/ports.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/timeline.hpp"

namespace parley::simulation {

// What the outside systems know of an item.
struct Ordered {
  std::string tool;
  std::uint32_t calls = 0;                      // that arrived
  std::uint32_t effects = 0;                    // that they had
  std::map<std::string, std::string> requests;  // by key: the arguments that came with it
  bool key_reused = false;                      // with other arguments
  bool accepted = false;                        // it has acted, or is about to
  bool refused = false;
  std::uint32_t faults = 0;
};

class SimulatedTools : public turns::ToolRunner {
 public:
  SimulatedTools(
      Timeline& timeline, const Faults& faults, Mistake mistake, turns::MemoryStore& truth, Lives& lives
  )
      : timeline_(timeline), faults_(faults), mistake_(mistake), truth_(truth), lives_(lives) {}

  [[nodiscard]] bool has(std::string_view /*tool*/) const override { return true; }
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override;
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;

  [[nodiscard]] const std::map<std::string, Ordered>& book() const { return book_; }

 private:
  enum class Fate : std::uint8_t {
    works,
    breaks_before,
    breaks_after,
    cut_before,
    cut_after,
    hangs,
    drips,
    refuses
  };

  void check_caller(const turns::Caller& caller);
  Fate draw_fate(Ordered& item, std::string_view tool);
  void act(Ordered& item, const std::string& name);

  Timeline& timeline_;
  const Faults& faults_;
  Mistake mistake_;
  turns::MemoryStore& truth_;
  Lives& lives_;
  std::map<std::string, Ordered> book_;  // by item
};

}  // namespace parley::simulation
