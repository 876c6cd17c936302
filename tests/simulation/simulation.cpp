#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "tests/simulation/books.hpp"
#include "tests/simulation/clients.hpp"
#include "tests/simulation/process.hpp"

namespace parley::simulation {

namespace {

constexpr std::uint64_t kTrouble = 25'000;    // how long things go wrong
constexpr std::uint64_t kPatience = 600'000;  // until everything must be finished

// A third of all seeds have two or three workers.
std::uint32_t workers_of(std::uint64_t seed) {
  return seed % 3 != 0 ? 1 : 2 + static_cast<std::uint32_t>(seed / 3 % 2);
}

class Simulation {
 public:
  Simulation(std::uint64_t seed, Mistake mistake, std::function<void(std::string_view)> trace)
      : timeline_(seed),
        workers_(workers_of(seed)),
        faults_(Faults::drawn(timeline_.random, workers_ > 1)),
        truth_(clock_of_store()),
        tools_(timeline_, faults_, mistake, truth_, lives_),
        reviewers_(surroundings(), truth_, tools_) {
    for (std::uint32_t number = 1; number <= workers_; ++number) {
      const Process::Share share{timeline_, truth_, faults_, mistake, tools_, lives_, ids_};
      processes_.push_back(std::make_unique<Process>(share, number));
    }
    report_.seed = seed;
    timeline_.trace = std::move(trace);
  }

  Report run() {
    const std::uint64_t parties = 1 + timeline_.random.below(2) * timeline_.random.between(0, 2);
    for (std::uint64_t i = 0; i < parties; ++i)
      parties_.push_back(std::make_unique<Party>(surroundings(), i));
    for (const auto& process : processes_) process->start();
    for (const auto& party : parties_) {
      timeline_.after(timeline_.random.between(0, 3'000), Owner::world, [&party] { party->begin(); });
    }
    plan_crash();
    plan_clock();
    plan_pause();
    timeline_.after(kTrouble, Owner::world, [this] { heal(); });
    look_around();
    poll();
    while (!settled_ && timeline_.now() < kPatience && timeline_.step()) poll();
    if (!settled_) report_.violations.emplace_back("not everything was finished in time");
    for (const auto& process : processes_) process->crash();
    report_.taken_over = lives_.taken_over;
    if (lives_.called_for_others > 0)
      report_.violations.emplace_back("a call was made in a turn that another worker had taken over");
    if (lives_.taken_from_the_living > 0)
      report_.violations.emplace_back("the open turn of a worker that lives was taken");
    compare(clients_, truth_, tools_, report_);
    report_.hash = timeline_.hash();
    return std::move(report_);
  }

 private:
  Surroundings surroundings() { return {timeline_, faults_, processes_, clients_}; }

  void poll() {
    for (const auto& process : processes_) process->poll();
  }

  // One process has its store for itself; what several share has a clock.
  std::function<std::int64_t()> clock_of_store() {
    if (workers_ == 1) return {};
    return [this] { return static_cast<std::int64_t>(timeline_.now()); };
  }

  void plan_crash() {
    if (faults_.crash_every_ms == 0) return;
    timeline_.after(timeline_.random.between(1, 2 * faults_.crash_every_ms), Owner::world, [this] {
      if (faults_.crash_every_ms == 0) return;
      Process& process = any(processes_, timeline_.random);
      process.crash();
      ++report_.crashes;
      timeline_.after(timeline_.random.between(0, 3'000), Owner::world, [&process] {
        if (!process.runs()) process.start();
      });
      plan_crash();
    });
  }

  void plan_pause() {
    if (faults_.pause_every_ms == 0) return;
    timeline_.after(timeline_.random.between(1, 2 * faults_.pause_every_ms), Owner::world, [this] {
      if (faults_.pause_every_ms == 0) return;
      Process& process = any(processes_, timeline_.random);
      process.pause();
      ++report_.pauses;
      timeline_.after(timeline_.random.between(1, 30'000), Owner::world, [&process] { process.wake(); });
      plan_pause();
    });
  }

  void plan_clock() {
    if (faults_.clock_jumps_every_ms == 0) return;
    timeline_.after(timeline_.random.between(1, 2 * faults_.clock_jumps_every_ms), Owner::world, [this] {
      if (faults_.clock_jumps_every_ms == 0) return;
      const auto wrong_by = static_cast<std::int64_t>(timeline_.random.between(0, 120'000)) - 60'000;
      any(processes_, timeline_.random).clock().set_wrong_by(wrong_by);
      plan_clock();
    });
  }

  // From here on nothing goes wrong any more, and everything must come to its end.
  void heal() {
    timeline_.note("world", "heals");
    faults_ = {};
    for (const auto& process : processes_) {
      process->clock().set_wrong_by(0);
      process->wake();
      if (!process->runs()) process->start();
    }
  }

  void look_around() {
    reviewers_.look();
    settled_ = is_settled();
    if (!settled_) timeline_.after(2'000, Owner::world, [this] { look_around(); });
  }

  bool is_settled() {
    for (const auto& party : parties_) {
      if (!party->done()) return false;
    }
    const Timestamp far_future{9'000'000'000, 0};
    const bool at_work = std::ranges::all_of(processes_, [](const auto& process) {
      return process->runs() && !process->paused() && process->store().idle();
    });
    return at_work && at_once(truth_.pending_effects("default", 1))->empty() &&
           at_once(truth_.reviews("default", {.status = "open", .limit = 1}))->empty() &&
           at_once(truth_.due_timers("default", far_future, 1))->empty();
  }

  Report report_;
  Timeline timeline_;
  const std::uint32_t workers_;
  Faults faults_;
  turns::MemoryStore truth_;
  Lives lives_;
  turns::SequentialIds ids_;
  SimulatedTools tools_;
  ClientBook clients_;
  Processes processes_;
  std::vector<std::unique_ptr<Party>> parties_;
  Reviewers reviewers_;
  bool settled_ = false;
};

}  // namespace

Report simulate(std::uint64_t seed, Mistake mistake, std::function<void(std::string_view)> trace) {
  return Simulation(seed, mistake, std::move(trace)).run();
}

}  // namespace parley::simulation
