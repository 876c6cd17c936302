// Knowing flows before anybody talks to them: what `parley check` finds beyond single mistakes. Every finding
// holds for some way through the graph of steps; conditions are not solved, so a way may be one that the
// values of a real conversation never take. Findings that hold on every way are errors, others warnings. Work
// is bounded whatever the flows are. Pure; needs flows that load() has accepted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "flow/diagnostic.hpp"
#include "flow/flow.hpp"

namespace parley::flow::analysis {

struct Assistant {
  std::span<const FlowPtr> flows;
  std::string start;                                               // the flow that greets, or empty
  std::vector<std::pair<std::string, std::string>> handlers = {};  // repair handler → flow, for all flows
  std::uint32_t steps_per_turn = 0;                                // the limit in force; 0: none is checked
};

// Everything that needs no rules: within each flow, then across them.
void analyse(const Assistant& assistant, Diagnostics& diagnostics);

}  // namespace parley::flow::analysis
