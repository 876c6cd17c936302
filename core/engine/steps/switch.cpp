// switch: goes where the first true condition leads.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_cases };

constexpr flow::Keyword kKeywords[] = {
    {"cases", FieldKind::branches, true, "List of {when: CEL, next: step}; the last may be {else: step}."},
};

Outcome run(Run& run, const flow::Step& step) {
  for (const flow::Branch& branch : *step.get<flow::Branches>(k_cases)) {
    if (branch.when.has_value()) {
      auto holds = run.test(*branch.when);
      if (!holds) return Outcome::fail(holds.error().message);
      if (!*holds) continue;
    }
    return Outcome::jump(run.flow().step_index(branch.next.text));
  }
  return Outcome::next();
}

constexpr flow::StepSpec kSpec{"switch", "Chooses the next step by conditions.", kKeywords};

}  // namespace

extern const StepType switch_{.spec = kSpec, .run = run};

}  // namespace parley::engine::steps
