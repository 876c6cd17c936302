// agent: a model works towards a goal with some tools, within limits. The model proposes calls; only those
// that the author listed are made, and those not under `allow` wait for a person first.
#include <algorithm>

#include "base/json.hpp"
#include "engine/calls.hpp"
#include "engine/origins.hpp"
#include "engine/outside_calls.hpp"
#include "engine/people/call_reviews.hpp"
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
  k_context,
  k_approver,
  k_save,
  k_model,
  k_timeout,
  k_on_error,
  k_approve_within,
  k_approvals,
  k_trust,
  k_pins
};

constexpr flow::Keyword kKeywords[] = {
    {"goal", FieldKind::text, true, "What the model is to achieve."},
    {"tools", FieldKind::tool_names, true, "The operations that it may use; no others exist for it."},
    {"allow", FieldKind::tool_names, false, "Those that are called without asking a person first."},
    {"with",
     FieldKind::data,
     false,
     "Facts that the model may use; besides them and `context` nothing of the conversation is sent."},
    {"until",
     FieldKind::expression,
     false,
     "Stops as soon as this is true; `result` is the last tool's answer."},
    {"max_rounds", FieldKind::integer, false, "How often the model is asked at most; default 8."},
    {"context",
     FieldKind::boolean,
     false,
     "Whether the model is told what is known of the user, and said before; by default only what is known "
     "when there is "
     "`allow`, and both otherwise."},
    {"approver", FieldKind::text, false, "The person or queue that is asked about other calls."},
    kSaveKeyword,
    kModelKeyword,
    kModelTimeoutKeyword,
    kOnErrorKeyword,
    {"approve_within", FieldKind::duration, false, "How long an approval may take; default 24h."},
    {"approvals",
     FieldKind::integer,
     false,
     "How many different people must approve a call, from 1 to 5; default 1."},
    {"trust",
     FieldKind::tool_names,
     false,
     "Whose answers the model may read and still make the calls under `allow` without a person."},
    {"pins",
     FieldKind::data,
     false,
     "Arguments that the model cannot choose, by tool: {shop.find_order: {customer: \"{{user.id}}\"}}."},
};

constexpr std::uint8_t kDefaultRounds = 8;
constexpr std::uint8_t kMostCallsARound = 8;
constexpr std::size_t kMostShownTools = 30;         // further ones are searched
constexpr std::size_t kMostArguments = 32U << 10U;  // bytes of one call

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

// Whose answers the model has read: those of its own calls, and what the goal and the facts are made from.
Origins has_read(const Run& run, const flow::Step& step) {
  Origins read = origins::of(run, *step.get<flow::Text>(k_goal));
  if (const auto* with = step.get<flow::Data>(k_with)) origins::add(read, origins::of(run, *with));
  const Frame& frame = run.state().stack.back();
  if (!remembered(frame, "context").is_null()) {
    for (const auto& [name, from] : run.state().origins) {
      if (run.release().remembered().contains(name)) origins::add(read, from);
    }
    // What the assistant said then may be a stranger's words.
    if (!remembered(frame, "recalled").is_null()) origins::add(read, "memory.recall");
  }
  // What a tool says of its failure is its answer too.
  if (const Value failed = remembered(frame, "failed"); failed.is_list()) {
    for (const Value& tool : failed.as_list()) origins::add(read, tool.as_string());
  }
  const Value steps = remembered(frame, "steps");
  if (!steps.is_list()) return read;
  for (const Value& done : steps.as_list()) {
    if (done.find("result") != nullptr) origins::add(read, origins::of_result(done.text("tool"), {}));
  }
  return read;
}

// The names of the pinned arguments, which the model is not shown: {tool: [argument]}.
Value pinned_names(const flow::Data& pins) {
  MapBuilder names;
  if (const auto* tools = std::get_if<flow::Data::Map>(&pins.node)) {
    for (const flow::Data::Member& tool : *tools) {
      ListBuilder arguments;
      if (const auto* fixed = std::get_if<flow::Data::Map>(&tool.value.node)) {
        for (const flow::Data::Member& argument : *fixed) arguments.add(argument.key);
      }
      names.set(tool.key, arguments.build());
    }
  }
  return names.build();
}

