// The most that one turn of a flow can need: steps run, tools and models called between two places where it
// waits for somebody. Upper bounds over all ways through the graph; a question whose slots may be filled
// already counts as passed. What repairs add is not counted. Pure; must not outlive the flows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flow/analysis/analyse.hpp"

namespace parley::flow::analysis {

// Empty: nothing bounds it.
using Bound = std::optional<std::uint64_t>;

struct TurnBounds {
  std::string flow;
  Bound steps;
  Bound tool_calls;
  Bound model_calls;
};

// By flow id, sorted.
[[nodiscard]] std::vector<TurnBounds> turn_bounds(const Assistant& assistant);

}  // namespace parley::flow::analysis
