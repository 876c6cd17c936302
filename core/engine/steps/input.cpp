// input: asks for slots one after the other until each holds a valid value.
#include <algorithm>
#include <optional>

#include "engine/steps/step_files.hpp"
#include "engine/waiting.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_gather, k_text, k_timeout, k_on_timeout, k_remind, k_remind_text };

constexpr flow::Keyword kKeywords[] = {
    {"gather", FieldKind::slot_names, true, "The slots to fill, in the order they are asked for."},
    {"text",
     FieldKind::text,
     false,
     "The question, instead of the slots' own `ask`; what is still open after a part of the answer is asked "
     "for "
     "by its own."},
    {"timeout", FieldKind::duration, false, "How long to wait for an answer, from the question on."},
    {"on_timeout",
     FieldKind::step_name,
     false,
     "Where it leads when no answer has come in time. When left out the `silence` repair asks again, once; "
     "then the "
     "flow ends as abandoned."},
    {"remind", FieldKind::durations, false, "When to remind the user, from the question on: 5m, or [5m, 20m]."
    },
    {"remind_text", FieldKind::text, false, "The reminder; the question again when left out."},
};

// "Name and email, please" was answered with a name: what is left is asked for by itself.
bool answered_in_part(const Run& run, const flow::Step& step) {
  const auto& names = *step.get<flow::Names>(k_gather);
  return run.state().semantics >= kListenersSemantics &&
         std::ranges::any_of(names, [&](const flow::Name& name) { return run.slot(name.text) != nullptr; });
}

// The question to put: this step's, the slot's, or what the flow said just before it came here.
Result<std::string> question(
    Run& run, const flow::Step& step, const flow::Slot& slot, std::uint32_t attempt
) {
  if (attempt > 0 && !slot.reprompt.empty()) {
    return run.render(slot.reprompt[std::min<std::size_t>(attempt, slot.reprompt.size()) - 1]);
  }
  const auto* text = step.get<flow::Text>(k_text);
  if (text != nullptr && !(answered_in_part(run, step) && !slot.ask.empty())) return run.render(*text);
  if (!slot.ask.empty()) return run.render(slot.ask);
  return run.frame().prompt;
}

std::vector<SaidButton> choices(Run& run, const flow::Slot& slot) {
  if (slot.type.kind == flow::SlotKind::boolean) return yes_and_no(run);
  std::vector<SaidButton> buttons;
  for (const flow::Choice& choice : slot.choices) buttons.push_back({run.label_of(choice), choice.value});
  return buttons;
}

// The user has said nothing since the `silence` repair.
bool still_silent(const Frame& frame) {
  const Value& silent = frame.held["silent"];
  return silent.is_bool() && silent.as_bool();
}

// Counts the silence from now on, or goes on counting after a reminder. The step holds what it needs for
// that.
void listen_for_silence(Run& run, const flow::Step& step, std::size_t reminded) {
  const auto* timeout = step.get<Value>(k_timeout);
  const auto* remind = step.get<Value>(k_remind);
  if (timeout == nullptr && remind == nullptr) return;
  Frame& frame = run.frame();
  const Timestamp since = reminded == 0 ? run.at() : frame.held["since"].as_timestamp();
  std::optional<Duration> next;
  if (remind != nullptr && reminded < remind->size()) next = remind->as_list()[reminded].as_duration();
  const bool last = timeout != nullptr && (!next || timeout->as_duration() <= *next);
  if (last) next = timeout->as_duration();
  if (!next) return;
  const auto due = add(since, *next);
  if (!due) return;
  start_timer(run, *due);
  frame.held = MapBuilder()
                   .set("last", last)
                   .set("reminded", static_cast<std::int64_t>(reminded))
                   .set("silent", still_silent(frame))
                   .set("since", since)
                   .build();
}

void say_question(Run& run, const flow::Slot& slot, std::string text) {
  run.say(Say{
      .text = std::move(text),
      .buttons = choices(run, slot),
      .input_slot = slot.name,
      .input_type = flow::to_string(slot.type),
  });
}

Outcome ask(Run& run, const flow::Step& step, const flow::Slot& slot) {
  Frame& frame = run.frame();
  const auto attempts = frame.attempts.find(slot.name);
  const std::uint32_t attempt = attempts == frame.attempts.end() ? 0 : attempts->second;
  const bool own_words = step.get<flow::Text>(k_text) != nullptr || !slot.ask.empty();
  const bool first_time = !frame.entered;
  frame.entered = true;
  frame.asked = true;
  frame.due = false;  // silence during a digression does not count
  listen_for_silence(run, step, 0);

  // A message that the flow said right before is the question when there is no other.
  if (const Say* before = run.last_said_now(); !own_words && first_time && before != nullptr) {
    frame.prompt = before->text;
    if (slot.choices.empty() && slot.type.kind != flow::SlotKind::boolean) return Outcome::wait();
  }
  auto text = question(run, step, slot, attempt);
  if (!text) return Outcome::fail(text.error().message);
  if (text->empty()) {
    *text = run.label_of(slot) + "?";
    if ((*text)[0] >= 'a' && (*text)[0] <= 'z') (*text)[0] = static_cast<char>((*text)[0] - 'a' + 'A');
  }
  say_question(run, slot, std::move(*text));
  return Outcome::wait();
}

// The user has said nothing for the time that the author gave.
Outcome silence(Run& run, const flow::Step& step, const flow::Slot& slot) {
  Frame& frame = run.frame();
  frame.due = false;
  if (frame.held["last"].as_bool()) {
    if (const auto* target = step.get<flow::Name>(k_on_timeout)) {
      return Outcome::jump(run.flow().step_index(target->text));
    }
    // Asked again once; nobody is asked for ever.
    if (still_silent(frame)) return Outcome::end("abandoned");
    frame.held = MapBuilder().set("silent", true).build();
    repair::silence(run);
    return Outcome::stay();
  }
  const auto* words = step.get<flow::Text>(k_remind_text);
  auto text = words != nullptr ? run.render(*words) : question(run, step, slot, 0);
  if (!text) return Outcome::fail(text.error().message);
  say_question(run, slot, text->empty() ? run.label_of(slot) + "?" : std::move(*text));
  listen_for_silence(run, step, static_cast<std::size_t>(frame.held["reminded"].as_int()) + 1);
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
    if (run.frame().asked) {
      return run.frame().due ? silence(run, step, *flow.slot(name.text)) : Outcome::wait();
    }
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