// The model is shown no tools but those that find the others.
bool searches(const Run& run, const flow::Step& step) {
  return origins::traced(run.state()) && step.get<flow::Names>(k_tools)->size() > kMostShownTools;
}

bool finds_tools(std::string_view tool) {
  return tool == kSearchTools || tool == kDescribeTools;
}

Value tool_names(const flow::Step& step) {
  ListBuilder tools;
  for (const flow::Name& tool : *step.get<flow::Names>(k_tools)) tools.add(tool.text);
  return tools.build();
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
    auto facts = with->evaluate(run.scope_for_models());
    if (!facts) return Outcome::fail(facts.error().message);
    input.set("facts", std::move(*facts));
  }
  if (const Value context = remembered(frame, "context"); !context.is_null() && context != Value(""))
    input.set("context", context);
  const Value done = remembered(frame, "steps");
  input.set("goal", std::move(*goal))
      .set("steps", done.is_list() ? done : Value::list())
      .set("tools", tool_names(step));
  if (searches(run, step)) input.set("search", true);
  if (const auto* pins = step.get<flow::Data>(k_pins)) input.set("pinned", pinned_names(*pins));
  add_style(run, input);
  CallModel call{.task = "agent", .input = input.build()};
  if (const auto* model = step.get<flow::Name>(k_model)) call.model = model->text;
  call.timeout_ms = milliseconds(step.get<Value>(k_timeout), call.timeout_ms);
  remember(frame, "rounds", rounds(frame) + 1);
  return ask_model(run, step.get<flow::Name>(k_on_error), std::move(call));
}

Outcome finish(Run& run, const flow::Step& step, Value result) {
  const auto* save = step.get<flow::Name>(k_save);
  if (save == nullptr && result.is_string())
    run.say(Say{.text = origins::shown_words(run, result.as_string())});
  keep_result(run, save, std::move(result), origins::of_result("model.agent", has_read(run, step)));
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

// The pinned arguments that are made from sensitive slots.
std::vector<std::string> sensitive_pins(const Run& run, const flow::Data& pins, std::string_view tool) {
  const auto* tools = std::get_if<flow::Data::Map>(&pins.node);
  if (!run.release().has_sensitive() || tools == nullptr) return {};
  for (const flow::Data::Member& each : *tools) {
    if (each.key == tool) return sensitive_members(run, each.value);
  }
  return {};
}

// The call with what the author has pinned in place of what the model chose.
Result<CallTool> as_call(Run& run, const flow::Step& step, const Value& proposed) {
  CallTool call{
      .effect_id = run.next_effect_id(),
      .tool = std::string(proposed.text("tool")),
      .arguments = proposed["arguments"].is_map() ? proposed["arguments"] : Value::map(),
  };
  if (finds_tools(call.tool)) {
    call.arguments = call.arguments.with("tools", tool_names(step));
    return call;
  }
  const auto* pins = step.get<flow::Data>(k_pins);
  if (pins == nullptr) return call;
  const auto fixed = pins->evaluate(run.scope());
  if (!fixed) return std::unexpected(fixed.error());
  if (const Value& own = (*fixed)[call.tool]; own.is_map()) {
    for (const auto& [name, value] : own.entries())
      call.arguments = call.arguments.with(name.as_string(), value);
  }
  if (run.state().semantics >= kLastingOrigins) call.sensitive = sensitive_pins(run, *pins, call.tool);
  return call;
}

Outcome call_tool(Run& run, const flow::Step& step, CallTool call) {
  if (auto refusal = spending::reserve_tool_call(run))
    return stop(run, step, std::string(spending::kLimitReached), std::move(*refusal));
  Frame& frame = run.frame();
  frame.pending_effect = emit_call(run, std::move(call)).effect_id;
  frame.entered = true;
  return Outcome::wait();
}

Result<reviews::CallQuestion> question(Run& run, const flow::Step& step, std::string why) {
  reviews::CallQuestion asked{.text = std::move(why), .assignee = {}, .expires = {}};
  if (const auto* approver = step.get<flow::Text>(k_approver)) {
    auto assignee = run.render(*approver);
    if (!assignee) return std::unexpected(std::move(assignee.error()));
    asked.assignee = std::move(*assignee);
  }
  if (origins::traced(run.state())) asked.expires = reviews::kApproveWithin;
  if (const auto* within = step.get<Value>(k_approve_within)) asked.expires = within->as_duration();
  if (const auto* people = step.get<Value>(k_approvals))
    asked.people =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(people->as_int(), 1, reviews::kMostApprovers));
  return asked;
}

