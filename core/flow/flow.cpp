// Lookups in a compiled flow.
#include "flow/flow.hpp"

namespace parley::flow {

const Slot* Flow::slot(std::string_view name) const {
  for (const Slot& candidate : slots) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

StepIndex Flow::step_index(std::string_view step_id) const {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].id == step_id) return static_cast<StepIndex>(i);
  }
  if (step_id == "break") return kBreak;
  if (step_id == "continue") return kContinue;
  return kNoStep;
}

StepIndex Flow::loop_around(StepIndex step) const {
  StepIndex owner = steps[step].parent;
  while (owner != kNoStep && (steps[owner].spec == nullptr || !steps[owner].spec->repeats)) {
    owner = steps[owner].parent;
  }
  return owner;
}

bool Flow::contains(StepIndex owner, std::uint32_t block, StepIndex step) const {
  while (steps[step].parent != kNoStep && steps[step].parent != owner) step = steps[step].parent;
  return steps[step].parent == owner && steps[step].block == block;
}

const Block* Step::block_at(std::uint32_t number) const {
  for (const Field& field : fields) {
    const auto* blocks = std::get_if<Blocks>(&field);
    if (blocks == nullptr) continue;
    if (number < blocks->size()) return &(*blocks)[number];
    number -= static_cast<std::uint32_t>(blocks->size());
  }
  return nullptr;
}

}  // namespace parley::flow
