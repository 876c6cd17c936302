// flow: runs another flow and comes back.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_call, k_with };

constexpr flow::Keyword kKeywords[] = {
    {"call", FieldKind::flow_name, true, "The flow to run."},
    {"with", FieldKind::assignments, false, "Its inputs. Its outputs become slots of this flow."},
};

Outcome run(Run& run, const flow::Step& step) {
  Slots inputs;
  if (const auto* with = step.get<flow::Assignments>(k_with)) {
    for (const flow::Assignment& input : *with) {
      auto value = input.value.evaluate(run.scope());
      if (!value) return Outcome::fail(value.error().message);
      inputs.insert_or_assign(input.slot.text, std::move(*value));
    }
  }
  return Outcome::call(step.get<flow::Name>(k_call)->text, std::move(inputs));
}

constexpr flow::StepSpec kSpec{
    .type = "flow",
    .doc = "Runs another flow, then goes on.",
    .keywords = kKeywords,
    .waits = true,
    .needs_person = true,
};

}  // namespace

extern const StepType flow_{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
