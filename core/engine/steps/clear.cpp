// clear: empties slots.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_slots };

constexpr flow::Keyword kKeywords[] = {
    {"slots", FieldKind::slot_names, true, "The slots to empty: one name or a list."},
};

Outcome run(Run& run, const flow::Step& step) {
  for (const flow::Name& name : *step.get<flow::Names>(k_slots)) {
    run.clear_slot(run.frame(), name.text);
    // A slot that was skipped may be asked for again.
    run.frame().skipped.erase(name.text);
  }
  return Outcome::next();
}

constexpr flow::StepSpec kSpec{"clear", "Empties slots, so that they are asked for again.", kKeywords};

}  // namespace

extern const StepType clear{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
