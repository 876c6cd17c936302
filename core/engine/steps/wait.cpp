// wait: for some time, until a time, or for an event. The user may write meanwhile; the wait goes on.
#include "engine/steps/step_files.hpp"
#include "engine/waiting.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_for, k_until, k_event, k_save, k_timeout, k_on_timeout };

constexpr flow::Keyword kKeywords[] = {
    {"for", FieldKind::duration, false, "How long, such as 30m."},
    {"until", FieldKind::expression, false, "CEL that gives a timestamp; one in the past does not wait."},
    {"event", FieldKind::identifier, false, "The name of an outside event."},
    {"save", FieldKind::identifier, false, "The name that the event's data is saved under."},
    {"timeout", FieldKind::duration, false, "How long to wait for the event at most."},
    {"on_timeout",
     FieldKind::step_name,
     false,
     "Where it leads when the event has not come in time; the error `timeout` when left out."},
};
constexpr std::string_view kOneOf[] = {"for", "until", "event"};

Outcome begin(Run& run, const flow::Step& step) {
  run.frame().entered = true;
  if (const auto* until = step.get<expr::Expression>(k_until)) {
    auto time = until->evaluate(run.scope());
    if (!time) return Outcome::fail(std::move(time.error().message));
    if (!time->is_timestamp()) {
      return Outcome::fail(
          "until '" + until->source() + "' gave " + std::string(name(time->type())) +
          " instead of a timestamp"
      );
    }
    if (time->as_timestamp() <= run.at()) return Outcome::next();
    start_timer(run, time->as_timestamp());
    return Outcome::wait();
  }
  const auto* time = step.get<Value>(k_for);
  if (time == nullptr) time = step.get<Value>(k_timeout);
  if (time != nullptr) start_timer(run, time->as_duration());
  return Outcome::wait();
}

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (!frame.entered) return begin(run, step);
  if (!frame.due) return Outcome::wait();
  // What was decided before is not gone back over: time does not run twice.
  frame.segment = step.next;
  if (step.get<flow::Name>(k_event) == nullptr) return Outcome::next();
  if (!frame.held.is_null()) {
    if (const auto* save = step.get<flow::Name>(k_save)) {
      Origins from;
      if (const std::string_view origin = frame.held.text("origin"); !origin.empty())
        from.emplace_back(origin);
      run.set_name(frame, save->text, frame.held["data"], std::move(from));
    }
    return Outcome::next();
  }
  if (const auto* target = step.get<flow::Name>(k_on_timeout)) {
    return Outcome::jump(run.flow().step_index(target->text));
  }
  return Outcome::fail(
      "the event " + step.get<flow::Name>(k_event)->text + " has not come in time", "timeout"
  );
}

bool hears(const flow::Step& step, const Cursor& /*cursor*/, std::string_view event) {
  const auto* name = step.get<flow::Name>(k_event);
  return name != nullptr && name->text == event;
}

constexpr flow::StepSpec kSpec{
    .type = "wait",
    .doc = "Waits for some time, until a time, or for an outside event.",
    .keywords = kKeywords,
    .one_of = kOneOf,
    .waits = true,
    .late = "timeout",
};

}  // namespace

extern const StepType wait{.spec = kSpec, .run = run, .hears = hears};

}  // namespace parley::engine::steps
