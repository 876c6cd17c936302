// handoff: a person takes the conversation over; the flow goes on when they hand it back.
#include "engine/people/handoffs.hpp"
#include "engine/steps/step_files.hpp"
#include "policy/business_hours.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t {
  k_queue,
  k_summary,
  k_text,
  k_business_hours,
  k_wait_for,
  k_on_no_agent,
  k_on_return
};

constexpr flow::Keyword kKeywords[] = {
    {"queue", FieldKind::identifier, false, "The queue of people that should take it; default: `default`."},
    {"summary",
     FieldKind::text,
     false,
     "What the person should know before reading; default: the slots and the last exchange."},
    {"text", FieldKind::text, false, "What the user is told; default: the hand-off message."},
    {"business_hours",
     FieldKind::identifier,
     false,
     "A calendar of parley.yaml; outside of its hours on_no_agent is taken at once."},
    {"wait_for", FieldKind::duration, false, "How long to wait for a person before on_no_agent is taken."},
    {"on_no_agent",
     FieldKind::step_name,
     false,
     "Where it leads when nobody is there; `handoff.reason` is closed or no_agent. Default: the next step."},
    {"on_return", FieldKind::step_name, false, "Where it goes on after the hand-back; default: the next step."
    },
};

Outcome go_to(Run& run, const flow::Step& step, std::size_t keyword) {
  run.frame().segment = step.next;
  const auto* target = step.get<flow::Name>(keyword);
  return target == nullptr ? Outcome::next() : Outcome::jump(run.flow().step_index(target->text));
}

// Nobody is there now: the flow is told when somebody will be.
bool closed(Run& run, const flow::Step& step) {
  const auto* name = step.get<flow::Name>(k_business_hours);
  const policy::Calendar* calendar = name == nullptr ? nullptr : run.release().calendar(name->text);
  if (calendar == nullptr || policy::open_at(*calendar, run.at())) return false;
  MapBuilder handoff;
  handoff.set("reason", "closed");
  if (const auto opens = policy::next_opening(*calendar, run.at())) handoff.set("opens_at", *opens);
  run.state().handoff = handoff.build();
  return true;
}

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (frame.asked) return Outcome::wait();
  if (closed(run, step)) return go_to(run, step, k_on_no_agent);
  std::string summary;
  if (const auto* text = step.get<flow::Text>(k_summary)) {
    auto rendered = run.render(*text);
    if (!rendered) return Outcome::fail(rendered.error().message);
    summary = std::move(*rendered);
  }
  if (const auto* text = step.get<flow::Text>(k_text)) {
    auto rendered = run.render(*text);
    if (!rendered) return Outcome::fail(rendered.error().message);
    run.say(Say{.text = std::move(*rendered)});
  } else {
    run.say(Say{.text = run.words("parley.handoff")});
  }
  const auto* queue = step.get<flow::Name>(k_queue);
  frame.entered = true;
  frame.asked = true;
  repair::give_to_human(run, queue != nullptr ? queue->text : "default", std::move(summary));
  if (const auto* time = step.get<Value>(k_wait_for)) handoffs::wait_at_most(run, time->as_duration());
  return Outcome::wait();
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  if (std::holds_alternative<OperatorLeft>(event)) return go_to(run, step, k_on_return);
  const bool alone = run.state().owner == Owner::bot && run.frame().asked;
  if (std::holds_alternative<TimerFired>(event) && alone) return go_to(run, step, k_on_no_agent);
  return std::nullopt;
}

constexpr flow::StepSpec kSpec{
    .type = "handoff",
    .doc = "Hands the conversation to a person.",
    .keywords = kKeywords,
    .waits = true,
    .needs_person = true,
    .says = true,
    .seals = true,
};

}  // namespace

extern const StepType handoff{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
