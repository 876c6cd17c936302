#include "assistant/testing/coverage.hpp"

#include <algorithm>

namespace parley::assistant {

namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::vector<FlowCoverage> coverage(const engine::Release& release, const VisitedSteps& visited) {
  std::vector<FlowCoverage> table;
  for (const auto& [id, flow] : release.flows()) {
    FlowCoverage row{.flow = id, .steps = flow->steps.size()};
    for (flow::StepIndex i = 0; i < flow->steps.size(); ++i) {
      if (visited.contains({id, i})) {
        ++row.reached;
        continue;
      }
      const flow::Step& step = flow->steps[i];
      row.missing.push_back(step.id);
      const std::uint32_t first = step.position.line;
      const std::uint32_t last = std::max(first, step.last_line);
      row.missing_lines.push_back(
          first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last)
      );
    }
    table.push_back(std::move(row));
  }
  return table;
}

std::string render(const std::vector<FlowCoverage>& table) {
  std::size_t width = 4;
  for (const FlowCoverage& row : table) width = std::max(width, row.flow.size());
  std::string text = padded("flow", width) + "  steps  reached  missing\n";
  for (const FlowCoverage& row : table) {
    const std::size_t percent = row.steps == 0 ? 100 : row.reached * 100 / row.steps;
    text += padded(row.flow, width) + "  " + padded(std::to_string(row.steps), 5) + "  " +
            padded(std::to_string(percent) + " %", 7);
    if (!row.missing.empty())
      text += "  " + joined(row.missing) + " (lines " + joined(row.missing_lines) + ")";
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text;
}

}  // namespace parley::assistant
