// The turn itself, in the order things happen.
#include "server/turns/driver.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <random>
#include <span>
#include <utility>
#include <variant>

#include "engine/advance.hpp"
#include "engine/masking.hpp"
#include "engine/migration.hpp"
#include "engine/outside_calls.hpp"
#include "engine/turn.hpp"
#include "server/turns/people_entries.hpp"
#include "server/turns/session_state.hpp"
#include "server/turns/tool_deadline.hpp"
#include "server/turns/turn.hpp"

namespace parley::turns {

namespace {

// Whether the call happened. A server that breaks (5xx) may have acted before it did.
bool tells_nothing(const Error& error) {
  const std::string_view code = error.pointer;
  return code == "timeout" || code == "in_doubt" || code == "tool_broke" ||
         (code.size() == 8 && code.starts_with("http_5"));
}

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point begun) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count()
  );
}

std::string_view shown_state(EffectState state) {
  switch (state) {
    case EffectState::planned:
      return "planned";
    case EffectState::started:
      return "started";
    case EffectState::done:
      return "done";
    case EffectState::failed:
      return "failed";
    case EffectState::in_doubt:
      return "in_doubt";
  }
  return "failed";
}

// Those of what is remembered of a user that no view shows.
std::vector<std::string> sensitive_names(const engine::Release& release, const Value& remembered) {
  std::vector<std::string> names;
  if (!release.has_sensitive() || !remembered.is_map()) return names;
  for (const auto& [name, value] : remembered.entries()) {
    if (release.is_sensitive(name.as_string())) names.emplace_back(name.as_string());
  }
  return names;
}

// The flow that the user is in: the top one that is not a repair; when none runs, the last one stays named.
void name_flow(ConversationSummary& summary, const engine::State& state) {
  for (auto frame = state.stack.rbegin(); frame != state.stack.rend(); ++frame) {
    if (frame->kind == engine::Frame::Kind::repair) continue;
    summary.flow = frame->flow;
    return;
  }
}

}  // namespace

std::uint32_t throw_dice() {
  static thread_local std::minstd_rand dice{std::random_device{}()};
  return static_cast<std::uint32_t>(dice() % engine::kDiceSides);
}

TurnDriver::TurnDriver(World world, DriverOptions options)
    : world_(world),
      options_(std::move(options)),
      membership_(world.store, *options_.alarms, options_.worker_name),
      conversations_(options_.cached_conversations) {}

void TurnDriver::abandon_waiting() {
  in_flight_.abandon_waiting();
  bursts_.abandon_waiting();
  conversations_.abandon_waiting();
  world_.releases.abandon_waiting();
}

// ---- admit, load
// ---------------------------------------------------------------------------------------------

Awaitable<Result<void>> TurnDriver::admit(Turn& turn, std::string_view conversation_id, AdmissionMode mode) {
  if (membership_.shared()) {
    const auto worker = co_await membership_.wait_until_registered();
    if (!worker) co_return std::unexpected(worker.error());
    turn.worker = *worker;
  }
  std::string key = ConversationTable::key(turn.tenant, conversation_id);
  if (auto lease = conversations_.try_admit(key)) {
    turn.lease = std::move(*lease);
    co_return Result<void>();
  }
  if (mode == AdmissionMode::reject) {
    co_return fail(
        ErrorCode::unavailable,
        "the last message is still being answered",
        "conversation_busy",
        "wait for its answer, then send this again"
    );
  }
  auto lease = co_await conversations_.admit(std::move(key), mode == AdmissionMode::latest);
  if (!lease) {
    if (lease.error().code == ErrorCode::unavailable) count(metrics_.queue_full);
    co_return std::unexpected(std::move(lease.error()));
  }
  turn.lease = std::move(*lease);
  co_return Result<void>();
}

