// Schedules: a table of what texts mean, then properties over many moments.
#include "policy/schedule.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace parley;
using namespace parley::policy;

namespace {

Timestamp at(std::string_view text) {
  const auto time = parse_timestamp(text);
  REQUIRE(time.has_value());
  return *time;
}

// The next moments after a start, until the list is as long as asked.
std::vector<std::string> moments(std::string_view schedule, std::string_view after, std::size_t count) {
  const auto read = parse_schedule(schedule);
  REQUIRE(read.has_value());
  std::vector<std::string> found;
  Timestamp last = at(after);
  while (found.size() < count) {
    const auto next = next_after(*read, last);
    if (!next) break;
    found.push_back(format_timestamp(*next));
    last = *next;
  }
  return found;
}

bool due(const Schedule& schedule, Timestamp time) {
  const auto next = next_after(schedule, {time.seconds - 1, 0});
  return next && *next == time;
}

constexpr std::string_view kTexts[] = {
    "every day 09:00",
    "every weekday 09:00 +05:30",
    "every monday, friday 18:30",
    "every 15 minutes",
    "every 7 minutes",
    "every hour",
    "every 5 hours -08:00",
    "0 9 * * 1-5",
    "*/20 8-17/3 1,15 * *",
    "30 4 1,15 * fri",
    "0 0 29 feb *",
    "59 23 31 * *",
};

}  // namespace

TEST_CASE("what a schedule means") {
  struct {
    const char* text;
    const char* after;
    std::vector<std::string> next;
  } cases[] = {
      {"every day 09:00", "2026-01-01T09:00:00Z", {"2026-01-02T09:00:00Z", "2026-01-03T09:00:00Z"}},
      {"every day 09:00", "2026-01-01T08:59:59Z", {"2026-01-01T09:00:00Z"}},
      {"every day 00:30 +02:00", "2026-01-01T00:00:00Z", {"2026-01-01T22:30:00Z"}},
      {"every weekday 09:00", "2026-01-02T12:00:00Z", {"2026-01-05T09:00:00Z"}},
      {"every sunday and wed 10:00", "2026-01-01T00:00:00Z", {"2026-01-04T10:00:00Z", "2026-01-07T10:00:00Z"}
      },
      {"every 15 minutes", "2026-01-01T00:44:10Z", {"2026-01-01T00:45:00Z", "2026-01-01T01:00:00Z"}},
      {"every hour", "2026-01-01T23:00:00Z", {"2026-01-02T00:00:00Z"}},
      {"every 6 hours", "2026-01-01T06:00:00Z", {"2026-01-01T12:00:00Z", "2026-01-01T18:00:00Z"}},
      {"0 9 * * 1-5", "2026-01-02T12:00:00Z", {"2026-01-05T09:00:00Z"}},
      {"0 9 * * 7", "2026-01-01T00:00:00Z", {"2026-01-04T09:00:00Z"}},
      {"0 0 29 2 *", "2026-01-01T00:00:00Z", {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
      // Both days are restricted, so either is enough.
      {"0 0 13 * fri",
       "2026-01-01T00:00:00Z",
       {"2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"}},
      {"5/20 0 * * *",
       "2026-01-01T00:00:00Z",
       {"2026-01-01T00:05:00Z", "2026-01-01T00:25:00Z", "2026-01-01T00:45:00Z"}},
      {"0 0 30 2 *", "2026-01-01T00:00:00Z", {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(moments(c.text, c.after, c.next.empty() ? 1 : c.next.size()) == c.next);
  }
}

TEST_CASE("what is no schedule says so") {
  for (const char* text :
       {"",
        "every",
        "every day",
        "every 09:00",
        "every someday 09:00",
        "every 0 minutes",
        "every 70 minutes",
        "every day 24:00",
        "every day 9am",
        "daily",
        "0 9 * *",
        "0 9 * * 8",
        "60 9 * * *",
        "5-1 9 * * *",
        "0 9 * foo *",
        "0 9 * * * *",
        "*/0 * * * *",
        "every day 09:00 +25:00"}) {
    CAPTURE(text);
    const auto read = parse_schedule(text);
    REQUIRE_FALSE(read.has_value());
    CHECK_FALSE(read.error().message.empty());
    CHECK_FALSE(read.error().hint.empty());
  }
}

TEST_CASE("an offset in the text wins over the assistant's") {
  CHECK(parse_schedule("every day 09:00", 3600)->utc_offset_seconds == 3600);
  CHECK(parse_schedule("every day 09:00 UTC", 3600)->utc_offset_seconds == 0);
  CHECK(parse_schedule("0 9 * * * -05:00", 3600)->utc_offset_seconds == -5 * 3600);
}

TEST_CASE("the next moment lies later, is a whole minute, is due, and nothing due lies between") {
  std::uint64_t dice = 1;
  for (const std::string_view text : kTexts) {
    CAPTURE(text);
    const auto schedule = parse_schedule(text);
    REQUIRE(schedule.has_value());
    for (int i = 0; i < 60; ++i) {
      dice = dice * 6364136223846793005U + 1442695040888963407U;
      const Timestamp after{static_cast<std::int64_t>((dice >> 20) % 4'000'000'000U) - 1'000'000'000, 0};
      CAPTURE(format_timestamp(after));
      const auto next = next_after(*schedule, after);
      REQUIRE(next.has_value());
      CHECK(*next > after);
      CHECK(next->seconds % 60 == 0);
      CHECK(due(*schedule, *next));
      // Whatever moment one asks from in between, the answer is the same.
      for (int k = 1; k <= 5; ++k) {
        const std::int64_t between = after.seconds + (next->seconds - after.seconds) * k / 6;
        CHECK(next_after(*schedule, {between, 0}) == next);
      }
    }
  }
}
