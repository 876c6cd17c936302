// experiment: goes where the variant leads that the user or conversation was given.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_experiment };

constexpr flow::Keyword kKeywords[] = {
    {"experiment",
     FieldKind::experiment,
     true,
     "{id, unit, variants: [{name, weight, next}], metric, guard}: each variant leads to a step."},
};

Outcome run(Run& run, const flow::Step& step) {
  const auto& experiment = *step.get<flow::Experiment>(k_experiment);
  const std::string& next = experiment.variants[run.variant(experiment)].next;
  return Outcome::jump(run.flow().step_index(next));
}

constexpr flow::StepSpec kSpec{
    .type = "experiment",
    .doc = "Divides users or conversations between several ways to go on.",
    .keywords = kKeywords,
    .continues = false,
};

}  // namespace

extern const StepType experiment{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