// From a cache, else from the store; what a crash left half done is finished first.
Awaitable<Result<void>> TurnDriver::load(Turn& turn, std::string_view conversation_id) {
  turn.hot = turn.lease.take();
  // A conversation that is met at several processes in turn would be stale here every time.
  const std::uint64_t known = turn.hot == nullptr ? 0 : turn.hot->summary.sequence;
  const bool doubtful = known > 0 && turn.hot->goes_elsewhere && !world_.sessions.keeps();
  std::unique_ptr<Hot> older;
  if (doubtful) {
    older = std::move(turn.hot);
  } else if (turn.from_store) {
    turn.hot.reset();
  } else if (membership_.shared() && world_.sessions.keeps()) {
    co_await look_for_newer(turn, conversation_id);
  }
  turn.cached = turn.hot != nullptr;
  if (!turn.cached) {
    auto hot = co_await read_for(turn, conversation_id, std::move(older));
    if (!hot) co_return std::unexpected(std::move(hot.error()));
    turn.hot = std::move(*hot);
    const bool moved_on = turn.attempts > 0 || (doubtful && turn.hot->summary.sequence != known);
    turn.hot->goes_elsewhere = membership_.shared() && moved_on;
    // Not only while the flow waits for a call: one that it has given up may be open, and the turn with it.
    if (std::exchange(turn.hot->unsettled, false)) {
      if (auto resumed = co_await resume(turn); !resumed) co_return resumed;
    }
  }
  turn.status_before = turn.hot->summary.status;
  turn.owner_before = turn.hot->summary.owner;
  turn.at = world_.clock.now();
  co_return Result<void>();
}

namespace {

// What the caller gives to a conversation, with the style chosen.
Value context_given(const ChatRequest& request) {
  Value context = request.context;
  if (request.style.is_null()) return context;
  if (!context.is_map()) context = Value::map();
  for (const auto& [name, chosen] : request.style.entries()) context = context.with(name.as_string(), chosen);
  return context;
}

}  // namespace

Awaitable<Result<void>> TurnDriver::begin_conversation(Turn& turn, const ChatRequest& request) {
  auto release = world_.releases.active(turn.tenant);
  if (release == nullptr) {
    co_return fail(
        ErrorCode::unavailable,
        "no flows have been published yet",
        "unavailable",
        "publish a flow, then try again"
    );
  }
  if (!request.flow.empty() && !release->flows().contains(request.flow)) {
    co_return fail(
        ErrorCode::not_found,
        "there is no flow '" + request.flow + "'",
        "flow_id",
        "GET /v1/flows lists the flows of this assistant"
    );
  }
  Value remembered;
  Value origins;
  if (!request.user_id.empty() && release->remembers_users()) {
    const auto memory = co_await world_.store.memory(turn.tenant, request.user_id);
    if (!memory) co_return std::unexpected(memory.error());
    remembered = memory_value(*memory);
    origins = memory_origins(*memory);
  }
  turn.at = world_.clock.now();
  turn.hot = std::make_unique<Hot>();
  turn.hot->release = release;
  ConversationSummary& summary = turn.hot->summary;
  summary.id = turn.answer.conversation_id;
  summary.user_id = request.user_id;
  summary.channel = request.channel;
  summary.created_at = turn.at;
  turn.answer.created = true;
  advance(
      turn,
      engine::ConversationStarted{
          .conversation_id = summary.id,
          .tenant = request.tenant,
          .user_id = request.user_id,
          .channel = request.channel,
          .locale = request.locale,
          .utc_offset_seconds = request.utc_offset_seconds,
          .currency = request.currency,
          .release = release->hash(),
          .flow = request.flow,
          .context = context_given(request),
          .user_slots = remembered,
          .event = request.event,
          .user_origins = std::move(origins),
          .sensitive = sensitive_names(*release, remembered),
          .user_known = request.user_known && !request.user_id.empty(),
      }
  );
  if (!request.event.is_null() && turn.hot->state.stack.empty() && turn.effects.empty()) {
    co_return fail(
        ErrorCode::not_found,
        "no flow wants the event '" + std::string(request.event.text("name")) + "' now",
        "event_not_wanted",
        "give a flow a trigger with event:, and look at its guard and match"
    );
  }
  co_return Result<void>();
}

