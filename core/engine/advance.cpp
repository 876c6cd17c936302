#include "engine/advance.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "engine/blocks.hpp"
#include "engine/clean.hpp"
#include "engine/loop.hpp"
#include "engine/masking.hpp"
#include "engine/migration.hpp"
#include "engine/origins.hpp"
#include "engine/people/handoffs.hpp"
#include "engine/people/reviews.hpp"
#include "engine/repair/repair.hpp"
#include "engine/run.hpp"
#include "engine/spending.hpp"
#include "engine/steps/registry.hpp"
#include "engine/triggers.hpp"
#include "engine/waiting.hpp"

namespace parley::engine {

namespace {

using language::Command;
using language::CommandKind;

enum class Begun : std::uint8_t {
  by_user,
  otherwise,  // by time, an event or a decision
  again,      // goes on with what was begun before: a call is tried again, a user has signed in
};

void set_unprompted(State& state, bool unprompted) {
  state.unprompted = unprompted && state.semantics >= kListenersSemantics;
}

void begin_turn(State& state, Begun begun) {
  ++state.turn;
  state.messages_in_turn = 0;
  if (begun != Begun::again) set_unprompted(state, begun == Begun::otherwise);
}

// The values before a start_flow are for the running flow. One that is refused does not take the others
// along.
void set_slots(Run& run, std::span<const Command> commands) {
  const flow::Slot* refused = nullptr;
  std::string reason;
  for (const Command& command : commands) {
    if (command.kind == CommandKind::start_flow) break;
    if (command.kind != CommandKind::set_slot || run.state().stack.empty()) continue;
    Frame& frame = run.frame();
    const flow::Slot* slot = run.flow().slot(command.slot);
    if (slot == nullptr) continue;
    if (auto why = repair::refusal(run, *slot, command.value)) {
      refused = slot;
      reason = std::move(*why);
      continue;
    }
    run.set_slot(frame, slot->name, command.value, origins::of(command));
    frame.attempts.erase(slot->name);
    frame.asked = false;
  }
  if (refused != nullptr) repair::invalid(run, refused->name, reason);
}

// The values right behind a start_flow.
std::span<const Command> values_behind(std::span<const Command> commands, const Command& start) {
  const std::size_t first = static_cast<std::size_t>(&start - commands.data()) + 1;
  std::size_t last = first;
  while (last < commands.size() && commands[last].kind == CommandKind::set_slot) ++last;
  return commands.subspan(first, last - first);
}

void answer_yes_or_no(Run& run, bool yes) {
  if (run.state().stack.empty()) return repair::unknown(run, run.state().message);
  const flow::Flow& flow = run.flow();
  const flow::Step* step = run.frame().step < flow.steps.size() ? &flow.steps[run.frame().step] : nullptr;
  const StepType* type = step == nullptr ? nullptr : &step_type(*step->spec);
  if (type == nullptr || type->answer == nullptr || !run.frame().asked)
    return repair::unknown(run, run.state().message);
  apply(run, *step, type->answer(run, *step, yes));
}

void start_flow(Run& run, const Command& command, std::span<const Command> values) {
  const std::string& flow_id = command.flow;
  const flow::Flow* wanted = run.release().find(flow_id);
  if (wanted == nullptr) return repair::flow_changed(run, command.text);
  const auto& stack = run.state().stack;
  const bool running =
      std::any_of(stack.begin(), stack.end(), [&](const Frame& f) { return f.flow == flow_id; });
  if (running) {
    run.frame().asked = false;  // already at it: ask the open question again
    return;
  }
  if (wanted->guard.has_value()) {
    const auto allowed = run.test(*wanted->guard);
    if (!allowed || !*allowed) return repair::refused(run, *wanted);
  }
  repair::digression(run, *wanted, values);
}

void carry_out(Run& run, const std::vector<Command>& commands) {
  std::vector<Command> corrections;
  std::copy_if(commands.begin(), commands.end(), std::back_inserter(corrections), [](const Command& c) {
    return c.kind == CommandKind::correct_slot;
  });
  set_slots(run, commands);
  if (!corrections.empty()) repair::correction(run, corrections);
  for (const Command& command : commands) {
    switch (command.kind) {
      case CommandKind::set_slot:
        // All values are in before anything is asked; only a refused one is answered at once.
        if (!run.state().stack.empty() && run.frame().kind != Frame::Kind::repair) continue;
        break;
      case CommandKind::correct_slot:
        break;
      case CommandKind::start_flow:
        start_flow(run, command, values_behind(commands, command));
        break;
      case CommandKind::cancel:
        repair::cancel(run);
        break;
      case CommandKind::restart:
        repair::restart(run);
        break;
      case CommandKind::skip:
        repair::skip(run);
        break;
      case CommandKind::repeat:
        repair::repeat(run);
        break;
      case CommandKind::affirm:
        run.read_by_model(command.inferred);
        answer_yes_or_no(run, true);
        break;
      case CommandKind::deny:
        answer_yes_or_no(run, false);
        break;
      case CommandKind::ask_human:
        repair::hand_off_request(run);
        break;
      case CommandKind::invalid_value:
        repair::invalid(run, command.slot, command.reason);
        break;
      case CommandKind::clarify:
        repair::clarify(run, command.options);
        break;
      case CommandKind::chitchat:
        repair::off_topic(run, command.reason, command.text);
        break;
      case CommandKind::ask_knowledge:
      case CommandKind::cannot_handle:
        repair::unknown(run, command.text);
        break;
    }
    run_steps(run);
    // Nothing goes above a call that is under way: its answer comes to the top frame.
    if (!run.state().stack.empty() && !run.frame().pending_effect.empty()) return;
  }
}

// One overload per event, in the order of EventBody.
class Advance {
 public:
  explicit Advance(Run& run) : run_(run), state_(run.state()) {}

