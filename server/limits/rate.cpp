#include "server/limits/rate.hpp"

#include <algorithm>
#include <chrono>

namespace parley::limits {

Verdict take(const Rate& rate, std::int64_t now_us, std::int64_t& full_at_us) {
  const std::int64_t interval = rate.interval_us();
  const std::int64_t window = interval * std::max<std::int64_t>(rate.burst, 1);
  const std::int64_t full_at = std::max(full_at_us, now_us) + interval;
  const std::int64_t over = full_at - now_us - window;
  Verdict verdict;
  verdict.allowed = over <= 0;
  if (verdict.allowed) {
    full_at_us = full_at;
  } else {
    verdict.retry_after_us = over;
  }
  verdict.full_in_us = std::max<std::int64_t>(full_at_us - now_us, 0);
  verdict.remaining = static_cast<std::uint32_t>((window - verdict.full_in_us) / interval);
  return verdict;
}

Verdict TokenBuckets::take(std::string_view key, const Rate& rate, std::int64_t now_us) {
  if (!rate.limited()) return {};
  Shard& shard = shards_[std::hash<std::string_view>()(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  if (shard.full_at_us.size() >= most_keys_ / kShards) make_room(shard, now_us);
  return limits::take(rate, now_us, shard.full_at_us[std::string(key)]);
}

// Shard locked. Full buckets are as good as none. When all are in use, forgetting some lets a few turns too
// many through, which is better than to be without memory.
void TokenBuckets::make_room(Shard& shard, std::int64_t now_us) const {
  std::erase_if(shard.full_at_us, [now_us](const auto& bucket) { return bucket.second <= now_us; });
  const std::size_t keep = most_keys_ / kShards * 3 / 4;
  while (shard.full_at_us.size() > keep) shard.full_at_us.erase(shard.full_at_us.begin());
}

std::size_t TokenBuckets::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.full_at_us.size();
  }
  return count;
}

net::Awaitable<Verdict> LocalLimiter::take(std::string key, Rate rate) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  co_return buckets_.take(key, rate, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace parley::limits
