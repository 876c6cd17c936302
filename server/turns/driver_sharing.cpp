// Several processes on one store: waiting for each other's turns, taking over what the dead leave, beginning
// again what came too late.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/turns/driver.hpp"
#include "server/turns/session_state.hpp"
#include "server/turns/turn.hpp"

namespace parley::turns {

namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kAttempts = 8;  // of a turn that comes too late
constexpr milliseconds kFirstLook{10};
constexpr milliseconds kLastLook{250};
constexpr milliseconds kShareEvery{500};
constexpr std::size_t kRecoveries = 64;  // at once

std::unexpected<Error> busy_elsewhere() {
  return fail(
      ErrorCode::unavailable,
      "the conversation's last message is still being answered",
      "conversation_busy",
      "wait for its answer, then send this again"
  );
}

// Conversations whose open turn is this worker's.
Awaitable<Result<std::vector<std::string>>> open_turns_of(
    Store& store, std::string_view tenant, WorkerId worker
) {
  const auto pending = co_await store.pending_effects(tenant, UINT32_MAX);
  if (!pending) co_return std::unexpected(pending.error());
  std::set<std::string> conversations;
  for (const PendingEffect& effect : *pending) conversations.insert(effect.conversation_id);
  std::vector<std::string> own;
  for (const std::string& conversation_id : conversations) {
    const auto standing = co_await store.standing(tenant, conversation_id);
    if (!standing) co_return std::unexpected(standing.error());
    if (*standing && (*standing)->worker == worker) own.push_back(conversation_id);
  }
  co_return own;
}

}  // namespace

Awaitable<Result<void>> TurnDriver::join() {
  const auto joined = co_await membership_.beat();
  if (!joined) co_return std::unexpected(joined.error());
  co_return Result<void>();
}

// Notes where upkeep has to look. Empty: that is not known.
void TurnDriver::left_unfinished(std::string_view conversation_id) {
  if (membership_.shared()) {
    const std::lock_guard lock(broken_mutex_);
    broken_.emplace(conversation_id);
  }
  unfinished_.store(true, std::memory_order_relaxed);
}

// ---- loading

// What all processes share may know a newer state than this one's own cache, or have one at all.
Awaitable<void> TurnDriver::look_for_newer(Turn& turn, std::string_view conversation_id) {
  const std::uint64_t known = turn.hot == nullptr ? 0 : turn.hot->summary.sequence;
  const auto found = co_await world_.sessions.get(turn.tenant, conversation_id, known);
  if (!found || found->sequence <= known) co_return;
  auto session = decode_session(found->bytes);
  if (!session || session->summary.id != conversation_id || session->summary.sequence != found->sequence)
    co_return;
  auto release = co_await world_.releases.by_hash(turn.tenant, session->state.release);
  if (!release) co_return;
  turn.hot = std::make_unique<Hot>();
  turn.hot->state = std::move(session->state);
  turn.hot->release = std::move(*release);
  turn.hot->summary = std::move(session->summary);
}

// From the store. A turn that is open at another process is waited for, or taken over when that is dead; one
// that is this process's own has broken off here.
Awaitable<Result<std::unique_ptr<Hot>>> TurnDriver::read_for(
    const Turn& turn, std::string_view conversation_id, std::unique_ptr<Hot> older
) {
  const Deadline deadline = options_.alarms->now() + options_.patience;
  for (;;) {
    auto hot = co_await read(turn.tenant, conversation_id, std::move(older));
    if (!hot || !(*hot)->unsettled || !membership_.shared()) co_return hot;
    const WorkerId other = (*hot)->worker;
    if (other == turn.worker) co_return hot;
    if ((*hot)->worker_lives) {
      auto waited = co_await wait_for_other(turn.tenant, conversation_id, other, deadline);
      if (!waited) co_return std::unexpected(std::move(waited.error()));
      older = std::move(*hot);
      continue;
    }
    const auto taken = co_await world_.store.take_over(turn.tenant, conversation_id, other, turn.worker);
    // Taken, and perhaps the word of it lost: from here on nobody else looks after it, should this break off.
    if (!taken || *taken) left_unfinished(conversation_id);
    if (!taken) co_return std::unexpected(taken.error());
    if (*taken) count(metrics_.takeovers);
    older = std::move(*hot);
    if (*taken) continue;
    if (!membership_.holds(turn.worker) || options_.alarms->now() > deadline) co_return busy_elsewhere();
    co_await pause(*options_.alarms, kFirstLook);
  }
}

// Until the turn is over, or its process dead.
Awaitable<Result<void>> TurnDriver::wait_for_other(
    std::string_view tenant, std::string_view conversation_id, WorkerId other, Deadline deadline
) {
  count(metrics_.waits_for_others);
  for (milliseconds look = kFirstLook;; look = std::min(2 * look, kLastLook)) {
    if (options_.alarms->now() + look > deadline) co_return busy_elsewhere();
    co_await world_.live.wait(*options_.alarms, tenant, conversation_id, look);
    const auto standing = co_await world_.store.standing(tenant, conversation_id);
    if (!standing) co_return std::unexpected(standing.error());
    if (!*standing || (*standing)->worker != other || !(*standing)->worker_lives) co_return Result<void>();
  }
}

