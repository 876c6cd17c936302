#include "server/turns/retry_budget.hpp"

#include <doctest/doctest.h>

namespace parley::turns {
namespace {

constexpr Timestamp kNow{1'800'000'000, 0};

int retries_until_refused(RetryBudget& budget, Timestamp now) {
  int made = 0;
  while (made < 100 && budget.may_retry("shop.charge", now)) ++made;
  return made;
}

TEST_CASE("ten retries at once, then only what calls and time earn") {
  struct {
    std::string_view name;
    int first_calls;
    std::int64_t seconds;
    int retries;
  } cases[] = {
      {"nothing", 0, 0, 0},
      {"four calls", 4, 0, 0},
      {"five calls", 5, 0, 1},
      {"calls without end", 1'000, 0, 10},
      {"nine seconds", 0, 9, 0},
      {"ten seconds", 0, 10, 1},
      {"an hour", 0, 3'600, 10},
      {"a clock set back", 0, -86'400, 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    RetryBudget budget;
    CHECK(retries_until_refused(budget, kNow) == 10);
    for (int i = 0; i < c.first_calls; ++i) budget.first_call("shop.charge");
    CHECK(retries_until_refused(budget, {kNow.seconds + c.seconds, 0}) == c.retries);
  }
}

TEST_CASE("a tool has a budget of its own") {
  RetryBudget budget;
  CHECK(retries_until_refused(budget, kNow) == 10);
  CHECK(budget.may_retry("shop.search", kNow));
}

}  // namespace
}  // namespace parley::turns
