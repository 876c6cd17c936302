// How long work takes that was handed over and is waited for: the worst since somebody asked last, and how
// long nothing has come back at all. Thread-safe, without locks; a ticket may end on another thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace parley::limits {

class DelayWatch {
 public:
  using Clock = std::chrono::steady_clock;

  class Ticket {
   public:
    explicit Ticket(DelayWatch& watch, Clock::time_point now = Clock::now()) : watch_(watch), begun_(now) {
      watch_.begin(now);
    }
    ~Ticket() { finish(Clock::now()); }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    void finish(Clock::time_point now) {
      if (!std::exchange(finished_, true)) watch_.end(begun_, now);
    }

   private:
    DelayWatch& watch_;
    Clock::time_point begun_;
    bool finished_ = false;
  };

  // One asks.
  [[nodiscard]] std::chrono::microseconds take_delay(Clock::time_point now = Clock::now()) {
    const std::int64_t worst = worst_us_.exchange(0, std::memory_order_relaxed);
    if (waiting_.load(std::memory_order_acquire) == 0) return std::chrono::microseconds(worst);
    return std::chrono::microseconds(
        std::max(worst, microseconds(now) - progress_us_.load(std::memory_order_relaxed))
    );
  }
  [[nodiscard]] std::int64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  static std::int64_t microseconds(Clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
  }
  void begin(Clock::time_point now) {
    if (waiting_.fetch_add(1, std::memory_order_acq_rel) == 0)
      progress_us_.store(microseconds(now), std::memory_order_relaxed);
  }
  void end(Clock::time_point begun, Clock::time_point now) {
    progress_us_.store(microseconds(now), std::memory_order_relaxed);
    const std::int64_t took = microseconds(now) - microseconds(begun);
    std::int64_t worst = worst_us_.load(std::memory_order_relaxed);
    while (took > worst && !worst_us_.compare_exchange_weak(worst, took, std::memory_order_relaxed)) {
    }
    waiting_.fetch_sub(1, std::memory_order_release);
  }

  std::atomic<std::int64_t> waiting_{0};
  std::atomic<std::int64_t> progress_us_{0};
  std::atomic<std::int64_t> worst_us_{0};
};

}  // namespace parley::limits
