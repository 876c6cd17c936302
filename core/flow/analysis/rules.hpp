// Rules that an author writes about all flows of an assistant, in rules.yaml, and their proof. A rule speaks
// about the steps that a conversation passes; check_rules() looks through every way that the graph allows:
// through flows that run others, and through corrections, which go back and may undo a yes. A rule that it
// does not report holds in every conversation; one that it reports comes with the shortest way that breaks
// it. Pure; work is bounded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow/analysis/analyse.hpp"
#include "flow/diagnostic.hpp"
#include "flow/document.hpp"
#include "flow/flow.hpp"

namespace parley::flow::analysis {

// "stripe.*", "confirm", "input card", "message done in order", "end failed".
struct Selector {
  std::string text;       // as written
  std::string type = {};  // step type; empty: any
  std::string name = {};  // step id, tool, slot, flow or outcome; may end in *; empty: any
  std::string flow = {};  // empty: any
  Position position;

  [[nodiscard]] bool matches(const Flow& in, const Step& step) const;
  // The end of the flow that the user started, whichever step leads there.
  [[nodiscard]] bool is_end() const { return type == "end" && name.empty(); }
};
using Selectors = std::vector<Selector>;

struct Rule {
  enum class Kind : std::uint8_t {
    before,  // every way to `target` has passed `other` (every_path_to/passes, never/without)
    never,   // no way comes to `target`
    after,   // no way comes to `target` once it has passed `other` (never/after)
    always,  // every way from `other` to the end passes `target` (after/always)
  };
  Kind kind = Kind::before;
  std::string name = {};
  Selectors target = {};
  Selectors other = {};
  std::string in = {};             // only conversations that begin with this flow; empty: any
  bool even_when_stopped = false;  // ways that a failure or the user's "stop" cuts short count as ends
  Position position;
  std::string file;
};

[[nodiscard]] std::vector<Rule> read_rules(
    const flow::Node& document,
    std::string_view file,
    std::span<const StepSpec* const> step_specs,
    Diagnostics& diagnostics
);

void check_rules(const Assistant& assistant, std::span<const Rule> rules, Diagnostics& diagnostics);

}  // namespace parley::flow::analysis
