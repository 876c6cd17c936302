// Runs simulations from the command line and says what they found.
//   simulate [--first SEED] [--turns N] [--trace]
// Seeds are counted up from the first until N turns (default 100,000) have been simulated, on one processor.
// With --trace the first seed alone is run and everything that happens is printed. Exit code 1 when a book
// does not fit.
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/simulation/simulation.hpp"

namespace {

using namespace parley::simulation;

struct Totals {
  std::uint64_t seeds = 0, turns = 0, acknowledged = 0, crashes = 0, effects = 0, calls = 0, reviews = 0,
                pauses = 0, taken_over = 0, failed = 0;

  void add(const Report& report) {
    ++seeds;
    turns += report.turns;
    acknowledged += report.acknowledged;
    crashes += report.crashes;
    effects += report.effects;
    calls += report.calls;
    reviews += report.reviews;
    pauses += report.pauses;
    taken_over += report.taken_over;
    failed += report.violations.empty() ? 0 : 1;
  }
};

void tell(const Report& report) {
  for (const std::string& violation : report.violations)
    std::printf("seed %" PRIu64 ": %s\n", report.seed, violation.c_str());
}

int trace(std::uint64_t seed) {
  const Report report = simulate(seed, Mistake::none, [](std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
  });
  tell(report);
  std::printf("seed %" PRIu64 " %s\n", seed, report.hash.c_str());
  return report.violations.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t first = 1;
  std::uint64_t turns = 100'000;
  bool traced = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view option = arguments[i];
    if (option == "--trace") {
      traced = true;
    } else if (option == "--first" && i + 1 < count) {
      first = std::strtoull(arguments[++i], nullptr, 10);
    } else if (option == "--turns" && i + 1 < count) {
      turns = std::strtoull(arguments[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: simulate [--first SEED] [--turns N] [--trace]\n");
      return 2;
    }
  }
  if (traced) return trace(first);

  Totals totals;
  std::uint64_t next = first;
  while (totals.turns < turns) {
    const Report report = simulate(next++);
    tell(report);
    totals.add(report);
  }
  std::printf(
      "%" PRIu64 " seeds, %" PRIu64 " turns, %" PRIu64 " acknowledged, %" PRIu64 " crashes, %" PRIu64
      " calls, %" PRIu64 " effects, %" PRIu64 " reviews, %" PRIu64 " pauses, %" PRIu64
      " turns taken over: %" PRIu64 " seeds with violations\n",
      totals.seeds,
      totals.turns,
      totals.acknowledged,
      totals.crashes,
      totals.calls,
      totals.effects,
      totals.reviews,
      totals.pauses,
      totals.taken_over,
      totals.failed
  );
  return totals.failed == 0 ? 0 : 1;
}
