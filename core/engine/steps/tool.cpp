// tool: calls an operation of an outside system and waits for its result.
#include <algorithm>

#include "engine/blocks.hpp"
#include "engine/calls.hpp"
#include "engine/origins.hpp"
#include "engine/people/call_reviews.hpp"
#include "engine/retry.hpp"
#include "engine/spending.hpp"
#include "engine/steps/step_files.hpp"
#include "engine/waiting.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t {
  k_call,
  k_with,
  k_save,
  k_timeout,
  k_on_error,
  k_effect,
  k_retry,
  k_compensate,
  k_approve,
  k_approver,
  k_approve_within,
  k_on_rejected,
  k_approvals,
  k_trust
};

// How long the link to sign in at is waited for, and the event that tells that somebody has.
constexpr std::string_view kSignInExpired = "sign_in_expired";
constexpr std::string_view kSignedIn = "parley.signed_in";
constexpr std::string_view kSignIn = "sign_in";
constexpr Duration kSignInWithin{600, 0};

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
    {"retry",
     FieldKind::retry,
     false,
     "How a failed call is tried again: {max, backoff, factor, max_backoff, jitter, on}. Never when it may "
     "have "
     "happened and must not be repeated."},
    {"compensate",
     FieldKind::compensation,
     false,
     "What undoes the call when the flow is cancelled or fails after it: an operation, called with the same "
     "arguments, or {call, with}."},
    {"approve",
     FieldKind::expression,
     false,
     "When this is true, a person must approve the call first; not inside of a parallel."},
    {"approver", FieldKind::text, false, "The person or queue that should approve it."},
    {"approve_within", FieldKind::duration, false, "How long an approval may take; default 24h."},
    {"on_rejected",
     FieldKind::step_name,
     false,
     "Where it leads when the person says no; `on_error` when left out, else the flow is stopped."},
    {"approvals",
     FieldKind::integer,
     false,
     "How many different people must approve it, from 1 to 5; default 1."},
    {"trust",
     FieldKind::tool_names,
     false,
     "Whose answers may go into the arguments without a person: tools of other connectors, `model.extract`, "
     "`knowledge.NAME`, `HOOK.webhook`."},
};

Result<Value> arguments(Run& run, const flow::Step& step) {
  if (const auto* with = step.get<flow::Data>(k_with)) return with->evaluate(run.scope());
  MapBuilder gathered;
  for (const flow::Slot& slot : run.flow().slots) {
    if (const Value* value = run.slot(slot.name)) gathered.set(slot.name, *value);
  }
  return gathered.build();
}

std::vector<std::string> sensitive_arguments(Run& run, const flow::Step& step) {
  if (const auto* with = step.get<flow::Data>(k_with)) return sensitive_members(run, *with);
  std::vector<std::string> names;
  if (!run.release().has_sensitive()) return names;
  for (const flow::Slot& slot : run.flow().slots) {
    if (slot.sensitive) names.push_back(slot.name);
  }
  return names;
}

// The step holds what a further attempt, or its undoing, must know of the call.
Outcome make(Run& run, const flow::Step& step, CallTool call) {
  if (auto refusal = spending::reserve_tool_call(run)) {
    return effect_failed(
        run, step.get<flow::Name>(k_on_error), {std::string(spending::kLimitReached), std::move(*refusal)}
    );
  }
  Frame& frame = run.frame();
  const bool again = step.get<flow::Retry>(k_retry) != nullptr;
  const std::uint32_t attempt = call.attempt;
  const Value arguments = call.arguments;
  // A repetition is compared with what was approved as well.
  const std::string review = origins::traced(run.state()) ? call.review_id : std::string();
  const EmittedCall made = emit_call(run, std::move(call));
  frame.pending_effect = made.effect_id;
  if (again || step.get<flow::Compensation>(k_compensate) != nullptr) {
    MapBuilder held;
    held.set("arguments", arguments).set("attempt", static_cast<std::int64_t>(attempt));
    held.set("occurrence", static_cast<std::int64_t>(made.occurrence));
    if (!review.empty()) held.set("review", review);
    frame.held = held.build();
  }
  return Outcome::wait();
}

