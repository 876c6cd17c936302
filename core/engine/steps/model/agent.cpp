// agent: a model works towards a goal with some tools, within limits. The model proposes calls; only those
// that the author listed are made, and those not under `allow` wait for a person first.
#include <algorithm>

#include "engine/calls.hpp"
#include "engine/people/reviews.hpp"
#include "engine/spending.hpp"
#include "engine/steps/model/model_step.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t {
  k_goal,
  k_tools,
  k_allow,
  k_with,
  k_until,
  k_max_rounds,
  k_approver,
  k_save,
  k_model,
  k_timeout,
  k_on_error
};

constexpr flow::Keyword kKeywords[] = {
    {"goal", FieldKind::text, true, "What the model is to achieve."},
    {"tools", FieldKind::tool_names, true, "The operations that it may use; no others exist for it."},
    {"allow", FieldKind::tool_names, false, "Those that are called without asking a person first."},
    {"with", FieldKind::data, false, "Facts that the model may use; nothing else of the conversation is sent."
    },
    {"until",
     FieldKind::expression,
     false,
     "Stops as soon as this is true; `result` is the last tool's answer."},
    {"max_rounds", FieldKind::integer, false, "How often the model is asked at most; default 8."},
    {"approver", FieldKind::text, false, "The person or queue that is asked about other calls."},
    kSaveKeyword,
    kModelKeyword,
    kModelTimeoutKeyword,
    kOnErrorKeyword,
};

constexpr std::uint8_t kDefaultRounds = 8;
constexpr std::uint8_t kMostCallsARound = 8;

// What the step remembers between events: {rounds, steps: [{tool, arguments, result | error}], calls: [open
// ones]}.
Value remembered(const Frame& frame, std::string_view name) {
  const Value* found = frame.held.find(name);
  return found == nullptr ? Value() : *found;
}

std::int64_t rounds(const Frame& frame) {
  const Value value = remembered(frame, "rounds");
  return value.is_int() ? value.as_int() : 0;
}

void remember(Frame& frame, std::string_view name, Value value) {
  frame.held = (frame.held.is_map() ? frame.held : Value::map()).with(name, std::move(value));
}

Value appended(const Value& list, Value item) {
  ListBuilder all;
  if (list.is_list()) {
    for (const Value& old : list.as_list()) all.add(old);
  }
  all.add(std::move(item));
  return all.build();
}

bool listed(const flow::Names* names, std::string_view tool) {
  return names != nullptr && std::ranges::any_of(*names, [&](const flow::Name& n) { return n.text == tool; });
}

Outcome stop(Run& run, const flow::Step& step, std::string code, std::string why) {
  return effect_failed(run, step.get<flow::Name>(k_on_error), {std::move(code), std::move(why)});
}

Outcome ask(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  const auto* most = step.get<Value>(k_max_rounds);
  const std::int64_t limit = most != nullptr ? most->as_int() : kDefaultRounds;
  if (rounds(frame) >= limit)
    return stop(
        run, step, "agent_rounds", "the agent did not finish in " + std::to_string(limit) + " rounds"
    );
  auto goal = run.render(*step.get<flow::Text>(k_goal));
  if (!goal) return Outcome::fail(goal.error().message);
  MapBuilder input;
  if (const auto* with = step.get<flow::Data>(k_with)) {
    auto facts = with->evaluate(run.scope());
    if (!facts) return Outcome::fail(facts.error().message);
    input.set("facts", std::move(*facts));
  }
  ListBuilder tools;
  for (const flow::Name& tool : *step.get<flow::Names>(k_tools)) tools.add(tool.text);
  const Value done = remembered(frame, "steps");
  input.set("goal", std::move(*goal))
      .set("steps", done.is_list() ? done : Value::list())
      .set("tools", tools.build());
  CallModel call{.task = "agent", .input = input.build()};
  if (const auto* model = step.get<flow::Name>(k_model)) call.model = model->text;
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  remember(frame, "rounds", rounds(frame) + 1);
  return ask_model(run, step.get<flow::Name>(k_on_error), std::move(call));
}

Outcome finish(Run& run, const flow::Step& step, Value result) {
  const auto* save = step.get<flow::Name>(k_save);
  if (save == nullptr && result.is_string()) run.say(Say{.text = std::string(result.as_string())});
  keep_result(run, save, std::move(result));
  return Outcome::next();
}

// What became of a call, for the model's next round.
void note(Frame& frame, const Value& call, std::string_view key, Value what) {
  Value entry = MapBuilder()
                    .set("tool", call["tool"])
                    .set("arguments", call["arguments"])
                    .set(key, std::move(what))
                    .build();
  remember(frame, "steps", appended(remembered(frame, "steps"), std::move(entry)));
}

Value first_call(const Frame& frame) {
  const Value calls = remembered(frame, "calls");
  return calls.is_list() && calls.size() > 0 ? calls.as_list()[0] : Value();
}

void drop_first_call(Frame& frame) {
  ListBuilder rest;
  const Value calls = remembered(frame, "calls");
  for (std::size_t i = 1; i < calls.size(); ++i) rest.add(calls.as_list()[i]);
  remember(frame, "calls", rest.build());
}

CallTool as_call(Run& run, const Value& proposed) {
  return {
      .effect_id = run.next_effect_id(),
      .tool = std::string(proposed.text("tool")),
      .arguments = proposed["arguments"].is_map() ? proposed["arguments"] : Value::map(),
  };
}

