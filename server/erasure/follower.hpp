// Notices that another process on the store has erased something, and has this one let go of what it still
// has of it in memory. The record of an erasure does not tell whose it was, so whenever there is something
// new in it, everything in memory is looked for in the store. One coroutine at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/turns/alarms.hpp"
#include "server/turns/ports.hpp"

namespace parley::erasure {

class Follower {
 public:
  // What was being read while it was erased comes to light when it is in memory, later than the erasure.
  static constexpr std::chrono::seconds kAgainAfter{15};
  static constexpr std::chrono::milliseconds kEvery{500};

  struct World {
    turns::Store& store;
    std::string tenant;
    std::function<std::vector<std::string>()> kept;  // conversations of which something is in memory
    std::function<void(const std::vector<std::string>& gone)> let_go;
    std::function<void(const Error&)> told = [](const Error&) {};  // of the first failure in a row
    turns::Alarms* alarms = &turns::system_alarms();
  };

  explicit Follower(World world) : world_(std::move(world)) {}

  // Once. How many conversations were let go of.
  turns::Awaitable<Result<std::size_t>> look();
  // Again and again, until stop().
  turns::Awaitable<void> run();
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

 private:
  struct Seen {
    std::string erasure_id;
    std::uint64_t rows = 0;
    bool finished = false;
    bool operator==(const Seen&) const = default;
  };
  turns::Awaitable<Result<std::size_t>> compare();

  World world_;
  std::vector<Seen> seen_;
  std::optional<std::chrono::steady_clock::time_point> again_;
  std::atomic<bool> stopping_{false};
};

}  // namespace parley::erasure