// The pause is over: the same call, with the same key.
Outcome call_again(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  frame.due = false;
  CallTool call{
      .tool = step.get<flow::Name>(k_call)->text,
      .arguments = frame.held["arguments"],
      .occurrence = static_cast<std::uint32_t>(frame.held["occurrence"].as_int()),
      .attempt = static_cast<std::uint32_t>(frame.held["attempt"].as_int()) + 1,
  };
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  call.sensitive = sensitive_arguments(run, step);
  call.review_id = frame.held.text("review");
  return make(run, step, std::move(call));
}

// Waits before the next attempt, when there is to be one.
bool pause(Run& run, const flow::Step& step, const ToolFailed& failure) {
  const auto* retry = step.get<flow::Retry>(k_retry);
  const Value& attempt = run.frame().held["attempt"];
  if (retry == nullptr || !attempt.is_int()) return false;
  const auto wait = pause_before_retry(*retry, static_cast<std::uint32_t>(attempt.as_int()), failure);
  if (!wait) return false;
  start_timer(run, *wait);
  return true;
}

// Notes how to undo what was done. A note that cannot be made is an error of its own: the call stays done.
Result<void> note_undo(Run& run, const flow::Step& step, const Value& made_with) {
  const auto* compensation = step.get<flow::Compensation>(k_compensate);
  if (compensation == nullptr) return {};
  Undo undo{run.frame().step, compensation->tool.text, made_with, {}};
  if (!compensation->with) {
    undo.sensitive = sensitive_arguments(run, step);
  } else {
    undo.sensitive = sensitive_members(run, *compensation->with);
    auto given = compensation->with->evaluate(run.scope());
    if (!given) return std::unexpected(std::move(given.error()));
    undo.arguments = *std::move(given);
  }
  run.frame().undo.push_back(std::move(undo));
  return {};
}

// What has had an effect is not gone back over by a later correction.
void had_effect(Frame& frame, const flow::Step& step) {
  const auto* effect = step.get<flow::Name>(k_effect);
  if (effect != nullptr && effect->text == "read") return;
  note_done(frame);
  frame.segment = step.next;
}

// Where the arguments of the call come from.
Origins argument_origins(const Run& run, const flow::Step& step) {
  if (const auto* with = step.get<flow::Data>(k_with)) return origins::of(run, *with);
  Origins all;
  for (const flow::Slot& slot : run.flow().slots) origins::add(all, origins::of_name(run, slot.name));
  return all;
}

void keep(Run& run, const flow::Step& step, Value result, Origins from) {
  Frame& frame = run.frame();
  frame.pending_effect.clear();
  if (const auto* save = step.get<flow::Name>(k_save)) run.set_slot(frame, save->text, result, from);
  run.set_name(frame, "result", std::move(result), std::move(from));
  had_effect(frame, step);
}

Outcome returned(Run& run, const flow::Step& step, const ToolReturned& event) {
  const std::string& tool = step.get<flow::Name>(k_call)->text;
  keep(run, step, event.result, origins::of_result(tool, argument_origins(run, step)));
  if (auto noted = note_undo(run, step, run.frame().held["arguments"]); !noted) {
    return Outcome::fail(std::move(noted.error().message));
  }
  return Outcome::next();
}

// Nothing was sent: the user is shown where to sign in, and the call is made when he has.
Outcome wait_for_sign_in(Run& run, const flow::Step& step, const ToolFailed& event) {
  const std::string& tool = step.get<flow::Name>(k_call)->text;
  Frame& frame = run.frame();
  frame.pending_effect.clear();
  frame.held = MapBuilder().set(kSignIn, true).build();
  show_sign_in(run, tool, event.message);
  start_timer(run, kSignInWithin);
  return Outcome::wait();
}

bool waits_for_sign_in(const Cursor& cursor) {
  return cursor.held.is_map() && cursor.held.find(kSignIn) != nullptr;
}

// The arguments as a person has edited them, as long as they stand for the same ones of the flow's.
void take_edited(const Frame& frame, CallTool& call) {
  const Value* edited = frame.held.find("edited");
  if (edited != nullptr && frame.held["instead_of"] == call.arguments) call.arguments = *edited;
}

Value edited_to(const Value& arguments, const Value& proposed) {
  return MapBuilder().set("edited", arguments).set("instead_of", proposed).build();
}

