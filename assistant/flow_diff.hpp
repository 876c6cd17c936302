// What is different between two versions of a flow, in the words of flows: steps, slots, texts. Pure
// function.
#pragma once

#include <string>
#include <vector>

#include "base/value.hpp"

namespace parley::assistant {

struct FlowDifference {
  enum class Kind : std::uint8_t { added, removed, changed, moved };
  Kind kind = Kind::changed;
  std::string what;    // "step confirm", "slot items", "triggers"
  std::string before;  // of a change: the part, as JSON; empty otherwise
  std::string after;
};

// Of flow documents as JSON. Steps inside blocks are compared by their ids like all others.
[[nodiscard]] std::vector<FlowDifference> diff_flows(const Value& before, const Value& after);
[[nodiscard]] std::string render(const std::vector<FlowDifference>& differences);
[[nodiscard]] Value to_value(const std::vector<FlowDifference>& differences);

}  // namespace parley::assistant