// Between flows a conversation moves to the newest ones; inside of one only where its author has said how.
void TurnDriver::adopt_release(Turn& turn) {
  Hot& hot = *turn.hot;
  auto active = world_.releases.active(turn.tenant);
  if (active == nullptr || active->hash() == hot.state.release) return;
  Value moves;
  if (!hot.state.stack.empty()) {
    moves = engine::plan_moves(*hot.release, *active, hot.state);
    if (moves.is_null()) return;
  }
  hot.release = std::move(active);
  advance(turn, engine::ReleaseAdopted{.release = hot.release->hash(), .moves = std::move(moves)});
}

// ---- advance
// -------------------------------------------------------------------------------------------------

void TurnDriver::advance(Turn& turn, engine::EventBody body) {
  Hot& hot = *turn.hot;
  const std::size_t before = turn.effects.size();
  if (const auto* understood = std::get_if<engine::CommandsUnderstood>(&body);
      understood != nullptr && std::ranges::any_of(understood->commands, &language::Command::sensitive)) {
    turn.said.text = turn.said.text.empty() ? std::string() : std::string(engine::kMask);
    turn.said.payload = turn.said.payload.empty() ? std::string() : std::string(engine::kMask);
  }
  turn.events.push_back({turn.at, std::move(body)});
  engine::advance(*hot.release, hot.state, turn.events.back(), turn.effects);

  const auto caused = std::span(turn.effects).subspan(before);
  if (auto understood = engine::understand(*hot.release, hot.state, turn.at, caused)) {
    if (!leaves_to_model(turn, *understood, caused)) advance(turn, std::move(*understood));
  }
}

// ---- commit
// --------------------------------------------------------------------------------------------------

// For the same request again: empty while the turn runs, then the answer, for merged messages too.
void TurnDriver::Turn::keep_answer(Commit& commit, bool last) const {
  const std::string& id = commit.conversation.id;
  if (request) {
    commit.inbox = InboxEntry{
        .scope = request->scope,
        .key = request->key,
        .fingerprint = request->fingerprint,
        .conversation_id = id,
        .answer = last ? answer.json : std::string(),
    };
  }
  if (commits > 0 && !last) return;
  for (const RequestKey& key : merged) {
    commit.merged.push_back({key.scope, key.key, key.fingerprint, id, last ? answer.json : std::string()});
  }
}

// Everything since the last commit as one transaction; messages and calls move on to where they are shown and
// made.
Commit TurnDriver::describe(Turn& turn) {
  Hot& hot = *turn.hot;
  ConversationSummary& summary = hot.summary;
  Commit commit;
  commit.record.sequence = ++summary.sequence;
  commit.record.turn = summary.turn = hot.state.turn;
  commit.record.at = summary.updated_at = turn.at;
  const bool first = turn.commits == 0;
  commit.record.body = encode_record(
      turn.events,
      turn.effects,
      first && turn.request ? &*turn.request : nullptr,
      first ? std::span<const RequestKey>(turn.merged) : std::span<const RequestKey>()
  );
  commit.claims_keys = first;

  commit.outbox = std::move(turn.outbox);
  commit.timers = std::move(turn.timers);
  for (engine::Effect& effect : turn.effects) {
    if (auto* say = std::get_if<engine::Say>(&effect)) {
      turn.answer.messages.push_back(std::move(*say));
    } else if (const auto call = engine::as_call(effect)) {
      commit.outbox.push_back({
          .effect_id = call->effect_id,
          .tool = call->tool,
          .request = encode_request(*call),
          .idempotency_key = engine::idempotency_key(turn.tenant, summary.id, *call),
          .state = EffectState::started,
          .attempt = call->attempt,
      });
      turn.calls.push_back(commit.outbox.back());
    } else if (auto* timer = std::get_if<engine::StartTimer>(&effect)) {
      commit.timers.push_back({timer->timer_id, timer->due});
    } else if (auto* cancelled = std::get_if<engine::CancelTimer>(&effect)) {
      commit.timers.push_back({cancelled->timer_id, std::nullopt});
    } else {
      add_people_entries(commit, effect, turn.at);
      if (const auto* asked = std::get_if<engine::RequestReview>(&effect))
        add_preview(commit.reviews.back(), *asked, hot.state, turn.effects, world_.tools);
    }
  }

  turn.note_reviews(commit);
  name_flow(summary, hot.state);
  summary.release = hot.state.release;
  summary.owner = engine::name(hot.state.owner);
  summary.status = engine::status(hot.state);
  summary.outcome = hot.state.outcome;
  commit.conversation = summary;
  if (summary.sequence % options_.snapshot_every == 0 || summary.status == "ended") {
    commit.snapshot = engine::snapshot(hot.state);
  }
  const bool last = turn.calls.empty() && turn.under_way == 0;
  if (last) {
    Answer& answer = turn.answer;
    answer.conversation_id = summary.id;
    answer.turn = summary.turn;
    answer.at = turn.at;
    answer.next_step = engine::waiting_step(*hot.release, hot.state);
    answer.status = summary.status;
    answer.owner = summary.owner;
    answer.outcome = summary.outcome;
    answer.ended = summary.status == "ended";
    answer.json = encode_answer(answer);
  }
  turn.keep_answer(commit, last);
  commit.worker = turn.worker;
  commit.open = !last;
  return commit;
}

