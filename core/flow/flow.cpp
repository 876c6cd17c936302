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
  return kNoStep;
}

}  // namespace parley::flow
