// goto: goes to another step of the flow.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_step };

constexpr flow::Keyword kKeywords[] = {
    {"step", FieldKind::step_name, true, "The step to go to."},
};

Outcome run(Run& run, const flow::Step& step) {
  return Outcome::jump(run.flow().step_index(step.get<flow::Name>(k_step)->text));
}

constexpr flow::StepSpec kSpec{
    .type = "goto", .doc = "Goes to another step.", .keywords = kKeywords, .continues = false
};

}  // namespace

extern const StepType goto_{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
