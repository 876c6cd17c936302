// What a crash or a lost store left half done, and what time brings about.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <set>
#include <utility>

#include "engine/advance.hpp"
#include "engine/blocks.hpp"
#include "engine/masking.hpp"
#include "engine/outside_calls.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/turn.hpp"

namespace parley::turns {

namespace {

constexpr std::uint32_t kPage = 1000;
// Of timers that one of several processes takes at a time, and for how long it relies on having them.
constexpr std::uint32_t kClaimedPage = 32;
constexpr std::chrono::milliseconds kClaimHolds{kTimerClaimMs / 3};

bool waits_for(const engine::State& state, std::string_view effect_id) {
  return std::ranges::any_of(state.stack, [&](const engine::Frame& frame) {
    return engine::waits_for(frame, effect_id);
  });
}

}  // namespace

// Finishes the turn that the loaded conversation is in the middle of.
Awaitable<Result<void>> TurnDriver::resume(Turn& turn) {
  const std::string conversation_id = turn.hot->summary.id;
  auto pending = co_await world_.store.pending_effects(turn.tenant, UINT32_MAX);
  if (!pending) co_return std::unexpected(std::move(pending.error()));
  std::erase_if(*pending, [&](const PendingEffect& p) { return p.conversation_id != conversation_id; });
  if (pending->empty()) co_return Result<void>();

  Turn open;
  open.tenant = turn.tenant;
  open.worker = turn.worker;
  open.hot = std::move(turn.hot);
  open.status_before = open.hot->summary.status;
  open.owner_before = open.hot->summary.owner;
  if (auto remembered = co_await remember_open_turn(open); !remembered) co_return remembered;
  open.commits = 1;  // its request key stands in the record that began it
  // The answer is not final while one of them is still to be looked at.
  open.under_way = pending->size();
  for (PendingEffect& effect : *pending) {
    --open.under_way;
    if (auto resumed = co_await resume_effect(open, std::move(effect.entry)); !resumed) co_return resumed;
  }
  if (auto carried = co_await carry_out_effects(open); !carried) co_return carried;
  publish(open);
  count(metrics_.effects_resumed, pending->size());
  turn.hot = std::move(open.hot);
  co_return Result<void>();
}

// What the open turn has said so far, and whose request it answers.
Awaitable<Result<void>> TurnDriver::remember_open_turn(Turn& turn) {
  const ConversationSummary& summary = turn.hot->summary;
  std::vector<LogRecord> records;
  for (std::uint64_t back = 8;; back *= 4) {
    const std::uint64_t after = summary.sequence > back ? summary.sequence - back : 0;
    auto found =
        co_await world_.store.records(turn.tenant, summary.id, after, static_cast<std::uint32_t>(back));
    if (!found) co_return std::unexpected(std::move(found.error()));
    records = std::move(*found);
    if (after == 0 || records.empty() || records.front().turn < summary.turn) break;
  }
  for (const LogRecord& record : records) {
    if (record.turn != summary.turn) continue;
    auto body = decode_record(record.body);
    if (!body) co_return std::unexpected(std::move(body.error()));
    if (body->request) turn.request = std::move(body->request);
    if (!body->merged.empty()) turn.merged = std::move(body->merged);
    engine::mask(body->events, body->effects);
    for (const engine::Event& event : body->events) {
      if (std::holds_alternative<engine::ConversationStarted>(event.body)) turn.answer.created = true;
      if (const auto* message = std::get_if<engine::MessageReceived>(&event.body)) {
        turn.said = {true, message->text, message->payload};
      }
      if (const auto* returned = std::get_if<engine::ToolReturned>(&event.body)) {
        turn.answer.test_mode = turn.answer.test_mode || returned->test_mode;
      }
    }
    for (engine::Effect& effect : body->effects) {
      if (const auto call = engine::as_call(effect)) turn.first_attempts[call->effect_id] = call->attempt;
      if (auto* say = std::get_if<engine::Say>(&effect)) turn.answer.messages.push_back(std::move(*say));
    }
  }
  co_return Result<void>();
}

// A call that was planned is made. One that had begun is made again, with the same key and the same bytes, if
// that can do no harm, or if its runner asks first what became of the attempt before; otherwise it is in
// doubt, and the flow is told so.
Awaitable<Result<void>> TurnDriver::resume_effect(Turn& turn, OutboxEntry entry) {
  turn.at = world_.clock.now();
  const EffectClass effect_class = world_.tools.effect_class(entry.tool);
  // What a flow has given up (the losers of a join) is not made again either, only closed; nor is what has
  // been under way at each of several stops: it may be what stops the server.
  const bool wanted = waits_for(turn.hot->state, entry.effect_id);
  const auto first = turn.first_attempts.find(entry.effect_id);
  const std::uint32_t resumed = first == turn.first_attempts.end() ? 0 : entry.attempt - first->second;
  const bool poisonous = entry.state == EffectState::started && resumed >= Quarantine::kTries;
  if (poisonous) count(metrics_.quarantined);
  const bool may_go_on = may_repeat(effect_class) || effect_class == EffectClass::reconcile;
  if (!wanted || poisonous || (entry.state == EffectState::started && !may_go_on)) {
    Result<ToolAnswer> unknown = fail(
        ErrorCode::unavailable,
        entry.tool + " was under way when the server stopped; it may have happened",
        "in_doubt"
    );
    feed_back(turn, std::move(entry), {std::move(unknown), effect_class != EffectClass::read});
    co_return co_await commit(turn);
  }
  entry.state = EffectState::started;
  ++entry.attempt;
  turn.outbox = {entry};
  turn.calls.push_back(std::move(entry));
  co_return co_await commit(turn);
}

// False: there was nothing to resume, somebody else has done it.
Awaitable<Result<bool>> TurnDriver::recover_conversation(
    std::string_view tenant, std::string_view conversation_id
) {
  std::string problem;
  try {
    Turn turn;
    turn.tenant = tenant;
    turn.from_store = membership_.shared();
    auto ready = co_await admit(turn, conversation_id);
    if (ready) ready = co_await load(turn, conversation_id);
    if (ready && !turn.cached) ready = co_await resume(turn);
    if (!ready) co_return std::unexpected(std::move(ready.error()));
    turn.lease.put(std::move(turn.hot));
    co_return !turn.cached;
  } catch (const std::exception& thrown) {
    problem = thrown.what();
  }
  co_return fail(ErrorCode::internal, problem);
}

Awaitable<Result<std::size_t>> TurnDriver::recover(std::string tenant) {
  if (membership_.shared()) co_return co_await share_recovery(std::move(tenant));
  unfinished_.store(false, std::memory_order_relaxed);
  std::size_t resumed = 0;
  std::set<std::string, std::less<>> seen;
  for (;;) {
    const auto pending =
        co_await world_.store.pending_effects(tenant, kPage + static_cast<std::uint32_t>(seen.size()));
    if (!pending) {
      unfinished_.store(true, std::memory_order_relaxed);
      co_return std::unexpected(pending.error());
    }
    std::vector<std::string> fresh;
    for (const PendingEffect& effect : *pending) {
      if (seen.insert(effect.conversation_id).second) fresh.push_back(effect.conversation_id);
    }
    if (fresh.empty()) co_return resumed;
    for (const std::string& conversation_id : fresh) {
      if (quarantine_.holds(conversation_id)) continue;
      const auto ready = co_await recover_conversation(tenant, conversation_id);
      if (ready) {
        quarantine_.succeeded(conversation_id);
        if (*ready) ++resumed;
        continue;
      }
      set_aside_or_retry(
          conversation_id,
          conversation_id,
          "conversation " + conversation_id + " could not be resumed",
          ready.error()
      );
    }
  }
}

// A lost store is nobody's fault; whatever else fails again and again is set aside until the next start, or
// until somebody writes to the conversation.
void TurnDriver::set_aside_or_retry(
    std::string_view name, std::string_view conversation_id, std::string what, const Error& error
) {
  what += ": " + error.message;
  const bool lost_store = error.code == ErrorCode::unavailable && error.pointer != "turn_broke";
  if (!lost_store && quarantine_.failed(name)) {
    count(metrics_.quarantined);
    what += "; it is set aside";
  }
  if (!quarantine_.holds(name)) left_unfinished(conversation_id);
  options_.log_problem(what);
}

Awaitable<Result<std::size_t>> TurnDriver::fire_due_timers(std::string tenant) {
  const bool shared = membership_.shared();
  const WorkerId worker = membership_.worker();
  if (!membership_.holds(worker)) co_return std::size_t{0};
  const auto begun = options_.alarms->now();
  const auto due =
      co_await world_.store.claim_timers(tenant, world_.clock.now(), worker, shared ? kClaimedPage : kPage);
  if (!due) co_return std::unexpected(due.error());
  std::size_t fired = 0;
  for (const DueTimer& timer : *due) {
    // Others may have it by the time it would be fired.
    if (shared && options_.alarms->now() - begun > kClaimHolds) break;
    const std::string name = timer.conversation_id + " " + timer.timer_id;
    if (quarantine_.holds(name)) continue;
    auto taken = co_await take_event(tenant, timer.conversation_id, engine::TimerFired{timer.timer_id});
    if (!taken) {
      set_aside_or_retry(
          name, timer.conversation_id, "a timer of conversation " + timer.conversation_id, taken.error()
      );
      continue;
    }
    quarantine_.succeeded(name);
    ++fired;
    count(metrics_.timers_fired);
  }
  co_return fired;
}

// It is kept for days, so once an hour is often enough.
Awaitable<Result<void>> TurnDriver::forget_old(std::string tenant) {
  constexpr Duration kHour{3600, 0};
  const Timestamp since = options_.keep_memory_since();
  if (since == Timestamp{}) co_return Result<void>();
  if (memory_kept_since_ != Timestamp{} && since < *add(memory_kept_since_, kHour)) co_return Result<void>();
  auto forgotten = co_await world_.store.forget_before(tenant, since);
  if (forgotten) memory_kept_since_ = since;
  co_return forgotten;
}

Awaitable<void> TurnDriver::run_upkeep(std::string tenant) {
  const bool shared = membership_.shared();
  if (shared) {
    const net::Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, run_beats(), boost::asio::detached);
    boost::asio::co_spawn(executor, run_sharing(tenant), boost::asio::detached);
  }
  while (!stopping_.load(std::memory_order_relaxed)) {
    try {
      if (!shared && unfinished_.load(std::memory_order_relaxed)) {
        if (auto recovered = co_await recover(tenant); !recovered)
          options_.log_problem(recovered.error().message);
      }
      if (auto fired = co_await fire_due_timers(tenant); !fired) options_.log_problem(fired.error().message);
      if (auto begun = co_await start_scheduled(tenant); !begun) options_.log_problem(begun.error().message);
      if (auto forgotten = co_await forget_old(tenant); !forgotten)
        options_.log_problem(forgotten.error().message);
    } catch (const std::exception& problem) {
      options_.log_problem(problem.what());
    }
    co_await pause(*options_.alarms, options_.upkeep_every);
  }
}

}  // namespace parley::turns
