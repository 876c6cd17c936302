// What steps do about the effects that they wait for.
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

Outcome effect_failed(Run& run, const flow::Name* on_error, Failure failure) {
  Frame& frame = run.frame();
  frame.pending_effect.clear();
  run.set_name(
      frame,
      "error",
      MapBuilder()
          .set("code", failure.code)
          .set("message", failure.message)
          .set("in_doubt", failure.in_doubt)
          .build(),
      std::move(failure.origins)
  );
  if (on_error != nullptr) return Outcome::jump(run.flow().step_index(on_error->text));
  raise(run, std::move(failure.code), std::move(failure.message), failure.in_doubt);
  return Outcome::stay();
}

std::uint32_t milliseconds(const Value* duration, std::uint32_t otherwise) {
  if (duration == nullptr) return otherwise;
  const Duration given = duration->as_duration();
  return static_cast<std::uint32_t>(given.seconds * 1000 + given.nanos / 1'000'000);
}

}  // namespace parley::engine::steps
