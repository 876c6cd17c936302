#include "engine/steps/registry.hpp"

#include <array>

namespace parley::engine {

// One line here and one below is all that a new step type changes outside its own file.
namespace steps {
extern const StepType message, input, confirm, set, clear, switch_, tool, flow_, goto_, loop, parallel, try_,
    compensate, wait, handoff, review, experiment, end, generate, classify, extract, agent, search, recall,
    remember, forget;
}  // namespace steps

namespace {

constexpr const StepType* kStepTypes[] = {
    &steps::message,    &steps::input, &steps::confirm,    &steps::set,      &steps::clear,
    &steps::switch_,    &steps::tool,  &steps::flow_,      &steps::goto_,    &steps::loop,
    &steps::parallel,   &steps::try_,  &steps::compensate, &steps::wait,     &steps::handoff,
    &steps::experiment, &steps::end,   &steps::review,     &steps::generate, &steps::classify,
    &steps::extract,    &steps::agent, &steps::search,     &steps::recall,   &steps::remember,
    &steps::forget,
};

}  // namespace

std::span<const StepType* const> step_types() {
  return kStepTypes;
}

std::span<const flow::StepSpec* const> step_specs() {
  static const auto specs = [] {
    std::array<const flow::StepSpec*, std::size(kStepTypes)> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = &kStepTypes[i]->spec;
    return all;
  }();
  return specs;
}

const StepType& step_type(const flow::StepSpec& spec) {
  for (const StepType* type : kStepTypes) {
    if (&type->spec == &spec) return *type;
  }
  INVARIANT(false, "every loaded step has a registered type");
}

Expectation expectation_of(const State& state, const flow::Flow& flow, const Frame& frame) {
  if (!frame.asked || frame.step >= flow.steps.size()) return {};
  const flow::Step& step = flow.steps[frame.step];
  const StepType& type = step_type(*step.spec);
  return type.expects == nullptr ? Expectation{} : type.expects(flow, step, frame, state);
}

}  // namespace parley::engine
