// Time and chance of a simulation: what happens next, and every dice that is thrown, come from one seed.
//
// Nothing here looks at a real clock. Times are milliseconds since the simulation began. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/sha256.hpp"
#include "server/turns/alarms.hpp"
#include "server/turns/ports.hpp"

namespace parley::simulation {

// SplitMix64; written out because the standard's distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  bool chance(std::uint32_t permille) { return below(1000) < permille; }

 private:
  std::uint64_t state_;
};

// Whose doing an action is. What a process was going to do dies with it; the world's doings do not.
enum class Owner : std::uint8_t { world, process };

class Timeline {
 public:
  using Action = std::move_only_function<void()>;
  using Ticket = std::pair<std::uint64_t, std::uint64_t>;

  explicit Timeline(std::uint64_t seed) : random(seed) {}

  Ticket after(std::uint64_t milliseconds, Owner owner, Action action);
  void cancel(Ticket ticket) { actions_.erase(ticket); }
  // Everything that the process was going to do.
  void forget_process();
  // Moves on to the next action and does it. False: nothing is left.
  bool step();
  [[nodiscard]] std::uint64_t now() const { return now_; }

  // What happened: the hash of all notes is what two runs of one seed are compared by.
  void note(std::string_view who, std::string_view what);
  [[nodiscard]] std::string hash();
  std::function<void(std::string_view line)> trace;  // may be empty

  Random random;

 private:
  struct Entry {
    Owner owner;
    Action action;
  };
  std::map<Ticket, Entry> actions_;  // equal times in the order they were asked for
  std::uint64_t now_ = 0;
  std::uint64_t last_ = 0;
  Sha256 notes_;
};

// Resumes when the time has come, unless the process has died meanwhile.
turns::Awaitable<void> wait(Timeline& timeline, std::uint64_t milliseconds);

// The process's alarms ring in simulated time.
class SimulatedAlarms : public turns::Alarms {
 public:
  explicit SimulatedAlarms(Timeline& timeline) : timeline_(timeline) {}
  std::unique_ptr<turns::Alarm> set(
      net::Executor executor, std::chrono::milliseconds after, std::move_only_function<void()> ring
  ) override;

 private:
  Timeline& timeline_;
};

// A wall clock that may be set forward and back.
class SimulatedClock : public turns::Clock {
 public:
  explicit SimulatedClock(Timeline& timeline) : timeline_(timeline) {}
  [[nodiscard]] Timestamp now() override;
  void set_wrong_by(std::int64_t milliseconds) { wrong_by_ = milliseconds; }

 private:
  Timeline& timeline_;
  std::int64_t wrong_by_ = 0;
};

}  // namespace parley::simulation
