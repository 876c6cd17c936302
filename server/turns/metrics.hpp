// What the turn driver counts. Relaxed atomics: written from every loop, read by /metrics at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace parley::turns {

using Counter = std::atomic<std::uint64_t>;

inline void count(Counter& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

// Upper bounds in microseconds; the last bucket is everything above.
inline constexpr std::array<std::uint64_t, 12> kDurationBoundsUs{
    50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 500'000, 2'500'000
};

struct DurationHistogram {
  std::array<Counter, kDurationBoundsUs.size() + 1> buckets{};
  Counter sum_us{0};

  void add(std::uint64_t duration_us) {
    std::size_t i = 0;
    while (i < kDurationBoundsUs.size() && duration_us > kDurationBoundsUs[i]) ++i;
    count(buckets[i]);
    count(sum_us, duration_us);
  }
};

struct TurnMetrics {
  Counter turns{0};
  Counter repeated_answers{0};  // requests that got an earlier answer again
  Counter commits{0};
  Counter commit_failures{0};
  Counter conflicts{0};         // turns begun again: their state was stale
  Counter waits_for_others{0};  // for a turn that was open at another process
  Counter takeovers{0};         // of turns that a dead process left open
  Counter loads{0};             // conversations read from the store
  Counter queue_full{0};
  Counter tool_calls{0};
  Counter tool_failures{0};
  Counter effects_in_doubt{0};
  Counter effects_resumed{0};  // after a crash or a lost store
  Counter retries_refused{0};  // over the budget of their tool
  Counter quarantined{0};      // work that failed too often and was set aside
  Counter timers_fired{0};
  Counter messages_put_to_model{0};  // because the matchers were not sure
  Counter understood_by_model{0};    // of them
  DurationHistogram turn_duration;   // admitted to committed
  DurationHistogram tool_duration;
};

}  // namespace parley::turns
