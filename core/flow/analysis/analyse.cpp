#include "flow/analysis/analyse.hpp"

#include <algorithm>

#include "flow/analysis/checks.hpp"

namespace parley::flow::analysis {

Models::Models(std::span<const FlowPtr> flows) {
  for (const FlowPtr& flow : flows) by_id_.try_emplace(flow->id, *flow);
}

const Model* Models::find(std::string_view flow_id) const {
  const auto found = by_id_.find(flow_id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const Model* Models::called_by(const Step& step) const {
  const Name* called = called_flow(step);
  return called == nullptr ? nullptr : find(called->text);
}

void analyse(const Assistant& assistant, Diagnostics& diagnostics) {
  const Models models(assistant.flows);
  for (const auto& [id, model] : models.all()) {
    check_assignments(model, models, diagnostics);
    check_endings(model, models, diagnostics);
    check_languages(model.flow(), diagnostics);
    check_timeouts(model.flow(), diagnostics);
  }
  check_calls(models, diagnostics);
  check_bounds(models, assistant.steps_per_turn, diagnostics);
}

}  // namespace parley::flow::analysis
