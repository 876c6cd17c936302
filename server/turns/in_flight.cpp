#include "server/turns/in_flight.hpp"

#include <algorithm>
#include <iterator>

namespace parley::turns {

std::unexpected<Error> key_reused() {
  return fail(
      ErrorCode::conflict,
      "this idempotency key was used with another request",
      "idempotency_key_reused",
      "use a new key for a new request and the same key only to repeat one"
  );
}

InFlightRequests::Shard& InFlightRequests::shard_of(const std::string& key) {
  return shards_[std::hash<std::string>()(key) % shards_.size()];
}

std::optional<InFlightRequests::Ticket> InFlightRequests::begin(
    std::string_view key, std::string_view fingerprint
) {
  std::string owned(key);
  Shard& shard = shard_of(owned);
  const std::lock_guard lock(shard.mutex);
  const auto [entry, added] = shard.entries.try_emplace(owned);
  if (!added) return std::nullopt;
  entry->second.fingerprint = fingerprint;
  return Ticket(*this, std::move(owned));
}

Awaitable<std::optional<Result<Answer>>> InFlightRequests::wait(
    std::string_view key, std::string_view fingerprint
) {
  const std::string owned(key);
  co_return co_await net::await_callback<Outcome>([&](auto done) {
    Outcome now;
    {
      Shard& shard = shard_of(owned);
      const std::lock_guard lock(shard.mutex);
      const auto entry = shard.entries.find(owned);
      if (entry != shard.entries.end()) {
        if (entry->second.fingerprint == fingerprint) {
          entry->second.waiters.push_back(std::move(done));
          return;
        }
        now = Result<Answer>(key_reused());
      }
    }
    done(std::move(now));
  });
}

void InFlightRequests::abandon_waiting() {
  // Who waits may hold a ticket of its own, so nobody is let go while a lock is held.
  std::vector<std::move_only_function<void(Outcome)>> gone;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (auto& [key, entry] : shard.entries) std::ranges::move(entry.waiters, std::back_inserter(gone));
    for (auto& [key, entry] : shard.entries) entry.waiters.clear();
  }
}

void InFlightRequests::Ticket::finish(const Result<Answer>& answer) {
  if (owner_ == nullptr) return;
  std::vector<std::move_only_function<void(Outcome)>> waiters;
  {
    Shard& shard = std::exchange(owner_, nullptr)->shard_of(key_);
    const std::lock_guard lock(shard.mutex);
    const auto entry = shard.entries.find(key_);
    waiters = std::move(entry->second.waiters);
    shard.entries.erase(entry);
  }
  for (auto& waiter : waiters) waiter(Outcome(answer));
}

InFlightRequests::Ticket::~Ticket() {
  finish(fail(
      ErrorCode::unavailable, "the first request with this key was not answered", "unavailable", "try again"
  ));
}

}  // namespace parley::turns