// Never a blind retry: a person finds out whether it happened.
void ask_what_happened(Run& run, const flow::Step& step, const ToolFailed& event) {
  const std::string& tool = step.get<flow::Name>(k_call)->text;
  const bool lasting = run.state().semantics >= kLastingOrigins;
  auto args = arguments(run, step);
  // What was sent, which somebody may have edited.
  const Value* sent = run.frame().held.find("arguments");
  if (lasting && sent != nullptr) {
    args = *sent;
  } else if (lasting && args) {
    CallTool made{.arguments = *std::move(args)};
    take_edited(run.frame(), made);
    args = std::move(made.arguments);
  }
  (void)reviews::ask(
      run,
      {.kind = ReviewKind::outcome,
       .title = "Did " + tool + " happen?",
       .text = event.message,
       .subject = MapBuilder()
                      .set("tool", tool)
                      .set("arguments", args ? *args : Value())
                      .set("error", event.code)
                      .build(),
       .sensitive = lasting ? sensitive_arguments(run, step) : std::vector<std::string>()}
  );
}

Outcome failed(Run& run, const flow::Step& step, const ToolFailed& event) {
  if (event.code == kSignInRequired) return wait_for_sign_in(run, step, event);
  if (pause(run, step, event)) {
    run.frame().pending_effect.clear();
    return Outcome::wait();
  }
  if (event.in_doubt) had_effect(run.frame(), step);
  // Beside other branches nobody can be waited for: there it stays an error.
  if (event.in_doubt && run.frame().around.empty()) {
    run.frame().pending_effect.clear();
    ask_what_happened(run, step, event);
    return Outcome::stay();
  }
  Failure failure{event.code, event.message, event.in_doubt};
  if (!event.effect_id.empty())
    failure.origins = origins::of_result(step.get<flow::Name>(k_call)->text, argument_origins(run, step));
  return effect_failed(run, step.get<flow::Name>(k_on_error), std::move(failure));
}

// Why the call may not be made without a person; empty when it may.
Result<std::string> why_ask(Run& run, const flow::Step& step, const CallTool& call, bool& needed) {
  needed = false;
  if (const auto* approve = step.get<expr::Expression>(k_approve)) {
    const auto holds = run.test(*approve);
    if (!holds) return std::unexpected(holds.error());
    needed = *holds;
  }
  const auto* effect = step.get<flow::Name>(k_effect);
  const bool harmless =
      (effect != nullptr && effect->text == "read") || origins::is_plain_function(call.tool);
  if (!origins::traced(run.state()) || harmless) return std::string();
  const Origins from =
      reviews::doubtful(argument_origins(run, step), call.tool, step.get<flow::Names>(k_trust));
  if (from.empty()) return std::string();
  needed = true;
  return "What it is called with comes from " + reviews::spoken_origins(from) +
         ", not only from the user and the author.";
}

Result<reviews::CallQuestion> question(Run& run, const flow::Step& step, std::string why) {
  reviews::CallQuestion asked{.text = std::move(why), .assignee = {}, .expires = reviews::kApproveWithin};
  if (const auto* approver = step.get<flow::Text>(k_approver)) {
    auto assignee = run.render(*approver);
    if (!assignee) return std::unexpected(std::move(assignee.error()));
    asked.assignee = std::move(*assignee);
  }
  if (const auto* within = step.get<Value>(k_approve_within)) asked.expires = within->as_duration();
  if (const auto* people = step.get<Value>(k_approvals))
    asked.people =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(people->as_int(), 1, reviews::kMostApprovers));
  return asked;
}

Outcome rejected(Run& run, const flow::Step& step, const OpenReview& review) {
  if (const auto* target = step.get<flow::Name>(k_on_rejected))
    return Outcome::jump(run.flow().step_index(target->text));
  if (origins::traced(run.state())) {
    return effect_failed(
        run, step.get<flow::Name>(k_on_error), {std::string(kApprovalRejected), review.note}
    );
  }
  repair::review_rejected(run, review.note);
  return Outcome::stay();
}

