// tool: calls an operation of an outside system and waits for its result.
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_call, k_with, k_save, k_timeout, k_on_error, k_effect };

constexpr std::string_view kEffects[] = {"read", "write"};

constexpr flow::Keyword kKeywords[] = {
    {"call", FieldKind::tool_name, true, "The operation: connector.operation."},
    {"with", FieldKind::data, false, "Arguments; default: the slots gathered so far."},
    {"save", FieldKind::identifier, false, "The name that the result is saved under."},
    {"timeout", FieldKind::duration, false, "How long to wait for the answer; default 30s."},
    {"on_error",
     FieldKind::step_name,
     false,
     "Where a failure leads; `error` holds its code and message there."},
    {"effect",
     FieldKind::choice,
     false,
     "`read`: it changes nothing, so a correction may call it again; default: write.",
     kEffects},
};

Result<Value> arguments(Run& run, const flow::Step& step) {
  if (const auto* with = step.get<flow::Data>(k_with)) return with->evaluate(run.scope());
  MapBuilder gathered;
  for (const flow::Slot& slot : run.flow().slots) {
    if (const Value* value = run.slot(slot.name)) gathered.set(slot.name, *value);
  }
  return gathered.build();
}

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (!frame.pending_effect.empty()) return Outcome::wait();
  auto args = arguments(run, step);
  if (!args) return Outcome::fail(args.error().message);

  CallTool call{
      .effect_id = run.next_effect_id(),
      .tool = step.get<flow::Name>(k_call)->text,
      .arguments = std::move(*args)
  };
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  const std::string digest = sha256_hex(call.tool + " " + write_canonical(call.arguments)).substr(0, 16);
  call.occurrence = run.state().occurrences[digest]++;
  frame.pending_effect = call.effect_id;
  frame.entered = true;
  run.emit(std::move(call));
  return Outcome::wait();
}

// What has had an effect is not gone back over by a later correction.
void had_effect(Frame& frame, const flow::Step& step) {
  const auto* effect = step.get<flow::Name>(k_effect);
  if (effect != nullptr && effect->text == "read") return;
  std::erase(frame.done, frame.step);  // in an earlier round of a loop
  frame.done.push_back(frame.step);
  frame.segment = step.next;
}

Outcome returned(Run& run, const flow::Step& step, const ToolReturned& event) {
  Frame& frame = run.frame();
  frame.pending_effect.clear();
  if (const auto* save = step.get<flow::Name>(k_save)) run.set_slot(frame, save->text, event.result);
  frame.slots.insert_or_assign("result", event.result);
  had_effect(frame, step);
  return Outcome::next();
}

Outcome failed(Run& run, const flow::Step& step, const ToolFailed& event) {
  if (event.in_doubt) had_effect(run.frame(), step);
  return effect_failed(
      run, step.get<flow::Name>(k_on_error), {event.code, event.message, event.in_doubt}
  );
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  if (const auto* result = std::get_if<ToolReturned>(&event)) {
    if (result->effect_id == run.frame().pending_effect) return returned(run, step, *result);
  }
  if (const auto* failure = std::get_if<ToolFailed>(&event)) {
    if (failure->effect_id == run.frame().pending_effect) return failed(run, step, *failure);
  }
  return std::nullopt;
}

constexpr flow::StepSpec kSpec{
    .type = "tool",
    .doc = "Calls an outside system and saves its answer.",
    .keywords = kKeywords,
    .waits = true,
};

}  // namespace

extern const StepType tool{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
