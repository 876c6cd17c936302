// flow: runs another flow and comes back.
#include "engine/origins.hpp"
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
  OriginMap marks;
  const auto mark = [&](const std::string& name, const flow::Data& value) {
    if (Origins from = origins::of(run, value); !from.empty()) marks.insert_or_assign(name, std::move(from));
  };
  if (const auto* with = step.get<flow::Assignments>(k_with)) {
    for (const flow::Assignment& input : *with) {
      auto value = input.value.evaluate(run.scope());
      if (!value) return Outcome::fail(value.error().message);
      inputs.insert_or_assign(input.slot.text, std::move(*value));
      mark(input.slot.text, input.value);
    }
  }
  const std::string& called = step.get<flow::Name>(k_call)->text;
  const flow::Flow* flow = run.release().find(called);
  if (flow == nullptr) return Outcome::fail("there is no flow '" + called + "'");
  if (const auto missing = run.fill_inputs(*flow, inputs, marks); !missing.empty())
    return Outcome::fail("the flow '" + called + "' needs the input '" + std::string(missing.front()) + "'");
  return Outcome::call(called, std::move(inputs), std::move(marks));
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
