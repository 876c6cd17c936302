// Measures how far behind the server is and feeds the pressure with it: how late its loops come to what waits
// for them, and how long the store keeps what it was given. Ten times a second; costs nothing else.
//
// Start it when the loops run; it ends with them. What it refers to must outlive the loops.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "server/limits/delay_watch.hpp"
#include "server/limits/pressure.hpp"
#include "server/net/loop.hpp"

namespace parley::limits {

// What is just tolerable.
struct Tolerance {
  std::chrono::milliseconds loop{100};
  std::chrono::milliseconds store{500};
};

class OverloadMonitor {
 public:
  OverloadMonitor(Pressure& pressure, DelayWatch& store, Tolerance tolerance)
      : pressure_(pressure), store_(store), tolerance_(tolerance) {}

  void start(const std::vector<net::Executor>& loops);

  // As measured last, in seconds; from any thread.
  [[nodiscard]] double loop_seconds() const { return loop_us_.load(std::memory_order_relaxed) * 1e-6; }
  [[nodiscard]] double store_seconds() const { return store_us_.load(std::memory_order_relaxed) * 1e-6; }

 private:
  struct Probe;
  void arm(const std::shared_ptr<Probe>& probe);
  void judge();

  Pressure& pressure_;
  DelayWatch& store_;
  Tolerance tolerance_;
  std::deque<std::atomic<std::int64_t>> lag_us_;  // of each loop
  std::atomic<std::int64_t> loop_us_{0};
  std::atomic<std::int64_t> store_us_{0};
};

}  // namespace parley::limits