// ---- turns that come too late

// Whether the cache has led this turn astray. Where that cannot be found out, the commit will tell.
Awaitable<bool> TurnDriver::is_stale(const Turn& turn) {
  if (!turn.cached || !membership_.shared()) co_return false;
  const auto standing = co_await world_.store.standing(turn.tenant, turn.hot->summary.id);
  co_return standing && *standing && (*standing)->sequence != turn.hot->summary.sequence;
}

// After a first commit that was refused: nothing of the turn has been shown, so it may be made anew on what
// the store has. The error otherwise.
Awaitable<Result<void>> TurnDriver::begin_again(Turn& turn, const Error& refused) {
  const bool shared = membership_.shared();
  if (refused.code != ErrorCode::conflict || refused.pointer == kKeySpent) co_return std::unexpected(refused);
  if (!shared && (!turn.cached || turn.attempts > 0)) co_return std::unexpected(refused);
  if (turn.attempts == kAttempts) co_return busy_elsewhere();
  ++turn.attempts;
  count(metrics_.conflicts);
  const std::optional<RequestKey> request = std::exchange(turn.request, std::nullopt);
  turn.start_over();
  turn.from_store = true;
  if (!shared) co_return Result<void>();
  if (turn.attempts > 1) {
    const std::uint32_t most = 8U << std::min(turn.attempts, 6U);  // 32 to 512 ms
    co_await pause(*options_.alarms, milliseconds(1 + options_.dice() % most));
  }
  const auto worker = co_await membership_.wait_until_registered();
  if (!worker) co_return std::unexpected(worker.error());
  turn.worker = *worker;
  // What has moved the conversation on may have been this very request.
  co_return co_await check_is_new(turn.tenant, request);
}

// ---- upkeep

// The turns that the dead have left open, and those that have broken off here. Each is resumed by itself: a
// tool that hangs in one holds up no other.
Awaitable<Result<std::size_t>> TurnDriver::share_recovery(std::string tenant) {
  std::set<std::string, std::less<>> broken;
  unfinished_.store(false, std::memory_order_relaxed);
  {
    const std::lock_guard lock(broken_mutex_);
    broken.swap(broken_);
  }
  const WorkerId worker = membership_.worker();
  const std::size_t free = kRecoveries - std::min(recovering_, kRecoveries);
  if (membership_.holds(worker) && free > 0) {
    const auto claimed =
        co_await world_.store.claim_left_over(tenant, worker, static_cast<std::uint32_t>(free));
    if (claimed) {
      count(metrics_.takeovers, claimed->size());
      broken.insert(claimed->begin(), claimed->end());
    } else {
      // They may have been claimed, the word of it lost: then nobody else will look after them.
      options_.log_problem(claimed.error().message);
      left_unfinished({});
    }
  }
  if (broken.erase("") > 0) {
    const auto own = co_await open_turns_of(world_.store, tenant, worker);
    if (own) {
      broken.insert(own->begin(), own->end());
    } else {
      left_unfinished({});
    }
  }
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  std::size_t begun = 0;
  for (const std::string& conversation_id : broken) {
    if (quarantine_.holds(conversation_id)) continue;
    ++recovering_;
    ++begun;
    boost::asio::co_spawn(executor, recover_apart(tenant, conversation_id), boost::asio::detached);
  }
  co_return begun;
}

Awaitable<void> TurnDriver::recover_apart(std::string tenant, std::string conversation_id) {
  const auto ready = co_await recover_conversation(tenant, conversation_id);
  --recovering_;
  if (ready) {
    quarantine_.succeeded(conversation_id);
  } else if (!membership_.holds(membership_.worker())) {
    left_unfinished(conversation_id);  // not its fault
  } else if (ready.error().code != ErrorCode::not_found && ready.error().code != ErrorCode::conflict) {
    set_aside_or_retry(
        conversation_id,
        conversation_id,
        "conversation " + conversation_id + " could not be resumed",
        ready.error()
    );
  }
}

Awaitable<void> TurnDriver::run_beats() {
  // Also while the last turns finish.
  while (!membership_.left()) {
    const WorkerId before = membership_.worker();
    std::string problem;
    try {
      const auto beaten = co_await membership_.beat();
      if (!beaten) problem = beaten.error().message;
    } catch (const std::exception& thrown) {
      problem = thrown.what();  // without a next beat this server would be dead for good
    }
    if (!problem.empty()) options_.log_problem("the store does not hear that this server lives: " + problem);
    const WorkerId now = membership_.worker();
    if (before != 0 && now != before)
      options_.log_problem("this server was declared dead; it goes on as worker " + std::to_string(now));
    co_await pause(*options_.alarms, Membership::kBeatEvery);
  }
}

Awaitable<void> TurnDriver::run_sharing(std::string tenant) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    try {
      if (auto followed = co_await world_.releases.restore(tenant); !followed)
        options_.log_problem(followed.error().message);
      (void)co_await share_recovery(tenant);
    } catch (const std::exception& problem) {
      options_.log_problem(problem.what());
    }
    co_await world_.live.wait(*options_.alarms, tenant, kReleases, kShareEvery);
  }
}

}  // namespace parley::turns