Awaitable<Result<void>> TurnDriver::commit(Turn& turn) {
  const std::size_t messages_before = turn.answer.messages.size();
  auto committed = co_await world_.store.commit(turn.tenant, describe(turn));
  if (!committed) {
    count(metrics_.commit_failures);
    // What was begun stays begun: upkeep, or the next message, finishes it. Even a first commit that failed
    // may have been made, its word lost; only a conflict is certain.
    const bool conflict = committed.error().code == ErrorCode::conflict;
    if (committed.error().pointer == kWorkerDead) membership_.declared_dead(turn.worker);
    // In a shared store a conflict says that somebody else goes on with it.
    if (!conflict || (turn.commits > 0 && !membership_.shared())) left_unfinished(turn.hot->summary.id);
    co_return committed;
  }
  count(metrics_.commits);
  // What a turn that is begun again would have to take back is shown only now.
  if (turn.commits++ == 0 && turn.observer != nullptr && membership_.shared())
    turn.observer->on_turn_started(turn.hot->summary.id, turn.hot->state.turn);
  turn.events.clear();
  turn.effects.clear();
  turn.outbox.clear();
  turn.timers.clear();
  if (turn.observer != nullptr) show(turn, messages_before);
  co_return Result<void>();
}

void TurnDriver::show(Turn& turn, std::size_t messages_before) {
  for (std::size_t i = messages_before; i < turn.answer.messages.size(); ++i) {
    turn.observer->on_say(turn.answer.messages[i]);
  }
  for (const OutboxEntry& call : turn.calls) turn.observer->on_effect(call.tool, "started", false);
}

// ---- carry out effects, feed back
// ----------------------------------------------------------------------------

// All calls that the engine wants are under way at once; each answer is fed back and committed as it comes.
Awaitable<Result<void>> TurnDriver::carry_out_effects(Turn& turn) {
  const auto finished = std::make_shared<FinishedCalls>();
  std::weak_ptr<CallsUnderWay> under_way;
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  while (!turn.calls.empty() || turn.under_way > 0) {
    auto calls = under_way.lock();
    if (calls == nullptr) under_way = calls = std::make_shared<CallsUnderWay>(finished);
    while (!turn.calls.empty()) {
      // Somebody else may be about to make the same calls.
      if (!membership_.holds(turn.worker)) {
        left_unfinished(turn.hot->summary.id);
        co_return fail(
            ErrorCode::unavailable,
            "this server has lost its registration with the store",
            "turn_broke",
            "send it again in a moment"
        );
      }
      OutboxEntry entry = std::move(turn.calls.front());
      turn.calls.pop_front();
      // A flow that answers each failure with another call would go on for ever.
      std::uint32_t& made = entry.tool == "memory.recall" ? turn.look_ups : turn.tool_calls;
      if (made >= 4 * options_.max_tool_calls) {
        left_unfinished(turn.hot->summary.id);
        co_return fail(ErrorCode::limit_exceeded, "the flow makes too many tool calls in one turn");
      }
      ++turn.under_way;
      if (++made > options_.max_tool_calls) {
        Result<ToolAnswer> refused = fail(
            ErrorCode::limit_exceeded, "this turn has made too many tool calls already", "limit_exceeded"
        );
        finished->emplace_back(std::move(entry), ToolOutcome{std::move(refused), false});
      } else {
        CallContext context{listener_for(turn, entry), caller_of(turn)};
        boost::asio::co_spawn(
            executor, make_call(calls, std::move(entry), std::move(context)), boost::asio::detached
        );
      }
    }
    while (finished->empty()) {
      net::Event& something_finished = calls->something_finished;
      calls.reset();
      something_finished.reset();
      co_await something_finished.wait();
      calls = under_way.lock();
    }
    auto [entry, outcome] = std::move(finished->front());
    finished->pop_front();
    --turn.under_way;
    turn.at = world_.clock.now();
    feed_back(turn, std::move(entry), std::move(outcome));
    if (auto committed = co_await commit(turn); !committed) co_return committed;
  }
  co_return Result<void>();
}