Outcome call_tool(Run& run, const flow::Step& step, CallTool call) {
  if (auto refusal = spending::reserve_tool_call(run))
    return stop(run, step, std::string(spending::kLimitReached), std::move(*refusal));
  Frame& frame = run.frame();
  frame.pending_effect = emit_call(run, std::move(call)).effect_id;
  frame.entered = true;
  return Outcome::wait();
}

Result<Outcome> ask_person(Run& run, const flow::Step& step, const CallTool& call) {
  reviews::Question question{
      .kind = ReviewKind::approval,
      .title = call.tool,
      .text = "A model proposed this call.",
      .subject = MapBuilder().set("tool", call.tool).set("arguments", call.arguments).build(),
  };
  if (const auto* approver = step.get<flow::Text>(k_approver)) {
    auto assignee = run.render(*approver);
    if (!assignee) return std::unexpected(std::move(assignee.error()));
    question.assignee = std::move(*assignee);
  }
  reviews::ask(run, std::move(question));
  return Outcome::stay();
}

// The next of the calls that the model proposed; when none is left, the model is asked again.
Outcome go_on(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (const auto* until = step.get<expr::Expression>(k_until); until != nullptr && rounds(frame) > 0) {
    const auto done = run.test(*until);
    const auto result = frame.slots.find("result");
    // Before any tool has answered there is no `result` to read.
    if (!done && result != frame.slots.end()) return Outcome::fail(done.error().message);
    if (done && *done) {
      return finish(run, step, result == frame.slots.end() ? Value() : result->second);
    }
  }
  for (Value proposed = first_call(frame); !proposed.is_null(); proposed = first_call(frame)) {
    const std::string_view tool = proposed.text("tool");
    if (!listed(step.get<flow::Names>(k_tools), tool)) {
      note(frame, proposed, "error", "there is no such tool");
      drop_first_call(frame);
      continue;
    }
    CallTool call = as_call(run, proposed);
    if (listed(step.get<flow::Names>(k_allow), tool)) return call_tool(run, step, std::move(call));
    auto asked = ask_person(run, step, call);
    return asked ? std::move(*asked) : Outcome::fail(asked.error().message);
  }
  return ask(run, step);
}

// A person has decided about the first open call.
Outcome decided(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  const OpenReview review = reviews::take(run);
  const Value proposed = first_call(frame);
  CallTool call = as_call(run, proposed);
  const Value subject = MapBuilder().set("tool", call.tool).set("arguments", call.arguments).build();
  const bool same = review.digest == reviews::digest_of(run.state(), review.turn, subject);
  if (review.status == ReviewStatus::approved && same) {
    call.review_id = review.id;
    return call_tool(run, step, std::move(call));
  }
  note(
      frame, proposed, "error", review.note.empty() ? "a person refused this call" : "refused: " + review.note
  );
  drop_first_call(frame);
  return go_on(run, step);
}

Outcome run(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  if (const OpenReview* review = reviews::of_top_frame(run)) {
    return review->status == ReviewStatus::open ? reviews::keep_waiting(run) : decided(run, step);
  }
  return go_on(run, step);
}

Outcome proposed(Run& run, const flow::Step& step, const Value& answer) {
  Frame& frame = run.frame();
  const Value& calls = answer["calls"];
  if (!calls.is_list() || calls.size() == 0) {
    const Value& result = answer["result"];
    return finish(run, step, result.is_null() ? Value(answer.text("text")) : result);
  }
  if (calls.size() > kMostCallsARound)
    return stop(run, step, "model_answer", "the model proposed too many calls at once");
  remember(frame, "calls", calls);
  return go_on(run, step);
}

std::optional<Outcome> resume(Run& run, const flow::Step& step, const EventBody& event) {
  Frame& frame = run.frame();
  if (const auto* failure = std::get_if<ModelFailed>(&event))
    return stop(run, step, failure->code, failure->message);
  if (const auto* returned = std::get_if<ModelReturned>(&event)) {
    frame.pending_effect.clear();
    return proposed(run, step, returned->result);
  }
  const Value open = first_call(frame);
  if (const auto* result = std::get_if<ToolReturned>(&event)) {
    frame.pending_effect.clear();
    frame.segment = step.next;
    note(frame, open, "result", result->result);
    frame.slots.insert_or_assign("result", result->result);
  } else if (const auto* failure = std::get_if<ToolFailed>(&event)) {
    frame.pending_effect.clear();
    frame.segment = step.next;
    // Nobody knows whether it happened: that is not the model's to sort out.
    if (failure->in_doubt) {
      raise(run, failure->code, failure->message, true);
      return Outcome::stay();
    }
    note(frame, open, "error", failure->code + ": " + failure->message);
  } else {
    return std::nullopt;
  }
  drop_first_call(frame);
  return go_on(run, step);
}

constexpr flow::StepSpec kSpec{
    .type = "agent",
    .doc = "A model works towards a goal with some tools, within limits.",
    .keywords = kKeywords,
    .waits = true,
    .needs_person = true,
    .seals = true,
    .model_calls = kDefaultRounds,
    .calls_a_round = kMostCallsARound,
};

}  // namespace

extern const StepType agent{.spec = kSpec, .run = run, .resume = resume};

}  // namespace parley::engine::steps