  void operator()(const ConversationStarted& event) {
    state_.conversation_id = event.conversation_id;
    state_.tenant = event.tenant;
    state_.user_id = event.user_id;
    state_.user_known = event.user_known;
    state_.channel = event.channel;
    state_.locale = event.locale;
    state_.utc_offset_seconds = event.utc_offset_seconds;
    state_.currency = event.currency;
    state_.release = event.release;
    state_.semantics = event.semantics;
    state_.context = event.context;
    // Who asks for a flow is there; a greeting, an event and the clock come unasked.
    const bool asked_for = !event.flow.empty() && event.channel != "schedule";
    set_unprompted(state_, !asked_for);
    if (event.user_slots.is_map()) {
      for (const auto& [name, value] : event.user_slots.entries())
        state_.slots.insert_or_assign(std::string(name.as_string()), value);
    }
    if (origins::traced(state_)) state_.origins = read_origins(event.user_origins);
    if (!event.event.is_null()) {
      const EventArrived arrived{
          std::string(event.event.text("name")), event.event["data"], std::string(event.event.text("origin"))
      };
      if (start_by_event(run_, arrived)) run_steps(run_);
      return;
    }
    const std::string& flow_id = event.flow.empty() ? run_.release().settings().start_flow : event.flow;
    if (flow_id.empty() || run_.release().find(flow_id) == nullptr) return;
    Frame first;
    first.flow = flow_id;
    OriginMap untold;
    const bool lasting = state_.semantics >= kLastingOrigins;
    (void)run_.fill_inputs(*run_.release().find(flow_id), first.slots, lasting ? first.origins : untold);
    run_.push(std::move(first));
    run_steps(run_);
  }

  void operator()(const MessageReceived& event) {
    begin_turn(state_, Begun::by_user);
    state_.message = event.text;
    end_silence(state_);
    // While a person owns the conversation the bot is silent; the message is in the log for them to read.
    if (state_.owner == Owner::returning) state_.owner = Owner::bot;
    if (!handoffs::silent(state_)) run_.emit(Understand{event.text, event.payload});
  }

  void operator()(const CommandsUnderstood& event) {
    if (handoffs::silent(state_)) return;
    const std::vector<Command> commands = clean(run_, event.commands);
    const CommandKind first = commands.front().kind;
    if (first != CommandKind::cannot_handle && first != CommandKind::clarify) state_.misunderstood = 0;
    state_.offered.clear();
    state_.offered_for.clear();
    // Texts may read `message`, also those of later turns.
    if (std::ranges::any_of(event.commands, &Command::sensitive)) state_.message = kMask;
    carry_out(run_, commands);
    run_steps(run_);
  }

  void operator()(const ToolReturned& event) { resume_waiting(event.effect_id, event); }
  void operator()(const ToolFailed& event) { resume_waiting(event.effect_id, event); }
  void operator()(const ModelReturned& event) {
    if (!take_up(event.effect_id)) return;
    spending::settle(run_, event);
    resume_top(event);
  }
  void operator()(const ModelFailed& event) { resume_waiting(event.effect_id, event); }
  void operator()(const Recalled& event) { resume_waiting(event.effect_id, event); }
  void operator()(const RecallFailed& event) { resume_waiting(event.effect_id, event); }
  void operator()(const TimerFired& event) {
    if (reviews::expire(run_, event.timer_id)) return go_on_with_review(event.timer_id);
    if (handoffs::give_up(run_, event.timer_id)) {
      begin_turn(state_, Begun::otherwise);
      resume_top(event);
      return;
    }
    go_on(ring(state_, event.timer_id));
  }

  void operator()(const OperatorJoined& event) {
    begin_turn(state_, Begun::by_user);
    handoffs::joined(run_, event);
  }

