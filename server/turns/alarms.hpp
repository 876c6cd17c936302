// Waiting for a while: deadlines of tools, the window of a burst, the pauses of upkeep. Behind a port, so
// that a simulation decides when time passes.
//
// An alarm belongs to the loop that set it: it rings there, and is destroyed there.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "server/net/loop.hpp"

namespace parley::turns {

// Destroyed before it has rung, it never rings.
class Alarm {
 public:
  virtual ~Alarm() = default;
};

// Thread-safe.
class Alarms {
 public:
  virtual ~Alarms() = default;
  // Calls `ring` once, on the executor, when that much time has passed.
  [[nodiscard]] virtual std::unique_ptr<Alarm> set(
      net::Executor executor, std::chrono::milliseconds after, std::move_only_function<void()> ring
  ) = 0;
  // Of the clock that they ring by: it never goes back, and says nothing about the time of day.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const {
    return std::chrono::steady_clock::now();
  }
};

// Those of the machine's steady clock.
[[nodiscard]] Alarms& system_alarms();

net::Awaitable<void> pause(Alarms& alarms, std::chrono::milliseconds time);

}  // namespace parley::turns