// Why a person must decide about a call that the author allowed; empty when nobody must. Whoever has read
// what a stranger may have written is not trusted to act on it, nor to ask others questions with it.
std::string why_ask(const Run& run, const flow::Step& step, const CallTool& call, bool only_reads) {
  if (!origins::traced(run.state())) return {};
  const auto* trusted = step.get<flow::Names>(k_trust);
  Origins read = has_read(run, step);
  if (only_reads) {
    read = reviews::doubtful(std::move(read), call.tool, trusted);
    if (read.empty()) return {};
    return "A model proposed this call. What it has read of " + reviews::spoken_origins(read) +
           " would leave with the question.";
  }
  std::erase_if(read, [&](const std::string& origin) { return listed(trusted, origin); });
  if (read.empty()) return {};
  return "A model proposed this call after it had read answers of " + reviews::spoken_origins(read) + ".";
}

// What is wrong with a proposed call, for the model; empty when it may go on.
std::string_view refusal(const Run& run, const flow::Step& step, const Value& proposed) {
  const std::string_view tool = proposed.text("tool");
  const bool known =
      listed(step.get<flow::Names>(k_tools), tool) || (searches(run, step) && finds_tools(tool));
  if (!known) return "there is no such tool";
  if (!origins::traced(run.state())) return {};
  if (write_canonical(proposed["arguments"]).size() > kMostArguments) return "the arguments are too large";
  if (proposed.text("effect") == "read" || finds_tools(tool)) return {};
  const Value steps = remembered(run.state().stack.back(), "steps");
  const bool made = steps.is_list() && std::ranges::any_of(steps.as_list(), [&](const Value& done) {
                      return done.find("result") != nullptr && done.text("tool") == tool &&
                             done["arguments"] == proposed["arguments"];
                    });
  return made ? "this call was made already" : "";
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
    if (const std::string_view wrong = refusal(run, step, proposed); !wrong.empty()) {
      note(frame, proposed, "error", wrong);
      drop_first_call(frame);
      continue;
    }
    auto call = as_call(run, step, proposed);
    if (!call) return Outcome::fail(call.error().message);
    std::string why = "A model proposed this call.";
    if (finds_tools(call->tool)) why.clear();
    if (listed(step.get<flow::Names>(k_allow), call->tool))
      why = why_ask(run, step, *call, proposed.text("effect") == "read");
    if (why.empty()) return call_tool(run, step, *std::move(call));
    auto asked = question(run, step, std::move(why));
    if (!asked) return Outcome::fail(asked.error().message);
    reviews::ask_about(run, *call, *std::move(asked));
    return Outcome::stay();
  }
  return ask(run, step);
}

// The first open call as a person has edited it.
void replace_first_call(Frame& frame, const Value& arguments) {
  const Value calls = remembered(frame, "calls");
  ListBuilder all;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Value& each = calls.as_list()[i];
    all.add(i == 0 ? each.with("arguments", arguments) : each);
  }
  remember(frame, "calls", all.build());
}

std::string_view refused_because(const reviews::CallDecision& decision, const State& state) {
  using Kind = reviews::CallDecision::Kind;
  if (!origins::traced(state)) return "a person refused this call";
  if (decision.kind == Kind::expired) return "nobody approved this call in time";
  return decision.kind == Kind::outdated ? "this is not the call that was approved"
                                         : "a person refused this call";
}