// Nothing when the call may be made now. An approval holds for exactly the call that the person saw.
std::optional<Outcome> wait_for_approval(Run& run, const flow::Step& step, CallTool& call) {
  using Kind = reviews::CallDecision::Kind;
  if (reviews::of_top_frame(run) != nullptr) {
    // A text takes turns between its variants, so it is rendered only to be shown.
    Result<reviews::CallQuestion> again{};
    if (reviews::of_top_frame(run)->status == ReviewStatus::edited) again = question(run, step, {});
    if (!again) return Outcome::fail(again.error().message);
    const Value proposed = call.arguments;
    take_edited(run.frame(), call);
    // What is asked anew may put a handler on top of this frame.
    const std::size_t place = run.state().stack.size() - 1;
    const reviews::CallDecision decision = reviews::decision_about(run, call, *std::move(again));
    Frame& frame = run.state().stack[place];
    run.set_name(frame, "review", reviews::as_value(decision.review));
    switch (decision.kind) {
      case Kind::approved:
        if (run.state().semantics >= kLastingOrigins && call.arguments != proposed)
          frame.held = edited_to(call.arguments, proposed);
        return std::nullopt;
      case Kind::waits:
        frame.held = edited_to(call.arguments, proposed);
        return Outcome::stay();
      case Kind::rejected:
        return rejected(run, step, decision.review);
      case Kind::expired:
        return failed(
            run, step, ToolFailed{.code = "approval_expired", .message = "nobody approved in time"}
        );
      case Kind::answered:
        keep(run, step, decision.review.values, {});
        return Outcome::next();
      case Kind::outdated:
        call.arguments = proposed;
        frame.held = Value();
        break;
    }
  }
  bool needed = false;
  auto why = why_ask(run, step, call, needed);
  if (!why) return Outcome::fail(why.error().message);
  if (!needed) return std::nullopt;
  if (!run.frame().around.empty())
    return Outcome::fail("a call inside of a parallel cannot wait for an approval");
  auto asked = question(run, step, *std::move(why));
  if (!asked) return Outcome::fail(asked.error().message);
  reviews::ask_about(run, call, *std::move(asked));
  return Outcome::stay();
}

// A person has found out what became of a call that was in doubt.
Outcome found_out(Run& run, const flow::Step& step) {
  const OpenReview review = reviews::take(run);
  run.set_name(run.frame(), "review", reviews::as_value(review));
  if (review.status == ReviewStatus::approved) {
    keep(run, step, review.values, {});
    if (auto noted = note_undo(run, step, run.frame().held["arguments"]); !noted)
      return Outcome::fail(std::move(noted.error().message));
    return Outcome::next();
  }
  return failed(run, step, ToolFailed{.code = "did_not_happen", .message = review.note});
}

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (!frame.pending_effect.empty()) return Outcome::wait();
  if (const OpenReview* review = reviews::of_top_frame(run)) {
    if (review->status == ReviewStatus::open) return reviews::keep_waiting(run);
    if (review->kind == ReviewKind::outcome) return found_out(run, step);
  }
  if (frame.due && waits_for_sign_in(frame)) {
    frame.due = false;
    frame.held = Value();
    return effect_failed(
        run, step.get<flow::Name>(k_on_error), {std::string(kSignInExpired), "nobody signed in in time"}
    );
  }
  const bool signed_in = frame.due && frame.held.is_map() && frame.held.text("event") == kSignedIn;
  if (signed_in) {
    frame.due = false;
    frame.held = Value();
  }
  if (frame.due) return call_again(run, step);
  if (!frame.timer.empty()) return Outcome::wait();
  auto args = arguments(run, step);
  if (!args) return Outcome::fail(args.error().message);

  CallTool call{
      .effect_id = run.next_effect_id(),
      .tool = step.get<flow::Name>(k_call)->text,
      .arguments = std::move(*args)
  };
  call.sensitive = sensitive_arguments(run, step);
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  if (auto instead = wait_for_approval(run, step, call)) return std::move(*instead);
  frame.entered = true;
  return make(run, step, std::move(call));
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

bool hears(const flow::Step& /*step*/, const Cursor& cursor, std::string_view event) {
  return event == kSignedIn && waits_for_sign_in(cursor);
}

constexpr flow::StepSpec kSpec{
    .type = "tool",
    .doc = "Calls an outside system and saves its answer.",
    .keywords = kKeywords,
    .waits = true,
    .seals = true,
};

}  // namespace

extern const StepType tool{.spec = kSpec, .run = run, .resume = resume, .hears = hears};

}  // namespace parley::engine::steps
