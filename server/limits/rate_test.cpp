// Token buckets: the burst, the long run, what is told about them, and how many there may be.
#include "server/limits/rate.hpp"

#include <doctest/doctest.h>

using namespace parley::limits;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1000 * kSecond;

// How many of `tries`, one each `every_us`, are allowed.
int allowed_of(TokenBuckets& buckets, const Rate& rate, int tries, std::int64_t every_us, std::int64_t from) {
  int allowed = 0;
  for (int i = 0; i < tries; ++i) allowed += buckets.take("ana", rate, from + i * every_us).allowed ? 1 : 0;
  return allowed;
}

}  // namespace

TEST_CASE("a burst at once, then the rate") {
  struct {
    const char* name;
    Rate rate;
    int tries;
    std::int64_t every_us;
    int allowed;
  } cases[] = {
      {"the burst at once", {60, 20}, 100, 0, 20},
      {"a person who types", {60, 20}, 100, 2 * kSecond, 100},
      {"the rate exactly", {60, 20}, 1000, kSecond, 1000},
      {"twice the rate: the burst and then half", {60, 20}, 120, kSecond / 2, 79},
      {"no burst", {60, 1}, 10, kSecond / 2, 5},
      {"a burst of nothing is one", {60, 0}, 10, 0, 1},
      {"a slow rate", {1, 2}, 10, 30 * kSecond, 6},
      {"no limit", {0, 0}, 1000, 0, 1000},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    TokenBuckets buckets;
    CHECK(allowed_of(buckets, test.rate, test.tries, test.every_us, kStart) == test.allowed);
  }
}

TEST_CASE("the verdict says what is left and when to come again") {
  TokenBuckets buckets;
  const Rate rate{60, 3};
  const Verdict first = buckets.take("ana", rate, kStart);
  CHECK(first.allowed);
  CHECK(first.remaining == 2);
  CHECK(first.full_in_us == kSecond);
  CHECK(buckets.take("ana", rate, kStart).remaining == 1);
  CHECK(buckets.take("ana", rate, kStart).remaining == 0);

  const Verdict refused = buckets.take("ana", rate, kStart + kSecond / 4);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_after_us == kSecond * 3 / 4);
  // Whoever comes then is let in, however often he tried meanwhile.
  CHECK(buckets.take("ana", rate, kStart + kSecond).allowed);
  CHECK(buckets.take("ben", rate, kStart).remaining == 2);
}

TEST_CASE("buckets that are full again are forgotten; the rest is bounded") {
  TokenBuckets buckets(1600);
  const Rate rate{60, 2};
  for (int i = 0; i < 10'000; ++i) CHECK(buckets.take("user " + std::to_string(i), rate, kStart).allowed);
  CHECK(buckets.size() <= 1600);
  for (int i = 0; i < 2'000; ++i)
    CHECK(buckets.take("late " + std::to_string(i), rate, kStart + 60 * kSecond).allowed);
  CHECK(buckets.size() <= 1600);
}
