// What time brings about: timers, schedules, what is to be forgotten; and looking after what broke off.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include "policy/schedule.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/some_at_once.hpp"
#include "server/turns/turn.hpp"

namespace parley::turns {

namespace {

constexpr std::uint32_t kPage = 1000;
// Of timers that one of several processes takes at a time, and for how long it relies on having them.
constexpr std::uint32_t kClaimedPage = 32;
constexpr std::chrono::milliseconds kClaimHolds{kTimerClaimMs / 3};

constexpr std::string_view kSetting = "schedule ";

std::string key_of(const engine::Candidate& candidate) {
  return std::string(kSetting) + candidate.flow->id + " " + candidate.trigger->name;
}

}  // namespace

// A lost store is nobody's fault; whatever else fails again and again is given up at last.
bool TurnDriver::gives_up(std::string_view name, const Error& error) {
  const bool lost_store = error.code == ErrorCode::unavailable && error.pointer != "turn_broke";
  if (lost_store || !quarantine_.failed(name)) return false;
  count(metrics_.quarantined);
  return true;
}

// Until the next start, or until somebody writes to the conversation.
void TurnDriver::set_aside_or_retry(
    std::string_view name, std::string_view conversation_id, std::string what, const Error& error
) {
  what += ": " + error.message;
  if (gives_up(name, error)) what += "; it is set aside";
  if (!quarantine_.holds(name)) left_unfinished(conversation_id);
  options_.log_problem(what);
}

Awaitable<Result<std::size_t>> TurnDriver::fire_due_timers(std::string tenant) {
  const bool shared = membership_.shared();
  const WorkerId worker = membership_.worker();
  if (!membership_.holds(worker)) co_return std::size_t{0};
  const Deadline until = shared ? options_.alarms->now() + kClaimHolds : Deadline::max();
  auto due =
      co_await world_.store.claim_timers(tenant, world_.clock.now(), worker, shared ? kClaimedPage : kPage);
  if (!due) co_return std::unexpected(std::move(due.error()));
  std::size_t fired = 0;
  co_await some_at_once<DueTimer>(kUpkeepAtOnce, *std::move(due), [&](const DueTimer& timer) {
    return fire(tenant, timer, until, fired);
  });
  co_return fired;
}

// Not after `until`: others may have it by then.
Awaitable<void> TurnDriver::fire(
    std::string_view tenant, const DueTimer& timer, Deadline until, std::size_t& fired
) {
  if (options_.alarms->now() > until) co_return;
  const std::string name = timer.conversation_id + " " + timer.timer_id;
  if (quarantine_.holds(name)) co_return;
  const auto taken = co_await take_event(tenant, timer.conversation_id, engine::TimerFired{timer.timer_id});
  if (!taken) {
    set_aside_or_retry(
        name, timer.conversation_id, "a timer of conversation " + timer.conversation_id, taken.error()
    );
    co_return;
  }
  quarantine_.succeeded(name);
  ++fired;
  count(metrics_.timers_fired);
}

// ---- flows that the clock starts
// What was last looked at is kept in the store, so a server that was away starts each missed flow once, for
// the first time it missed, and then goes on from now.

Awaitable<Result<std::size_t>> TurnDriver::start_scheduled(std::string tenant) {
  std::size_t begun = 0;
  const auto release = world_.releases.active(tenant);
  if (release == nullptr) co_return begun;
  const auto candidates = release->by_schedule();
  std::vector<engine::Candidate> all(candidates.begin(), candidates.end());
  co_await some_at_once<engine::Candidate>(kUpkeepAtOnce, std::move(all), [&](const engine::Candidate& each) {
    return start_one(tenant, each, begun);
  });
  co_return begun;
}

// One that fails keeps no other from being begun.
Awaitable<void> TurnDriver::start_one(
    std::string_view tenant, const engine::Candidate& candidate, std::size_t& begun
) {
  std::string problem;
  try {
    const auto started = co_await start_if_due(tenant, candidate, key_of(candidate));
    if (started) begun += *started ? 1 : 0;
    if (!started) problem = started.error().message;
  } catch (const std::exception& thrown) {
    problem = thrown.what();
  }
  if (!problem.empty())
    options_.log_problem("flow " + candidate.flow->id + " could not be begun by the clock: " + problem);
}

Awaitable<Result<bool>> TurnDriver::start_if_due(
    std::string_view tenant, const engine::Candidate& candidate, std::string key
) {
  const Timestamp now = world_.clock.now();
  const auto keep = [&]() -> Awaitable<Result<void>> {
    schedules_.insert_or_assign(key, now);
    const std::string text = format_timestamp(now);  // outlives the call, which takes views
    co_return co_await world_.store.put_setting(tenant, key, text);
  };
  auto known = schedules_.find(key);
  if (known == schedules_.end()) {
    const auto stored = co_await world_.store.setting(tenant, key);
    if (!stored) co_return std::unexpected(stored.error());
    const auto last = *stored ? parse_timestamp(**stored) : Result<Timestamp>(fail(ErrorCode::not_found, ""));
    if (!last) {
      // Seen for the first time: it is due from now on, not for the time before it existed.
      if (auto kept = co_await keep(); !kept) co_return std::unexpected(std::move(kept.error()));
      co_return false;
    }
    known = schedules_.emplace(key, *last).first;
  }
  const auto release = world_.releases.active(tenant);
  const std::int32_t offset = release == nullptr ? 0 : release->settings().utc_offset_seconds;
  const auto schedule = policy::parse_schedule(candidate.trigger->name, offset);
  if (!schedule) co_return false;
  const auto due = policy::next_after(*schedule, known->second);
  if (!due || *due > now) co_return false;

  ChatRequest request{.tenant = std::string(tenant), .channel = "schedule", .flow = candidate.flow->id};
  // Killed after the commit and before it is noted, or at another process as well, the same moment finds its
  // answer again.
  request.idempotency = RequestKey{key, format_timestamp(*due), "schedule"};
  const std::string name = key + " " + request.idempotency->key;
  const auto answer = co_await start(std::move(request));
  // What fails again and again is passed over, until it is due the next time.
  if (!answer && !gives_up(name, answer.error())) co_return std::unexpected(answer.error());
  quarantine_.succeeded(name);
  if (auto kept = co_await keep(); !kept) co_return std::unexpected(std::move(kept.error()));
  co_return answer && !answer->repeated;
}

// ---- all of it, again and again

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

// Whatever goes wrong is said, and the next time is another try.
Awaitable<void> TurnDriver::keep_doing(Task task, std::chrono::milliseconds every) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    try {
      if (const auto done = co_await task(); !done) options_.log_problem(done.error().message);
    } catch (const std::exception& problem) {
      options_.log_problem(problem.what());
    }
    co_await pause(*options_.alarms, every);
  }
}

Awaitable<void> TurnDriver::run_upkeep(std::string tenant) {
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  const auto apart = [&](Awaitable<void> work) {
    boost::asio::co_spawn(executor, std::move(work), boost::asio::detached);
  };
  const auto without_count = [](Result<std::size_t> counted) -> Result<void> {
    if (!counted) return std::unexpected(std::move(counted.error()));
    return {};
  };
  if (membership_.shared()) {
    apart(run_beats());
    apart(run_sharing(tenant));
  } else {
    apart(keep_doing(
        [=, this]() -> Awaitable<Result<void>> {
          if (!unfinished_.load(std::memory_order_relaxed)) co_return Result<void>();
          co_return without_count(co_await recover(tenant));
        },
        options_.upkeep_every
    ));
  }
  apart(keep_doing(
      [=, this]() -> Awaitable<Result<void>> { co_return without_count(co_await fire_due_timers(tenant)); },
      options_.upkeep_every
  ));
  apart(keep_doing(
      [=, this]() -> Awaitable<Result<void>> { co_return without_count(co_await start_scheduled(tenant)); },
      options_.upkeep_every
  ));
  co_await keep_doing([=, this] { return forget_old(tenant); }, options_.upkeep_every);
}

}  // namespace parley::turns
