#include "engine/repair/repair.hpp"

#include <algorithm>
#include <utility>

#include "engine/memory/facts.hpp"
#include "engine/origins.hpp"
#include "engine/people/handoffs.hpp"
#include "engine/repair/handler_frame.hpp"
#include "engine/steps/registry.hpp"
#include "engine/waiting.hpp"
#include "expr/display.hpp"

namespace parley::engine::repair {

namespace {

using language::Command;

// Of flows that the user began and has not finished; one more is not begun.
constexpr std::size_t kMostOpenFlows = 5;

// What a user may ask for, for the handlers that show it: every flow with a command.
Value offers(Run& run) {
  ListBuilder list;
  for (const auto& [id, flow] : run.release().flows()) {
    for (const flow::Trigger& trigger : flow->triggers) {
      if (trigger.kind != flow::Trigger::Kind::command) continue;
      list.add(MapBuilder().set("label", run.description_of(*flow)).set("payload", trigger.command).build());
      break;
    }
  }
  return list.build();
}

// True when a person is brought in instead, because this went on for too long.
bool given_up(Run& run, std::string_view text) {
  State& state = run.state();
  if (++state.misunderstood < run.release().settings().max_misunderstandings) return false;
  state.misunderstood = 0;
  begin(run, "too_many_attempts", std::move(MapBuilder().set("text", text)), Continuation::hand_off);
  return true;
}

// The flow that the user knows by name has done something that is not undone when it stops.
bool keeps_effects(const State& state) {
  for (std::size_t i = state.stack.size(); i-- > 0;) {
    const Frame& frame = state.stack[i];
    if (frame.done.size() > frame.undo.size()) return true;
    if (frame.kind == Frame::Kind::flow) break;
  }
  return false;
}

bool question_open(Run& run) {
  const Frame* working = working_frame(run);
  return working != nullptr && working->asked;
}

}  // namespace

std::optional<std::string> refusal(Run& run, const flow::Slot& slot, const Value& value) {
  if (!slot.validate.has_value()) return std::nullopt;
  const auto holds = run.test(*slot.validate, &value);
  if (holds && *holds) return std::nullopt;
  if (!slot.validate_message.empty()) {
    if (auto words = run.render(slot.validate_message)) return *words;
  }
  return run.words("parley.refused", MapBuilder().set("label", run.label_of(slot)).build());
}

void digression(
    Run& run, const flow::Flow& wanted, std::span<const Command> values, Slots slots, OriginMap origins
) {
  const auto& stack = run.state().stack;
  const bool by_event = slots.contains("event");
  const auto start = [&] {
    Frame started;
    started.flow = wanted.id;
    started.slots = std::move(slots);
    started.origins = std::move(origins);
    OriginMap untold;
    const bool lasting = run.state().semantics >= kLastingOrigins;
    (void)run.fill_inputs(wanted, started.slots, lasting ? started.origins : untold);
    run.push(std::move(started));
    for (const Command& command : values) {
      const flow::Slot* slot = wanted.slot(command.slot);
      if (slot != nullptr && !refusal(run, *slot, command.value))
        run.set_slot(run.frame(), slot->name, command.value, origins::of(command));
    }
  };
  if (stack.empty()) return start();
  const auto begun =
      std::count_if(stack.begin(), stack.end(), [](const Frame& f) { return f.kind == Frame::Kind::flow; });
  // An event is not the user's wish for one thing more: it comes when it comes (triggers.cpp has a limit).
  const bool event = by_event && run.state().semantics >= kListenersSemantics;
  const bool possible = event || static_cast<std::size_t>(begun) < kMostOpenFlows;
  MapBuilder about;
  about.set("from", title(run)).set("to", run.name_of(wanted)).set("possible", possible);
  if (!possible) return begin(run, "digression", std::move(about), Continuation::ask_again);
  start();
  // Runs before the wanted flow and may say a word about it.
  begin(run, "digression", std::move(about), Continuation::none);
}

void refused(Run& run, const flow::Flow& wanted) {
  const std::string reason = run.render(wanted.guard_message).value_or(std::string());
  begin(
      run,
      "refused",
      std::move(MapBuilder().set("flow", run.name_of(wanted)).set("reason", reason)),
      question_open(run) ? Continuation::ask_again : Continuation::none
  );
}

void resume(Run& run) {
  // A flow that waits for something else has no question to come back to.
  const Frame* working = working_frame(run);
  const bool asks_nothing =
      working != nullptr && working->review.empty() && waits_for_others(run.flow_of(*working), *working);
  if (asks_nothing && run.state().semantics >= kListenersSemantics) return;
  begin(run, "resume", {}, Continuation::ask_again);
}

void cancel(Run& run) {
  Frame details;
  details.outcome = "abandoned";
  const Continuation then = working_frame(run) == nullptr ? Continuation::none : Continuation::abandon;
  MapBuilder about;
  if (run.state().semantics >= kListenersSemantics && keeps_effects(run.state())) about.set("settled", true);
  begin(run, "cancel", std::move(about), then, std::move(details));
}

void restart(Run& run) {
  if (working_frame(run) == nullptr) return off_topic(run, "more", run.state().message);
  begin(run, "restart", {}, Continuation::restart);
}

void undo(Run& run, std::vector<Undo> calls, std::string outcome, Continuation then) {
  Frame details;
  details.undo = std::move(calls);
  details.outcome = std::move(outcome);
  begin(run, "undo", {}, then, std::move(details));
}

void waiting(Run& run) {
  begin(run, "waiting", {}, Continuation::none);
}

void skip(Run& run) {
  Frame* frame = working_frame(run);
  if (frame == nullptr) return unknown(run, run.state().message);
  const flow::Flow& flow = run.flow_of(*frame);
  const Expectation expects = expectation_of(run.state(), flow, *frame);
  if (expects.slots.empty()) return unknown(run, run.state().message);
  const flow::Slot& slot = *expects.slots.front();
  if (slot.optional) {
    frame->skipped.insert(slot.name);
    frame->asked = false;
  }
  begin(
      run,
      "skip",
      std::move(MapBuilder().set("label", run.label_of(slot)).set("possible", slot.optional)),
      slot.optional ? Continuation::none : Continuation::ask_again
  );
}

void repeat(Run& run) {
  if (run.state().last_said.empty()) return unknown(run, run.state().message);
  begin(run, "repeat", {}, Continuation::say_again);
}

void clarify(Run& run, const std::vector<std::string>& options) {
  if (given_up(run, run.state().message)) return;
  ListBuilder list;
  for (const std::string& option : options) {
    const flow::Flow* flow = run.release().find(option);
    MapBuilder each;
    each.set("label", flow != nullptr ? run.description_of(*flow) : option);
    each.set("payload", flow != nullptr ? "/" + option : option);
    list.add(each.build());
  }
  // The question that was open stays so; this one is put instead of it.
  begin(run, "clarify", std::move(MapBuilder().set("options", list.build())), Continuation::none);
  run.state().offered = options;
  if (run.state().semantics >= kOfferedWordsSemantics) run.state().offered_for = run.state().message;
}

void off_topic(Run& run, std::string_view topic, std::string_view text) {
  if (topic == "memory" || topic == "forget" || topic == "forget_all") return memory(run, topic);
  if (topic == "signed_in" || topic == "sign_out") return sign_out(run, topic, text);
  if (topic == "why" || topic == "how_long" || topic == "so_far") return explain(run, topic);
  const bool open = question_open(run);
  MapBuilder about;
  about.set("topic", topic).set("text", text).set("open", open).set("offers", offers(run));
  begin(run, "off_topic", std::move(about), open ? Continuation::ask_again : Continuation::none);
}

void memory(Run& run, std::string_view wanted) {
  const std::string& locale = run.state().locale;
  const Value known = facts::known_as_shown(run);
  ListBuilder shown;
  for (const Value& each : known.as_list())
    shown.add(each.with("shown", expr::display(each["value"], locale, run.shown_offset())));
  const bool open = question_open(run);
  MapBuilder about;
  about.set("wanted", wanted)
      .set("known", shown.build())
      .set("label", spoken(facts::latest(run.state())))
      .set("open", open);
  Frame details;
  if (run.state().semantics >= kLastingOrigins) {
    Origins from;
    for (const auto& [name, each] : run.state().origins) origins::add(from, each);
    if (!from.empty()) details.origins.emplace("repair", std::move(from));
  }
  begin(
      run, "memory", std::move(about), open ? Continuation::ask_again : Continuation::none, std::move(details)
  );
}

void sign_out(Run& run, std::string_view wanted, std::string_view text) {
  const bool open = question_open(run);
  MapBuilder about;
  about.set("wanted", wanted).set("text", text).set("open", open);
  begin(run, "sign_out", std::move(about), open ? Continuation::ask_again : Continuation::none);
}

void silence(Run& run) {
  MapBuilder about;
  if (Frame* frame = working_frame(run)) {
    const Expectation expects = expectation_of(run.state(), run.flow_of(*frame), *frame);
    const flow::Slot* slot = expects.slots.empty() ? nullptr : expects.slots.front();
    about.set("slot", slot != nullptr ? slot->name : "")
        .set("label", slot != nullptr ? run.label_of(*slot) : std::string());
  }
  begin(run, "silence", std::move(about), Continuation::ask_again);
}

void flow_changed(Run& run, std::string_view wanted) {
  const bool open = question_open(run);
  begin(
      run,
      "flow_changed",
      std::move(MapBuilder().set("wanted", wanted).set("offers", offers(run))),
      open ? Continuation::ask_again : Continuation::none
  );
}

void unknown(Run& run, std::string_view text) {
  const Frame* working = working_frame(run);
  if (working != nullptr && !working->review.empty()) return review_pending(run);
  if (working != nullptr && waits_for_others(run.flow_of(*working), *working)) return waiting(run);
  if (given_up(run, text)) return;
  const bool open = question_open(run);
  begin(
      run,
      "unknown",
      std::move(MapBuilder().set("text", text).set("open", open).set("offers", offers(run))),
      open ? Continuation::ask_again : Continuation::none
  );
}

void invalid(Run& run, std::string_view slot_name, std::string_view reason) {
  Frame& frame = run.frame();
  const flow::Flow& flow = run.flow();
  const flow::Slot* slot = flow.slot(slot_name);
  if (slot == nullptr) return unknown(run, run.state().message);
  const std::uint32_t attempts = ++frame.attempts[slot->name];
  if (attempts >= slot->max_attempts) {
    frame.attempts.erase(slot->name);
    if (!slot->on_exhausted.empty()) return run.go_to(flow.step_index(slot->on_exhausted));
    return begin(
        run, "too_many_attempts", std::move(MapBuilder().set("slot", slot->name)), Continuation::hand_off
    );
  }
  const std::string why =
      !reason.empty() ? std::string(reason)
                      : run.words("parley.refused", MapBuilder().set("label", run.label_of(*slot)).build());
  begin(
      run,
      "invalid",
      std::move(MapBuilder().set("slot", slot->name).set("label", run.label_of(*slot)).set("reason", why)),
      Continuation::ask_again
  );
}

void denied(Run& run) {
  begin(run, "denied", {}, Continuation::none);
}

void hand_off_request(Run& run) {
  begin(run, "handoff_request", {}, Continuation::hand_off);
}

void completed(Run& run, const flow::Flow& flow) {
  begin(run, "completed", std::move(MapBuilder().set("flow", flow.id)), Continuation::conclude);
}

void error(Run& run, std::string_view code, std::string_view message, bool in_doubt) {
  Frame details;
  details.outcome = in_doubt ? "escalated" : "failed";
  if (run.state().semantics >= kLastingOrigins) {
    // A message that somebody else has chosen stays theirs.
    if (Origins from = origins::of_name(run, "error"); !from.empty())
      details.origins.emplace("repair", std::move(from));
  }
  begin(
      run,
      "error",
      std::move(MapBuilder().set("code", code).set("message", message).set("in_doubt", in_doubt)),
      Continuation::abandon,
      std::move(details)
  );
}

void review_requested(Run& run, std::string_view kind) {
  begin(run, "review_requested", std::move(MapBuilder().set("kind", kind)), Continuation::none);
}

void review_pending(Run& run) {
  begin(run, "review_pending", {}, Continuation::none);
}

void review_rejected(Run& run, std::string_view note) {
  Frame details;
  details.outcome = "failed";
  MapBuilder about;
  about.set("note", note);
  // Earlier conversations were not told why.
  if (origins::traced(run.state()) && !note.empty()) about.set("reason", note);
  begin(run, "review_rejected", std::move(about), Continuation::abandon, std::move(details));
}

void give_to_human(Run& run, std::string queue, std::string summary) {
  handoffs::begin(run, std::move(queue), std::move(summary));
}

}  // namespace parley::engine::repair