// A person has decided about the first open call.
Outcome decided(Run& run, const flow::Step& step) {
  using Kind = reviews::CallDecision::Kind;
  const std::size_t place = run.state().stack.size() - 1;
  const Value proposed = first_call(run.frame());
  Result<reviews::CallQuestion> again{};
  if (reviews::of_top_frame(run)->status == ReviewStatus::edited) again = question(run, step, {});
  if (!again) return Outcome::fail(again.error().message);
  auto call = as_call(run, step, proposed);
  if (!call) return Outcome::fail(call.error().message);
  const reviews::CallDecision decision = reviews::decision_about(run, *call, *std::move(again));
  Frame& frame = run.state().stack[place];
  if (decision.kind == Kind::approved || decision.kind == Kind::waits) {
    if (origins::traced(run.state()) && call->arguments != proposed["arguments"])
      replace_first_call(frame, call->arguments);
    return decision.kind == Kind::waits ? Outcome::stay() : call_tool(run, step, *std::move(call));
  }
  if (decision.kind == Kind::answered) {
    note(frame, proposed, "result", decision.review.values);
    frame.segment = step.next;
    run.set_name(frame, "result", decision.review.values);
  } else {
    const std::string& words = decision.review.note;
    note(
        frame,
        proposed,
        "error",
        words.empty() ? std::string(refused_because(decision, run.state())) : "refused: " + words
    );
  }
  drop_first_call(frame);
  return go_on(run, step);
}

Outcome run(Run& run, const flow::Step& step) {
  if (!run.frame().pending_effect.empty()) return Outcome::wait();
  if (const OpenReview* review = reviews::of_top_frame(run)) {
    return review->status == ReviewStatus::open ? reviews::keep_waiting(run) : decided(run, step);
  }
  // Once, before the first round.
  if (rounds(run.frame()) == 0 && remembered(run.frame(), "context").is_null()) {
    std::string about;
    if (run.state().message.empty()) about = run.render(*step.get<flow::Text>(k_goal)).value_or("");
    // One that may act by itself is told what was said before only where the author says so.
    const auto* wanted = step.get<Value>(k_context);
    const bool acts = step.get<flow::Names>(k_allow) != nullptr;
    Context context = context_for(run, wanted, about, !acts || (wanted != nullptr && wanted->as_bool()));
    if (context.wait) return Outcome::wait();
    if (!context.text.empty()) remember(run.frame(), "context", std::move(context.text));
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
  if (auto context = told_context(run, event)) {
    const auto* recalled = std::get_if<Recalled>(&event);
    if (recalled != nullptr && recalled->hits.size() > 0) remember(frame, "recalled", Value(true));
    remember(frame, "context", std::move(*context));
    return go_on(run, step);
  }
  if (const auto* failure = std::get_if<ModelFailed>(&event))
    return model_failed(run, step.get<flow::Name>(k_on_error), "model.agent", *failure);
  if (const auto* returned = std::get_if<ModelReturned>(&event)) {
    frame.pending_effect.clear();
    return proposed(run, step, returned->result);
  }
  const Value open = first_call(frame);
  if (const auto* result = std::get_if<ToolReturned>(&event)) {
    frame.pending_effect.clear();
    frame.segment = step.next;
    note(frame, open, "result", result->result);
    Origins given;
    if (run.state().semantics >= kLastingOrigins)
      given = origins::of_result("model.agent", has_read(run, step));
    run.set_name(frame, "result", result->result, origins::of_result(open.text("tool"), std::move(given)));
  } else if (const auto* failure = std::get_if<ToolFailed>(&event)) {
    frame.pending_effect.clear();
    frame.segment = step.next;
    // Nobody knows whether it happened: that is not the model's to sort out.
    if (failure->in_doubt) {
      raise(run, failure->code, failure->message, true);
      return Outcome::stay();
    }
    // Whoever has the link decides whose account it becomes: it is shown to the user, not to the model.
    if (run.state().semantics >= kLastingOrigins && failure->code == kSignInRequired) {
      show_sign_in(run, open.text("tool"), failure->message);
      note(frame, open, "error", "the user has to sign in first and has been shown where");
      drop_first_call(frame);
      return go_on(run, step);
    }
    note(frame, open, "error", failure->code + ": " + failure->message);
    if (run.state().semantics >= kLastingOrigins && !origins::is_plain_function(open.text("tool")))
      remember(frame, "failed", appended(remembered(frame, "failed"), open["tool"]));
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
