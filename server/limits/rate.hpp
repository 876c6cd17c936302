// How many turns somebody may take: a rate that holds in the long run, and a burst that is free at once.
//
// Buckets are kept as one number each, the time at which they would be full again (the generic cell rate
// algorithm), so that a shared store can do the same with one value. Keys are forgotten when their bucket is
// full; there is room for a bounded number of them. Thread-safe; times are microseconds of any steady clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/net/loop.hpp"

namespace parley::limits {

struct Rate {
  std::uint32_t per_minute = 60;  // 0: no limit
  std::uint32_t burst = 20;

  [[nodiscard]] bool limited() const { return per_minute > 0; }
  [[nodiscard]] std::int64_t interval_us() const { return 60'000'000 / per_minute; }
};

struct Verdict {
  bool allowed = true;
  std::uint32_t remaining = 0;      // that may follow at once
  std::int64_t retry_after_us = 0;  // until one is allowed; 0 when it was
  std::int64_t full_in_us = 0;      // until the whole burst is free again
};

// One turn of a bucket that is full at `full_at_us`; sets when it is full afterwards.
[[nodiscard]] Verdict take(const Rate& rate, std::int64_t now_us, std::int64_t& full_at_us);

class TokenBuckets {
 public:
  static constexpr std::size_t kMostKeys = 64 * 1024;

  explicit TokenBuckets(std::size_t most_keys = kMostKeys) : most_keys_(most_keys) {}

  [[nodiscard]] Verdict take(std::string_view key, const Rate& rate, std::int64_t now_us);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, std::int64_t> full_at_us;
  };
  static constexpr std::size_t kShards = 16;
  void make_room(Shard& shard, std::int64_t now_us) const;

  std::size_t most_keys_;
  std::array<Shard, kShards> shards_;
};

// Port: whoever keeps the buckets. From any loop, resumes on it.
class RateLimiter {
 public:
  virtual ~RateLimiter() = default;
  virtual net::Awaitable<Verdict> take(std::string key, Rate rate) = 0;
};

// Of this process alone.
class LocalLimiter : public RateLimiter {
 public:
  net::Awaitable<Verdict> take(std::string key, Rate rate) override;

 private:
  TokenBuckets buckets_;
};

}  // namespace parley::limits
