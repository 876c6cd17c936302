#include "base/time.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace parley;

TEST_CASE("timestamps read RFC 3339 and print it in UTC") {
  struct {
    std::string text;
    Timestamp time;
    std::string printed;
  } cases[] = {
      {"1970-01-01T00:00:00Z", {0, 0}, "1970-01-01T00:00:00Z"},
      {"2009-02-13T23:31:30Z", {1'234'567'890, 0}, "2009-02-13T23:31:30Z"},
      {"2009-02-14T00:31:30.250+01:00", {1'234'567'890, 250'000'000}, "2009-02-13T23:31:30.25Z"},
      {"2009-02-13t18:31:30.000000001-05:00", {1'234'567'890, 1}, "2009-02-13T23:31:30.000000001Z"},
      {"1969-12-31T23:59:59.5Z", {-1, 500'000'000}, "1969-12-31T23:59:59.5Z"},
      {"0001-01-01T00:00:00Z", {-62'135'596'800, 0}, "0001-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59Z", {253'402'300'799, 0}, "9999-12-31T23:59:59Z"},
      {"2024-02-29T12:00:00Z", {1'709'208'000, 0}, "2024-02-29T12:00:00Z"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    auto time = parse_timestamp(c.text);
    REQUIRE(time.has_value());
    CHECK(*time == c.time);
    CHECK(format_timestamp(*time) == c.printed);
  }
}

TEST_CASE("what is not a timestamp is refused with a hint") {
  for (const std::string text :
       {"",
        "2026-11-23",
        "2026-11-23T04:30:00",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T04:30:60Z",
        "2026-11-23T04:30:00.Z",
        "2026-11-23T04:30:00+1:00",
        "2026-11-23T04:30:00+24:00",
        "2026-11-23 04:30:00Z",
        "0001-01-01T00:00:00+01:00",
        "2023-02-29T00:00:00Z",
        "2026-11-23T04:30:00Zx"}) {
    CAPTURE(text);
    auto time = parse_timestamp(text);
    REQUIRE_FALSE(time.has_value());
    CHECK_FALSE(time.error().hint.empty());
  }
}

TEST_CASE("every day of 800 years survives the way to the calendar and back") {
  std::int64_t first = days_from_civil(1800, 1, 1);
  std::int64_t last = days_from_civil(2600, 1, 1);
  std::int32_t expected_weekday = to_civil({first * 86'400, 0}).weekday;
  bool all = true;
  for (std::int64_t day = first; day < last; ++day, expected_weekday = (expected_weekday + 1) % 7) {
    CivilTime civil = to_civil({day * 86'400 + 3'661, 0});
    auto back = from_civil(civil);
    all =
        all && back.has_value() && back->seconds == day * 86'400 + 3'661 && civil.weekday == expected_weekday;
  }
  CHECK(all);
}

TEST_CASE("calendar fields follow the offset") {
  CivilTime civil = to_civil({1'234'567'890, 0}, 3'600);
  CHECK(civil.day == 14);
  CHECK(civil.hour == 0);
  CHECK(civil.weekday == 6);
  CHECK(civil.day_of_year == 44);
}

TEST_CASE("durations read several units and print seconds") {
  struct {
    std::string text;
    std::string printed;
  } cases[] = {
      {"90s", "90s"},
      {"1h30m", "5400s"},
      {"1.5s", "1.5s"},
      {"250ms", "0.25s"},
      {"-2m", "-120s"},
      {"1d", "86400s"},
      {"0", "0s"},
      {"1.5h", "5400s"},
      {"-1.25s", "-1.25s"},
      {"1ns", "0.000000001s"},
      {"3us", "0.000003s"},
      {"1m0.5s", "60.5s"},
      {".5s", "0.5s"},
      {"1.s", "1s"},
      {"1500ms", "1.5s"},
      {"315576000000s", "315576000000s"},
      {"0.000000001d", "0.0000864s"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    auto duration = parse_duration(c.text);
    REQUIRE(duration.has_value());
    CHECK(format_duration(*duration) == c.printed);
    CHECK(parse_duration(format_duration(*duration)) == duration);
  }
  for (const std::string text :
       {"", "1", "s", ".s", "1x", "1h-2m", "--1s", "315576000001s", "99999999999999999999s", "1 s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("arithmetic keeps signs together and refuses what leaves the range") {
  CHECK(add(Timestamp{0, 0}, Duration{0, -1}) == Timestamp{-1, 999'999'999});
  CHECK(add(Timestamp{1, 999'999'999}, Duration{0, 1}) == Timestamp{2, 0});
  CHECK(difference(Timestamp{1, 0}, Timestamp{2, 500'000'000}) == Duration{-1, -500'000'000});
  CHECK(add(Duration{1, 0}, Duration{0, -1}) == Duration{0, 999'999'999});
  CHECK(add(Duration{-1, 0}, Duration{0, 1}) == Duration{0, -999'999'999});
  CHECK(subtract(Timestamp{5, 0}, Duration{2, 1}) == Timestamp{2, 999'999'999});
  CHECK_FALSE(add(Timestamp{253'402'300'799, 0}, Duration{1, 0}).has_value());
  CHECK_FALSE(add(Duration{315'576'000'000, 0}, Duration{0, 1}).has_value());
}
