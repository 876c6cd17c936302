// Time and chance of a simulation: what happens next, and every dice that is thrown, come from one seed.
//
// Nothing here looks at a real clock. Times are milliseconds since the simulation began. One thread.
#pragma once

#include <chrono>
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

// Whose doing an action is: the world's, that of a process (1, 2 …), or what the database does for one. What
// a process was going to do dies with it, and waits while it is paused; the database does not wait.
enum class Owner : std::uint32_t { world, process };
inline constexpr std::uint32_t kDatabase = 0x1000;
[[nodiscard]] constexpr Owner process_owner(std::uint32_t number) {
  return static_cast<Owner>(number);
}
[[nodiscard]] constexpr Owner database_for(Owner process) {
  return static_cast<Owner>(static_cast<std::uint32_t>(process) | kDatabase);
}

class Timeline {
 public:
  using Action = std::move_only_function<void()>;
  using Ticket = std::pair<std::uint64_t, std::uint64_t>;

  explicit Timeline(std::uint64_t seed) : random(seed) {}

  Ticket after(std::uint64_t milliseconds, Owner owner, Action action);
  void cancel(Ticket ticket);
  // Everything that a process was going to do.
  void forget_process(Owner process);
  // What it was going to do waits until it is woken, and is then done at once.
  void pause(Owner process) { paused_.try_emplace(process); }
  void wake(Owner process);
  [[nodiscard]] bool paused(Owner process) const { return paused_.contains(process); }
  // Which process is at work; what it waits for is its own.
  Owner acting = Owner::process;
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
  std::map<Ticket, Entry> actions_;                  // equal times in the order they were asked for
  std::map<Owner, std::map<Ticket, Entry>> paused_;  // of each, what has become due meanwhile
  std::uint64_t now_ = 0;
  std::uint64_t last_ = 0;
  Sha256 notes_;
};

// Resumes when the time has come, unless the process has died meanwhile.
turns::Awaitable<void> wait(Timeline& timeline, std::uint64_t milliseconds);

// What is known of the workers, kept apart from the store to judge it and them by.
struct Lives {
  std::map<turns::WorkerId, std::uint64_t> heard;  // when each was last heard of
  std::map<turns::WorkerId, Owner> enrolled_by;
  std::uint64_t taken_over = 0;
  std::uint64_t taken_from_the_living = 0;
  std::uint64_t called_for_others = 0;  // calls made in turns that another worker had taken over
};

// The process's alarms ring in simulated time.
class SimulatedAlarms : public turns::Alarms {
 public:
  // `stands_still`: it believes that no time passes.
  explicit SimulatedAlarms(Timeline& timeline, bool stands_still = false)
      : timeline_(timeline), stands_still_(stands_still) {}
  std::unique_ptr<turns::Alarm> set(
      net::Executor executor, std::chrono::milliseconds after, std::move_only_function<void()> ring
  ) override;
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point(
        std::chrono::milliseconds(stands_still_ ? 0 : timeline_.now())
    );
  }

 private:
  Timeline& timeline_;
  bool stands_still_;
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
