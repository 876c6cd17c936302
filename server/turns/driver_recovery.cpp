// What a crash or a lost store left half done.
#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "engine/advance.hpp"
#include "engine/blocks.hpp"
#include "engine/masking.hpp"
#include "engine/outside_calls.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/some_at_once.hpp"
#include "server/turns/turn.hpp"

namespace parley::turns {

namespace {

constexpr std::uint32_t kPage = 1000;

// Services keep the keys of calls for a day at least.
constexpr Duration kKeysLive{std::int64_t{23} * 3600, 0};

bool is_past(Timestamp begun, Duration span, Timestamp now) {
  const auto end = add(begun, span);
  return end && *end <= now;
}

bool waits_for(const engine::State& state, std::string_view effect_id) {
  return std::ranges::any_of(state.stack, [&](const engine::Frame& frame) {
    return engine::waits_for(frame, effect_id);
  });
}

}  // namespace

// Finishes the turn that the loaded conversation is in the middle of.
Awaitable<Result<void>> TurnDriver::resume(Turn& turn) {
  const std::string conversation_id = turn.hot->summary.id;
  auto pending = co_await world_.store.open_effects(turn.tenant, conversation_id);
  if (!pending) co_return std::unexpected(std::move(pending.error()));
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
  for (OutboxEntry& entry : *pending) {
    --open.under_way;
    if (auto resumed = co_await resume_effect(open, std::move(entry)); !resumed) co_return resumed;
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
      if (const auto call = engine::as_call(effect))
        turn.first_attempts[call->effect_id] = {call->attempt, record.at};
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
  const bool known = first != turn.first_attempts.end();
  const std::uint32_t resumed = known ? entry.attempt - first->second.attempt : 0;
  // A key that the service has forgotten would not keep it from doing the same once more.
  const bool forgotten =
      effect_class == EffectClass::keyed && known && is_past(first->second.at, kKeysLive, turn.at);
  const bool poisonous = entry.state == EffectState::started && resumed >= Quarantine::kTries;
  if (poisonous) count(metrics_.quarantined);
  const bool may_go_on = (may_repeat(effect_class) && !forgotten) || effect_class == EffectClass::reconcile;
  if (!wanted || poisonous || (entry.state == EffectState::started && !may_go_on)) {
    Result<ToolAnswer> unknown = fail(
        ErrorCode::unavailable,
        entry.tool + " was under way when the server stopped; it may have happened",
        "in_doubt"
    );
    feed_back(turn, std::move(entry), {std::move(unknown), effect_class != EffectClass::read, forgotten});
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
    co_await some_at_once<std::string>(
        kUpkeepAtOnce,
        std::move(fresh),
        [&](const std::string& conversation_id) { return recover_one(tenant, conversation_id, resumed); }
    );
  }
}

Awaitable<void> TurnDriver::recover_one(
    std::string_view tenant, const std::string& conversation_id, std::size_t& resumed
) {
  if (quarantine_.holds(conversation_id)) co_return;
  const auto ready = co_await recover_conversation(tenant, conversation_id);
  if (ready) {
    quarantine_.succeeded(conversation_id);
    if (*ready) ++resumed;
    co_return;
  }
  set_aside_or_retry(
      conversation_id,
      conversation_id,
      "conversation " + conversation_id + " could not be resumed",
      ready.error()
  );
}

}  // namespace parley::turns
