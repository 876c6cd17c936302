// set: computes slots.
#include "engine/origins.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_values };

constexpr flow::Keyword kKeywords[] = {
    {"values", FieldKind::assignments, true, "Slot names with their new values; strings are templates."},
};

Outcome run(Run& run, const flow::Step& step) {
  for (const flow::Assignment& assignment : *step.get<flow::Assignments>(k_values)) {
    auto value = assignment.value.evaluate(run.scope());
    if (!value) return Outcome::fail(value.error().message);
    run.set_slot(run.frame(), assignment.slot.text, std::move(*value), origins::of(run, assignment.value));
  }
  return Outcome::next();
}

constexpr flow::StepSpec kSpec{"set", "Sets slots to computed values.", kKeywords};

}  // namespace

extern const StepType set{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