Caller TurnDriver::caller_of(const Turn& turn) {
  const Hot& hot = *turn.hot;
  return {
      .tenant = std::string(turn.tenant),
      .user_id = hot.summary.user_id,
      .conversation_id = hot.summary.id,
      .turn = hot.state.turn,
      .user_known = hot.state.user_known,
  };
}

// Outlives the turn when that breaks off: what comes back then finds nobody.
Awaitable<void> TurnDriver::make_call(
    std::shared_ptr<CallsUnderWay> calls, OutboxEntry entry, CallContext context
) {
  ToolOutcome outcome = co_await call_tool(entry, std::move(context));
  calls->finished->emplace_back(std::move(entry), std::move(outcome));
  calls->something_finished.happen();
}

// What was approved is a request, not only a tool's name and arguments: when its description has changed
// since, nobody has seen what would go out now.
Awaitable<Result<void>> TurnDriver::still_what_was_approved(const ToolCall& call) {
  const auto review = co_await world_.store.review(call.caller.tenant, call.review_id);
  if (!review) co_return std::unexpected(review.error());
  // Where no request was shown, as of tools that send none, none must have come up since.
  const auto shown = *review ? shown_fingerprint(**review) : std::nullopt;
  if (!shown) co_return Result<void>();
  const auto now = world_.tools.preview(call);
  if ((now ? now->fingerprint : std::string()) == *shown) co_return Result<void>();
  co_return fail(
      ErrorCode::conflict,
      call.tool + " would send something else now than what was approved",
      "call_changed",
      "ask for the approval again"
  );
}

Awaitable<TurnDriver::ToolOutcome> TurnDriver::call_tool(const OutboxEntry& entry, CallContext context) {
  auto call = decode_request(entry);
  if (!call) co_return ToolOutcome{std::unexpected(std::move(call.error())), false};
  call->listener = std::move(context.listener);
  call->caller = std::move(context.caller);
  if (!call->review_id.empty()) {
    if (auto same = co_await still_what_was_approved(*call); !same)
      co_return ToolOutcome{std::unexpected(std::move(same.error())), false};
  }
  if (call->attempt <= 1) {
    retries_.first_call(entry.tool);
  } else if (!retries_.may_retry(entry.tool, world_.clock.now())) {
    count(metrics_.retries_refused);
    Result<ToolAnswer> refused = fail(
        ErrorCode::limit_exceeded, entry.tool + " has failed too often to be tried again now", "retry_budget"
    );
    co_return ToolOutcome{std::move(refused), false};
  }
  const auto begun = std::chrono::steady_clock::now();
  auto answer = co_await run_with_deadline(world_.tools, *options_.alarms, std::move(*call));
  count(metrics_.tool_calls);
  metrics_.tool_duration.add(microseconds_since(begun));
  // Without a clear answer nobody knows whether it happened, unless there was nothing to happen.
  const bool in_doubt =
      !answer && tells_nothing(answer.error()) && world_.tools.effect_class(entry.tool) != EffectClass::read;
  co_return ToolOutcome{std::move(answer), in_doubt};
}

