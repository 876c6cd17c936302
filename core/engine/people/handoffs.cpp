#include "engine/people/handoffs.hpp"

#include <utility>
#include <vector>

#include "expr/display.hpp"
#include "language/summarise.hpp"

namespace parley::engine::handoffs {

namespace {

constexpr std::size_t kSentences = 3;

void note(State& state, std::string_view name, Value value) {
  if (!state.handoff.is_map()) state.handoff = Value::map();
  state.handoff = state.handoff.with(name, std::move(value));
}

void stop_waiting(Run& run) {
  std::string& timer = run.state().handoff_timer;
  if (timer.empty()) return;
  run.emit(CancelTimer{timer});
  timer.clear();
}

void have_person(State& state, const std::string& operator_id, const std::string& name, Timestamp at) {
  state.operator_name = name.empty() ? operator_id : name;
  note(state, "agent", state.operator_name);
  note(state, "joined_at", at);
}

}  // namespace

bool silent(const State& state) {
  return state.owner == Owner::pending_human || state.owner == Owner::human;
}

std::string summary_of(Run& run) {
  std::string summary;
  const State& state = run.state();
  // The flow that the user is in, not the handler that brought them here.
  for (std::size_t i = state.stack.size(); i-- > 0;) {
    const Frame& frame = state.stack[i];
    if (frame.kind == Frame::Kind::repair) continue;
    const flow::Flow& flow = run.flow_of(frame);
    summary = spoken(flow.id);
    for (const flow::Slot& slot : flow.slots) {
      const Value* value = run.slot(frame, slot.name);
      if (value == nullptr || slot.sensitive) continue;
      summary += summary.find(": ") == std::string::npos ? ": " : "; ";
      summary += slot.label + " " + expr::display(*value, "en", run.shown_offset());
    }
    summary += ".";
    break;
  }
  std::vector<std::string> said;
  for (const Say& message : state.last_said) said.push_back(message.text);
  const std::string gist = language::summarise(said, kSentences);
  if (!gist.empty()) summary += (summary.empty() ? "The assistant said: " : " The assistant said: ") + gist;
  if (!state.message.empty()) {
    summary += summary.empty() ? "" : " ";
    summary += "The user wrote: " + state.message;
  }
  return summary;
}

void begin(Run& run, std::string queue, std::string summary) {
  State& state = run.state();
  stop_waiting(run);
  if (summary.empty()) summary = summary_of(run);
  state.owner = Owner::pending_human;
  state.handoff = MapBuilder().set("queue", queue).set("requested_at", run.at()).build();
  run.emit(HandOff{std::move(queue), std::move(summary)});
}

void wait_at_most(Run& run, Duration time) {
  const auto due = add(run.at(), time);
  if (!due) return;
  State& state = run.state();
  state.handoff_timer = "handoff." + run.next_effect_id();
  run.emit(StartTimer{state.handoff_timer, *due});
}

bool give_up(Run& run, std::string_view timer_id) {
  State& state = run.state();
  if (state.handoff_timer.empty() || state.handoff_timer != timer_id) return false;
  state.handoff_timer.clear();
  if (state.owner != Owner::pending_human) return false;
  state.owner = Owner::bot;
  note(state, "reason", "no_agent");
  return true;
}

void joined(Run& run, const OperatorJoined& event) {
  State& state = run.state();
  stop_waiting(run);
  const bool again = state.owner == Owner::human;
  if (!silent(state)) state.handoff = MapBuilder().set("queue", "").set("requested_at", run.at()).build();
  have_person(state, event.operator_id, event.name, run.at());
  state.owner = Owner::human;
  if (!again)
    run.say(Say{
        .speaker = Speaker::system,
        .text = run.words("parley.operator.joined", MapBuilder().set("name", state.operator_name).build()),
    });
}

void replied(Run& run, const OperatorReplied& event) {
  State& state = run.state();
  stop_waiting(run);
  if (state.owner != Owner::human) have_person(state, event.operator_id, state.operator_name, run.at());
  state.owner = Owner::human;
  run.say(Say{
      .speaker = Speaker::operator_,
      .text = event.text,
      .author = state.operator_name.empty() ? event.operator_id : state.operator_name,
  });
}

void left(Run& run, const OperatorLeft& event) {
  State& state = run.state();
  stop_waiting(run);
  state.owner = Owner::returning;
  state.operator_name.clear();
  note(state, "note", event.note);
  note(state, "left_at", run.at());
  run.say(Say{.speaker = Speaker::system, .text = run.words("parley.operator.left")});
}

}  // namespace parley::engine::handoffs
