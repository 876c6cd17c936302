// What must hold in every conversation, whatever happens in it. Sees the events of one conversation in their
// order.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/testing/stage.hpp"
#include "engine/state.hpp"

namespace parley::assistant {

// Which confirm steps stand before which tool steps on every way there. Made once for a release.
class Guards {
 public:
  explicit Guards(const engine::Release& release);

  // The confirm steps of which one must have been answered with yes before the tool step runs; empty: none.
  [[nodiscard]] const std::vector<flow::StepIndex>& before(const flow::Flow& flow, flow::StepIndex tool_step)
      const;

 private:
  std::map<std::pair<const flow::Flow*, flow::StepIndex>, std::vector<flow::StepIndex>> before_;
};

class Invariants {
 public:
  Invariants(const Stage& stage, const Guards& guards, std::function<bool(std::string_view)> has_effects);

  // After each event.
  void see(const PlayedEvent& played, const std::vector<engine::Visit>& visits);
  // After a message was answered and no tool call is open.
  void see_rest(bool bot_was_asked);
  // At the end: the log gives the same again, also when the state is stored and restored in between.
  void see_end(const std::vector<PlayedEvent>& log);

  // The first thing that is wrong, or empty.
  [[nodiscard]] const std::string& finding() const { return finding_; }
  void found(std::string what) {
    if (finding_.empty()) finding_ = std::move(what);
  }

 private:
  struct Confirmed {
    std::string flow;
    flow::StepIndex step = 0;
    engine::Slots slots;  // what the user said yes to
  };

  void check_state();
  void check_stack();
  void check_calls(const PlayedEvent& played, const std::vector<engine::Visit>& visits);
  void remember_confirmations(const std::vector<engine::Visit>& visits);

  const Stage& stage_;
  const Guards& guards_;
  std::function<bool(std::string_view)> has_effects_;
  std::vector<Confirmed> confirmed_;
  std::size_t messages_since_ = 0;  // said since the last message of the user
  std::string finding_;
};

}  // namespace parley::assistant
