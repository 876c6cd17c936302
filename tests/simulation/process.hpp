// A process under test: a loop and a turn driver. It can die at any moment and is then begun anew on what the
// store has; one of several may also be paused, and woken. Several share what they have in the end: the truth
// in the store, and the ids, which never repeat.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "server/turns/driver.hpp"
#include "server/turns/world.hpp"
#include "tests/simulation/simulated_store.hpp"
#include "tests/simulation/simulated_tools.hpp"
#include "tests/simulation/timeline.hpp"

namespace parley::simulation {

// The flows that all simulations run on, compiled once.
[[nodiscard]] turns::ReleaseTable& releases();

class Process {
 public:
  struct Share {
    Timeline& timeline;
    turns::MemoryStore& truth;
    const Faults& faults;
    Mistake mistake;
    SimulatedTools& tools;
    Lives& lives;
    turns::IdSource& ids;
  };
  Process(Share share, std::uint32_t number);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { crash(); }

  void start();
  void crash();
  void pause();
  void wake();
  [[nodiscard]] bool runs() const { return driver_ != nullptr; }
  [[nodiscard]] bool paused() const { return timeline_.paused(owner_); }
  [[nodiscard]] const SimulatedStore& store() const { return store_; }
  [[nodiscard]] turns::TurnDriver& driver() { return *driver_; }
  [[nodiscard]] SimulatedClock& clock() { return clock_; }

  // `done` is not called when the process dies first.
  template <typename T>
  void spawn(turns::Awaitable<T> work, std::function<void(T)> done) {
    boost::asio::co_spawn(
        *loop_,
        std::move(work),
        [done = std::move(done)](const std::exception_ptr& problem, T value) {
          if (problem) std::rethrow_exception(problem);
          done(std::move(value));
        }
    );
  }
  // Does what can be done now.
  void poll();

 private:
  Timeline& timeline_;
  const Owner owner_;
  SimulatedStore store_;
  SimulatedTools& tools_;
  SimulatedClock clock_;
  SimulatedAlarms alarms_;
  turns::IdSource& ids_;
  turns::Hub hub_;
  turns::DriverOptions options_;
  std::unique_ptr<boost::asio::io_context> loop_;
  std::unique_ptr<turns::TurnDriver> driver_;
};

// All processes on the store. Requests reach any of them, as through a balancer that looks at nothing.
using Processes = std::vector<std::unique_ptr<Process>>;
[[nodiscard]] inline Process& any(const Processes& processes, Random& random) {
  return processes.size() == 1 ? *processes.front() : *processes[random.below(processes.size())];
}

}  // namespace parley::simulation