void TurnDriver::feed_back(Turn& turn, OutboxEntry entry, ToolOutcome outcome) {
  entry.state = outcome.answer     ? EffectState::done
                : outcome.in_doubt ? EffectState::in_doubt
                                   : EffectState::failed;
  const bool test_mode = outcome.answer && outcome.answer->test_mode;
  turn.answer.test_mode = turn.answer.test_mode || test_mode;
  if (turn.observer != nullptr) turn.observer->on_effect(entry.tool, shown_state(entry.state), test_mode);
  std::string effect_id = entry.effect_id;
  const std::string tool = entry.tool;
  turn.outbox.push_back(std::move(entry));
  if (outcome.answer) {
    if (tool == engine::kAgentCall) {
      outcome.answer->result =
          engine::with_effects(outcome.answer->result, [this](std::string_view proposed) {
            return world_.tools.effect_class(proposed) == EffectClass::read;
          });
    }
    auto returned =
        engine::returned(tool, std::move(effect_id), std::move(outcome.answer->result), test_mode);
    if (auto* by_model = std::get_if<engine::ModelReturned>(&returned)) {
      ModelUse& use = outcome.answer->use;
      by_model->model = std::move(use.model);
      by_model->prompt = std::move(use.prompt);
      by_model->input_tokens = use.input_tokens;
      by_model->output_tokens = use.output_tokens;
      by_model->passed_over = std::move(use.passed_over);
    }
    return advance(turn, std::move(returned));
  }
  count(metrics_.tool_failures);
  if (outcome.in_doubt) count(metrics_.effects_in_doubt);
  // The flow is told of a doubt only when nobody may repeat the call to be sure.
  const bool doubtful = outcome.in_doubt && (outcome.unrepeatable ||
                                             !may_repeat(world_.tools.effect_class(turn.outbox.back().tool)));
  Error& error = outcome.answer.error();
  std::string code = error.pointer.empty() ? std::string(name(error.code)) : std::move(error.pointer);
  advance(
      turn,
      engine::failed(
          tool, std::move(effect_id), std::move(code), std::move(error.message), doubtful, options_.dice()
      )
  );
}

// ---- publish, finish
// -----------------------------------------------------------------------------------------

void TurnDriver::publish(Turn& turn) {
  const ConversationSummary& summary = turn.hot->summary;
  world_.live.changed(turn.tenant, summary.id, summary.sequence);
  if (!wanted(turn.tenant, summary.id)) return;
  const auto tell = [&](std::string kind, std::string json) {
    HubElement element{summary.id, summary.sequence, std::move(kind), std::move(json)};
    if (world_.live.wanted(turn.tenant, summary.id)) world_.live.publish(turn.tenant, element);
    world_.hub.publish(turn.tenant, std::move(element));
  };
  if (turn.said.by_user || !turn.answer.messages.empty()) {
    const TranscriptTurn element{
        .turn = summary.turn,
        .at = summary.updated_at,
        .user = turn.said,
        .messages = turn.answer.messages,
        .idempotency_key = turn.request ? turn.request->key : std::string(),
        .test_mode = turn.answer.test_mode,
    };
    tell("turn", encode_transcript_turn(element, summary.status));
  }
  for (const auto& [review_id, status] : turn.reviews)
    tell("review", R"({"id":")" + review_id + R"(","status":")" + status + R"("})");
  if (summary.owner != turn.owner_before) tell("owner", "{\"owner\":\"" + summary.owner + "\"}");
  if (summary.status != turn.status_before) tell("status", "{\"status\":\"" + summary.status + "\"}");
}

// The turn is over and committed: others may go on from its state.
Answer TurnDriver::finish(Turn& turn) {
  publish(turn);
  if (membership_.shared() && world_.sessions.keeps()) {
    const ConversationSummary& summary = turn.hot->summary;
    world_.sessions.put(turn.tenant, summary.id, summary.sequence, encode_session(summary, turn.hot->state));
  }
  turn.lease.put(std::move(turn.hot));
  count(metrics_.turns);
  metrics_.turn_duration.add(microseconds_since(turn.begun));
  return std::move(turn.answer);
}

}  // namespace parley::turns
