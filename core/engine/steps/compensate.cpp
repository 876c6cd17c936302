// compensate: undoes what the flow's tools have done, the last first. The `undo` repair does it when a flow
// is cancelled or fails; a flow may do it itself.
#include "engine/calls.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

Outcome run(Run& run, const flow::Step&) {
  Frame& frame = run.frame();
  frame.entered = true;
  if (!frame.pending_effect.empty()) return Outcome::wait();
  if (!frame.undo.empty()) {
    const Undo& last = frame.undo.back();
    frame.pending_effect =
        emit_call(run, {.tool = last.tool, .arguments = last.arguments, .sensitive = last.sensitive})
            .effect_id;
    return Outcome::wait();
  }
  if (frame.held.is_null()) return Outcome::next();
  std::string what = "could not be undone:";
  for (const Value& tool : frame.held.as_list()) what += " " + std::string(tool.as_string());
  // Nothing else is left to try: a person has to look.
  if (frame.kind == Frame::Kind::repair) frame.outcome = "escalated";
  return Outcome::fail(std::move(what), "compensation_failed");
}

std::optional<Outcome> resume(Run& run, const flow::Step&, const EventBody& event) {
  Frame& frame = run.frame();
  const auto* done = std::get_if<ToolReturned>(&event);
  const auto* failed = std::get_if<ToolFailed>(&event);
  const std::string_view effect_id = done != nullptr     ? std::string_view(done->effect_id)
                                     : failed != nullptr ? std::string_view(failed->effect_id)
                                                         : std::string_view();
  if (effect_id.empty() || effect_id != frame.pending_effect) return std::nullopt;
  if (failed != nullptr) {
    ListBuilder tools;
    if (frame.held.is_list()) {
      for (const Value& tool : frame.held.as_list()) tools.add(tool);
    }
    frame.held = tools.add(frame.undo.back().tool).build();
  }
  frame.pending_effect.clear();
  frame.undo.pop_back();
  return Outcome::stay();
}

constexpr flow::StepSpec kSpec{
    .type = "compensate",
    .doc = "Undoes what the tools of this flow have done, as their `compensate` says, the last first.",
    .keywords = {},
    .waits = true,
};

}  // namespace

extern const StepType compensate{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
