#include "tests/simulation/simulation.hpp"

#include <memory>
#include <utility>

#include "tests/simulation/books.hpp"
#include "tests/simulation/clients.hpp"
#include "tests/simulation/process.hpp"

namespace parley::simulation {

namespace {

constexpr std::uint64_t kTrouble = 25'000;    // how long things go wrong
constexpr std::uint64_t kPatience = 600'000;  // until everything must be finished

class Simulation {
 public:
  Simulation(std::uint64_t seed, Mistake mistake, std::function<void(std::string_view)> trace)
      : timeline_(seed),
        faults_(Faults::drawn(timeline_.random)),
        store_(truth_, timeline_, faults_, mistake),
        tools_(timeline_, faults_, mistake),
        process_(timeline_, store_, tools_),
        reviewers_(surroundings(), truth_, tools_) {
    report_.seed = seed;
    timeline_.trace = std::move(trace);
  }

  Report run() {
    const std::uint64_t parties = 1 + timeline_.random.below(2) * timeline_.random.between(0, 2);
    for (std::uint64_t i = 0; i < parties; ++i)
      parties_.push_back(std::make_unique<Party>(surroundings(), i));
    process_.start();
    for (const auto& party : parties_) {
      timeline_.after(timeline_.random.between(0, 3'000), Owner::world, [&party] { party->begin(); });
    }
    plan_crash();
    plan_clock();
    timeline_.after(kTrouble, Owner::world, [this] { heal(); });
    look_around();
    process_.poll();
    while (!settled_ && timeline_.now() < kPatience && timeline_.step()) process_.poll();
    if (!settled_) report_.violations.emplace_back("not everything was finished in time");
    process_.crash();
    compare(clients_, truth_, tools_, report_);
    report_.hash = timeline_.hash();
    return std::move(report_);
  }

 private:
  Surroundings surroundings() { return {timeline_, faults_, process_, clients_}; }

  void plan_crash() {
    if (faults_.crash_every_ms == 0) return;
    timeline_.after(timeline_.random.between(1, 2 * faults_.crash_every_ms), Owner::world, [this] {
      if (faults_.crash_every_ms == 0) return;
      process_.crash();
      ++report_.crashes;
      timeline_.after(timeline_.random.between(0, 3'000), Owner::world, [this] { start(); });
      plan_crash();
    });
  }

  void start() {
    if (!process_.runs()) process_.start();
  }

  void plan_clock() {
    if (faults_.clock_jumps_every_ms == 0) return;
    timeline_.after(timeline_.random.between(1, 2 * faults_.clock_jumps_every_ms), Owner::world, [this] {
      if (faults_.clock_jumps_every_ms == 0) return;
      process_.clock().set_wrong_by(static_cast<std::int64_t>(timeline_.random.between(0, 120'000)) - 60'000);
      plan_clock();
    });
  }

  // From here on nothing goes wrong any more, and everything must come to its end.
  void heal() {
    timeline_.note("world", "heals");
    faults_ = {};
    process_.clock().set_wrong_by(0);
    start();
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
    return process_.runs() && at_once(truth_.pending_effects("default", 1))->empty() &&
           at_once(truth_.reviews("default", {.status = "open", .limit = 1}))->empty() &&
           at_once(truth_.due_timers("default", far_future, 1))->empty() && store_.idle();
  }

  Report report_;
  Timeline timeline_;
  Faults faults_;
  turns::MemoryStore truth_;
  SimulatedStore store_;
  SimulatedTools tools_;
  ClientBook clients_;
  Process process_;
  std::vector<std::unique_ptr<Party>> parties_;
  Reviewers reviewers_;
  bool settled_ = false;
};

}  // namespace

Report simulate(std::uint64_t seed, Mistake mistake, std::function<void(std::string_view)> trace) {
  return Simulation(seed, mistake, std::move(trace)).run();
}

}  // namespace parley::simulation
