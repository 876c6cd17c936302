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

void show_sign_in(Run& run, std::string_view tool, std::string_view link) {
  const Value passed = MapBuilder().set("service", tool.substr(0, tool.find('.'))).set("link", link).build();
  run.say(Say{.text = run.words("parley.sign_in", passed)});
}

std::vector<std::string> sensitive_members(const Run& run, const flow::Data& with) {
  std::vector<std::string> names;
  const auto* members = std::get_if<flow::Data::Map>(&with.node);
  if (!run.release().has_sensitive() || members == nullptr) return names;
  for (const flow::Data::Member& member : *members) {
    if (run.reads_sensitive(member.value)) names.push_back(member.key);
  }
  return names;
}

std::uint32_t milliseconds(const Value* duration, std::uint32_t otherwise) {
  if (duration == nullptr) return otherwise;
  const Duration given = duration->as_duration();
  return static_cast<std::uint32_t>(given.seconds * 1000 + given.nanos / 1'000'000);
}

}  // namespace parley::engine::steps
