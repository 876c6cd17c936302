// Which steps of which flows a run of tests has reached, with the lines of those it has not.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "assistant/testing/dialogue.hpp"
#include "engine/release.hpp"

namespace parley::assistant {

struct FlowCoverage {
  std::string flow;
  std::size_t steps = 0;
  std::size_t reached = 0;
  std::vector<std::string> missing;        // step ids
  std::vector<std::string> missing_lines;  // "12" or "12-15"
};

[[nodiscard]] std::vector<FlowCoverage> coverage(const engine::Release& release, const VisitedSteps& visited);
[[nodiscard]] std::string render(const std::vector<FlowCoverage>& table);

}  // namespace parley::assistant
