// input: asks for slots one after the other until each holds a valid value.
#include <algorithm>

#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_gather, k_text };

constexpr flow::Keyword kKeywords[] = {
    {"gather", FieldKind::slot_names, true, "The slots to fill, in the order they are asked for."},
    {"text", FieldKind::text, false, "The question, instead of the slot's own `ask`."},
};

// The question to put: this step's, the slot's, or what the flow said just before it came here.
Result<std::string> question(
    Run& run, const flow::Step& step, const flow::Slot& slot, std::uint32_t attempt
) {
  if (attempt > 0 && !slot.reprompt.empty()) {
    return run.render(slot.reprompt[std::min<std::size_t>(attempt, slot.reprompt.size()) - 1]);
  }
  if (const auto* text = step.get<flow::Text>(k_text)) return run.render(*text);
  if (!slot.ask.empty()) return run.render(slot.ask);
  return run.frame().prompt;
}

std::vector<SaidButton> choices(Run& run, const flow::Slot& slot) {
  if (slot.type.kind == flow::SlotKind::boolean) return yes_and_no(run);
  std::vector<SaidButton> buttons;
  for (const flow::Choice& choice : slot.choices) buttons.push_back({choice.label, choice.value});
  return buttons;
}

Outcome ask(Run& run, const flow::Step& step, const flow::Slot& slot) {
  Frame& frame = run.frame();
  const auto attempts = frame.attempts.find(slot.name);
  const std::uint32_t attempt = attempts == frame.attempts.end() ? 0 : attempts->second;
  const bool own_words = step.get<flow::Text>(k_text) != nullptr || !slot.ask.empty();
  const bool first_time = !frame.entered;
  frame.entered = true;
  frame.asked = true;

  // A message that the flow said right before is the question when there is no other.
  if (const Say* before = run.last_said_now(); !own_words && first_time && before != nullptr) {
    frame.prompt = before->text;
    if (slot.choices.empty() && slot.type.kind != flow::SlotKind::boolean) return Outcome::wait();
  }
  auto text = question(run, step, slot, attempt);
  if (!text) return Outcome::fail(text.error().message);
  if (text->empty()) {
    *text = slot.label + "?";
    if ((*text)[0] >= 'a' && (*text)[0] <= 'z') (*text)[0] = static_cast<char>((*text)[0] - 'a' + 'A');
  }
  run.say(Say{
      .text = std::move(*text),
      .buttons = choices(run, slot),
      .input_slot = slot.name,
      .input_type = flow::to_string(slot.type),
  });
  return Outcome::wait();
}

Outcome run(Run& run, const flow::Step& step) {
  const flow::Flow& flow = run.flow();
  const auto& names = *step.get<flow::Names>(k_gather);
  if (!run.frame().entered) {
    for (const flow::Name& name : names) {
      if (const flow::Slot* slot = flow.slot(name.text); slot->always_ask)
        run.clear_slot(run.frame(), slot->name);
    }
  }
  for (const flow::Name& name : names) {
    if (run.slot(name.text) != nullptr) continue;
    if (run.frame().skipped.contains(name.text)) continue;
    if (run.frame().asked) return Outcome::wait();
    return ask(run, step, *flow.slot(name.text));
  }
  // A correction from here on starts behind this question, unless it must be confirmed anew.
  if (!run.frame().confirmed) run.frame().segment = step.next;
  return Outcome::next();
}

Expectation expects(const flow::Flow& flow, const flow::Step& step, const Frame& frame, const State& state) {
  Expectation expectation;
  for (const flow::Name& name : *step.get<flow::Names>(k_gather)) {
    const flow::Slot* slot = flow.slot(name.text);
    const Slots& slots = slot->scope == flow::SlotScope::flow ? frame.slots : state.slots;
    const auto value = slots.find(name.text);
    const bool open = value == slots.end() || value->second.is_null();
    if (open && !frame.skipped.contains(name.text)) expectation.slots.push_back(slot);
  }
  return expectation;
}

constexpr flow::StepSpec kSpec{
    .type = "input",
    .doc = "Asks the user for one or more slots.",
    .keywords = kKeywords,
    .waits = true,
    .needs_person = true,
    .says = true,
    .hears = true,
};

}  // namespace

extern const StepType input{.spec = kSpec, .run = run, .expects = expects};

}  // namespace parley::engine::steps