  void operator()(const OperatorReplied& event) {
    begin_turn(state_, Begun::by_user);
    handoffs::replied(run_, event);
  }

  void operator()(const OperatorLeft& event) {
    if (!handoffs::silent(state_)) return;
    begin_turn(state_, Begun::by_user);
    handoffs::left(run_, event);
    if (resume_top(event) || state_.stack.empty()) return;
    repair::resume(run_);
    run_steps(run_);
  }

  void operator()(const FeedbackGiven&) {}

  void operator()(const ReleaseAdopted& event) {
    if (!state_.stack.empty() && !apply_moves(state_, run_.release(), event.moves)) return;
    state_.release = event.release;
    state_.semantics = event.semantics;
    if (!state_.stack.empty() && !run_.frame().asked) run_steps(run_);
  }

  void operator()(const ReviewDecided& event) {
    if (reviews::decide(run_, event)) go_on_with_review(event.review_id);
  }

  void operator()(const StyleChosen& event) {
    if (!state_.context.is_map()) state_.context = Value::map();
    if (event.tone.is_int() || event.tone.is_string())
      state_.context = state_.context.with("tone", event.tone);
    if (!event.length.empty()) state_.context = state_.context.with("length", event.length);
  }

  // A person's conversation is not disturbed; the event is in the log for them to see.
  void operator()(const EventArrived& event) {
    if (const Woken woken = hear(run_, event); woken.any) return go_on(woken);
    begin_turn(state_, Begun::again);
    if (handoffs::silent(state_)) return;
    if (start_by_event(run_, event)) {
      set_unprompted(state_, true);
      return run_steps(run_);
    }
    // Whoever has written a code gets an answer, where no step waited for it.
    if (event.name == "parley.signed_in" && event.data["code"] == Value(true)) {
      const Value passed = MapBuilder().set("service", event.data["connector"]).build();
      run_.say(Say{.text = run_.words("parley.signed_in", passed)});
    }
  }

 private:
  // A step that is not on top, or whose user talks to a person now, finds the decision when it is its turn.
  void go_on_with_review(std::string_view review_id) {
    begin_turn(state_, Begun::otherwise);
    if (!handoffs::silent(state_) && run_.frame().review == review_id) run_steps(run_);
  }

  // The frame that waits for the effect is the top one: nothing is pushed above a call that is under way.
  void resume_waiting(std::string_view effect_id, const EventBody& event) {
    if (take_up(effect_id)) resume_top(event);
  }

  bool take_up(std::string_view effect_id) {
    return !effect_id.empty() && !state_.stack.empty() && take_up_waiting(run_.frame(), effect_id);
  }

  // A step below the top, or one whose user talks to a person now, finds what has come when it is its turn.
  void go_on(Woken woken) {
    if (!woken.on_top || handoffs::silent(state_)) return;
    const flow::Flow& flow = run_.flow();
    const flow::StepIndex step = run_.frame().step;
    const bool call = step < flow.steps.size() && flow.steps[step].spec->type == "tool";
    begin_turn(state_, call ? Begun::again : Begun::otherwise);
    run_steps(run_);
  }

  bool resume_top(const EventBody& event) {
    if (state_.stack.empty() || run_.frame().step >= run_.flow().steps.size()) return false;
    const flow::Step& step = run_.flow().steps[run_.frame().step];
    const StepType& type = step_type(*step.spec);
    if (type.resume == nullptr) return false;
    auto outcome = type.resume(run_, step, event);
    if (!outcome) return false;
    apply(run_, step, std::move(*outcome));
    run_steps(run_);
    return true;
  }

  Run& run_;
  State& state_;
};

}  // namespace

void advance(
    const Release& release, State& state, const Event& event, Effects& effects, std::vector<Visit>* visits
) {
  // A turn has a handful of effects; moving them about while the list grows costs more than the room.
  constexpr std::size_t kUsual = 6;
  if (effects.capacity() < effects.size() + kUsual) effects.reserve(effects.size() + kUsual);
  Run run(release, state, event.at, effects, visits);
  std::visit(Advance(run), event.body);
  reviews::withdraw_orphans(run);
}

std::string_view status(const State& state) {
  if (state.owner == Owner::pending_human) return "pending_human";
  if (state.owner == Owner::human) return "human";
  if (!state.stack.empty() && waits_for(state.stack.back(), {})) return "working";
  if (state.ended) return "ended";
  return "waiting";
}

std::string_view waiting_step(const Release& release, const State& state) {
  for (std::size_t i = state.stack.size(); i-- > 0;) {
    const Frame& frame = state.stack[i];
    if (frame.kind == Frame::Kind::repair) continue;
    const flow::Flow* flow = release.find(frame.flow);
    if (flow == nullptr || frame.step >= flow->steps.size()) return {};
    return flow->steps[frame.step].id;
  }
  return {};
}

}  // namespace parley::engine
