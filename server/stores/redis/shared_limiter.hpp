// Token buckets that all servers share through Redis; while Redis is away each server counts for itself.
//
// A bucket is one sealed number: when it is full again. It is read, one turn is taken from it here, and it is
// written by a script that changes it only if nobody else has meanwhile. So a Redis that lies can let too
// many through, as one that forgets can, but it cannot refuse anybody: only this server's servers make
// numbers. Names of users and addresses do not appear in keys. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "server/limits/rate.hpp"
#include "server/stores/redis/client.hpp"
#include "server/stores/redis/seal.hpp"

namespace parley::stores::redis {

class SharedLimiter final : public limits::RateLimiter {
 public:
  // Microseconds since 1970: clocks of several servers are to agree to within a fraction of a second.
  using WallClock = std::function<std::int64_t()>;

  SharedLimiter(Client& client, const Seal& seal, std::string tenant, WallClock clock);

  net::Awaitable<limits::Verdict> take(std::string key, limits::Rate rate) override;

  // Turns that were counted here alone.
  [[nodiscard]] std::uint64_t counted_alone() const { return alone_.load(std::memory_order_relaxed); }

 private:
  net::Awaitable<std::optional<limits::Verdict>> take_shared(std::string name, limits::Rate rate);

  Client& client_;
  const Seal& seal_;
  std::string tenant_;
  WallClock clock_;
  limits::LocalLimiter local_;
  std::atomic<std::uint64_t> alone_{0};
};

}  // namespace parley::stores::redis
