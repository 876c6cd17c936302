#include "tests/simulation/simulation.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace parley::simulation {
namespace {

constexpr std::uint64_t kGoldenSeeds = 24;
constexpr std::uint64_t kSeedsPerMistake = 60;
constexpr std::uint64_t kSeedsPerWorkersMistake = 6'000;

std::string listed(const Report& report) {
  std::string text;
  for (const std::string& violation : report.violations) text += "\n  " + violation;
  return text;
}

void check_seeds(std::uint64_t first, std::uint64_t last) {
  Report all;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Report report = simulate(seed);
    INFO("to see what happened: build/dev/tests/simulation/simulate --trace --first ", seed, listed(report));
    CHECK(report.violations.empty());
    all.turns += report.turns;
    all.acknowledged += report.acknowledged;
    all.crashes += report.crashes;
    all.pauses += report.pauses;
    all.taken_over += report.taken_over;
    all.calls += report.calls;
    all.reviews += report.reviews;
  }
  // All of it has come up, or the faults are not what they are meant to be.
  const std::uint64_t seeds = last - first + 1;
  CHECK(all.acknowledged > 3 * seeds);
  CHECK(all.crashes > seeds);
  CHECK(all.calls > 2 * seeds);
  CHECK(all.reviews > seeds / 10);
  CHECK(all.pauses > seeds / 3);
  CHECK(all.taken_over > seeds / 50);
  MESSAGE(seeds, " seeds, ", all.turns, " turns, ", all.acknowledged, " acknowledged");
  MESSAGE(all.crashes, " crashes, ", all.calls, " calls, ", all.reviews, " reviews");
  MESSAGE(all.pauses, " pauses, ", all.taken_over, " turns taken over");
}

// Two halves, for two processors.
TEST_CASE("whatever goes wrong, the three books agree: seeds 1 to 1000") {
  check_seeds(1, 1'000);
}

TEST_CASE("whatever goes wrong, the three books agree: seeds 1001 to 2000") {
  check_seeds(1'001, 2'000);
}

// PARLEY_GOLDEN=1 writes the file anew. It says the same in every build: a difference between compilers, or
// between optimised and sanitized code, is a bug.
TEST_CASE("one seed is one history, in every build") {
  const std::string path = std::string(PARLEY_SOURCE_DIR) + "/tests/simulation/golden_hashes.txt";
  std::string hashes;
  for (std::uint64_t seed = 1; seed <= kGoldenSeeds; ++seed) {
    CAPTURE(seed);
    const std::string first = simulate(seed).hash;
    CHECK(simulate(seed).hash == first);
    hashes += std::to_string(seed) + " " + first + "\n";
  }
  if (std::getenv("PARLEY_GOLDEN") != nullptr) std::ofstream(path) << hashes;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  CHECK(hashes == golden.str());
}

// Each once found something that 2,000 seeds did not.
TEST_CASE("seeds that found a mistake find none any more") {
  for (const std::uint64_t seed : {7'692U}) {
    const Report report = simulate(seed);
    INFO(seed, listed(report));
    CHECK(report.violations.empty());
  }
}

struct Planted {
  std::string_view name;
  Mistake mistake;
  std::string_view complaint;  // among the violations
};

TEST_CASE("mistakes made on purpose are found") {
  const Planted cases[] = {
      {"a store that acknowledges before it commits", Mistake::acknowledges_before_commit, " is lost"},
      {"a store that tears a commit when it crashes", Mistake::tears_commits, "works for ever"},
      {"a store that forgets the answers to keys", Mistake::forgets_answers, "was taken 2 times"},
      {"a connector that makes a new key for every attempt", Mistake::new_key_per_retry, "happened 2 times"},
      {"a driver that repeats unsafe calls", Mistake::repeats_unsafe, "shop.unsafe of"},
  };
  for (const Planted& c : cases) {
    INFO(c.name);
    std::uint64_t found = 0;
    std::string complaints;
    for (std::uint64_t seed = 1; seed <= kSeedsPerMistake; ++seed) {
      const Report report = simulate(seed, c.mistake);
      found += report.violations.empty() ? 0 : 1;
      complaints += listed(report);
    }
    CHECK(found > 0);
    CHECK_MESSAGE(complaints.find(c.complaint) != std::string::npos, complaints);
    MESSAGE(c.name, ": found by ", found, " of ", kSeedsPerMistake, " seeds");
  }
}

// Every third seed has several workers. The first that finds the mistake is enough: some need a pause at one
// moment.
TEST_CASE("mistakes of several workers are found") {
  const Planted cases[] = {
      {"a store without a fence", Mistake::no_fence, "does not replay"},
      {"a store where a key can be claimed twice", Mistake::keys_claimed_twice, "was taken 2 times"},
      {"claims without a look at who lives", Mistake::takes_from_the_living, "worker that lives was taken"},
      {"a worker that never doubts its registration", Mistake::believes_in_its_life, "had taken over"},
  };
  for (const Planted& c : cases) {
    INFO(c.name);
    std::uint64_t seed = 0;
    bool found = false;
    while (!found && seed < kSeedsPerWorkersMistake) {
      seed += 3;
      found = listed(simulate(seed, c.mistake)).find(c.complaint) != std::string::npos;
    }
    CHECK(found);
    MESSAGE(c.name, ": found by seed ", seed);
  }
}

}  // namespace
}  // namespace parley::simulation
