#include "policy/business_hours.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"

using namespace parley;
using namespace parley::policy;

namespace {

Timestamp at(std::string_view text) {
  const auto time = parse_timestamp(text);
  REQUIRE(time.has_value());
  return *time;
}

Calendar calendar(std::string_view json) {
  const auto read = read_calendar(parse_json(json).value());
  if (!read) FAIL(read.error().message);
  return *read;
}

// Bonn: an hour east of Greenwich, two in summer.
constexpr std::string_view kBonn = R"({"timezone": "+01:00",
  "daylight": {"from": "last sunday of march 02:00", "to": "last sunday of october 03:00", "timezone": "+02:00"},
  "hours": {"mon-thu": "09:00-12:00, 13:00-17:00", "friday": "09:00-14:00", "sat-sun": "closed"},
  "holidays": ["2026-12-25"]})";

// Sydney: summer is around the turn of the year.
constexpr std::string_view kSydney = R"({"timezone": "+10:00",
  "daylight": {"from": "first sunday of october 02:00", "to": "first sunday of april 03:00", "timezone": "+11:00"},
  "hours": {"mon-sun": "09:00-17:00"}})";

}  // namespace

TEST_CASE("whether somebody is there") {
  struct {
    const char* name;
    std::string_view place;
    const char* at;
    bool open;
  } cases[] = {
      {"a winter morning", kBonn, "2026-01-05T08:00:00Z", true},
      {"just before", kBonn, "2026-01-05T07:59:59Z", false},
      {"lunch", kBonn, "2026-01-05T11:30:00Z", false},
      {"after lunch", kBonn, "2026-01-05T12:00:00Z", true},
      {"the end itself", kBonn, "2026-01-05T16:00:00Z", false},
      {"friday afternoon", kBonn, "2026-01-09T13:30:00Z", false},
      {"saturday", kBonn, "2026-01-10T09:00:00Z", false},
      {"a summer morning begins an hour earlier in UTC", kBonn, "2026-07-06T07:00:00Z", true},
      {"a holiday", kBonn, "2026-12-25T10:00:00Z", false},
      {"southern winter", kSydney, "2026-07-05T23:00:00Z", true},
      {"southern summer", kSydney, "2026-01-05T22:00:00Z", true},
      {"southern summer, an hour before", kSydney, "2026-01-05T21:00:00Z", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(open_at(calendar(c.place), at(c.at)) == c.open);
  }
}

TEST_CASE("when somebody will be there") {
  struct {
    const char* name;
    std::string_view place;
    const char* from;
    const char* opens;
  } cases[] = {
      {"open already", kBonn, "2026-01-05T08:30:00Z", "2026-01-05T08:30:00Z"},
      {"after lunch", kBonn, "2026-01-05T11:30:00Z", "2026-01-05T12:00:00Z"},
      {"after the weekend", kBonn, "2026-01-09T15:00:00Z", "2026-01-12T08:00:00Z"},
      {"over a holiday and a weekend", kBonn, "2026-12-24T18:00:00Z", "2026-12-28T08:00:00Z"},
      {"over the change to summer", kBonn, "2026-03-27T15:00:00Z", "2026-03-30T07:00:00Z"},
      {"over the change back", kBonn, "2026-10-23T15:00:00Z", "2026-10-26T08:00:00Z"},
      {"the southern change", kSydney, "2026-10-03T08:00:00Z", "2026-10-03T22:00:00Z"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto opens = next_opening(calendar(c.place), at(c.from));
    REQUIRE(opens.has_value());
    CHECK(format_timestamp(*opens) == c.opens);
  }
  CHECK_FALSE(next_opening(calendar(R"({"hours": {"monday": "closed"}})"), at("2026-01-01T00:00:00Z")));
}

TEST_CASE("the clock changes at the moment that the rule names") {
  const Calendar bonn = calendar(kBonn);
  CHECK(offset_at(bonn.zone, at("2026-03-29T00:59:59Z")) == 3600);
  CHECK(offset_at(bonn.zone, at("2026-03-29T01:00:00Z")) == 7200);
  CHECK(offset_at(bonn.zone, at("2026-10-25T00:59:59Z")) == 7200);
  CHECK(offset_at(bonn.zone, at("2026-10-25T01:00:00Z")) == 3600);
  const Calendar sydney = calendar(kSydney);
  CHECK(offset_at(sydney.zone, at("2026-04-04T15:59:59Z")) == 39600);
  CHECK(offset_at(sydney.zone, at("2026-04-04T16:00:00Z")) == 36000);
}

TEST_CASE("an opening is open, lies not before, and nothing opens between") {
  std::uint64_t dice = 7;
  for (const std::string_view place : {kBonn, kSydney}) {
    const Calendar hours = calendar(place);
    for (int i = 0; i < 300; ++i) {
      dice = dice * 6364136223846793005U + 1442695040888963407U;
      const Timestamp from{1'700'000'000 + static_cast<std::int64_t>((dice >> 20) % 200'000'000U), 0};
      CAPTURE(format_timestamp(from));
      const auto opens = next_opening(hours, from);
      REQUIRE(opens.has_value());
      CHECK(*opens >= from);
      CHECK(open_at(hours, *opens));
      for (std::int64_t t = from.seconds; t < opens->seconds; t += 613) CHECK_FALSE(open_at(hours, {t, 0}));
    }
  }
}

TEST_CASE("what is no calendar says so") {
  for (const char* text :
       {R"([])",
        R"({})",
        R"({"hours": {}})",
        R"({"hours": {"mo": "09:00-10:00"}})",
        R"({"hours": {"monday": 9}})",
        R"({"hours": {"monday": "10:00-09:00"}})",
        R"({"hours": {"monday": "09:00"}})",
        R"({"hours": {"monday": "closed"}, "timezone": "Berlin"})",
        R"({"hours": {"monday": "closed"}, "holidays": ["christmas"]})",
        R"({"hours": {"monday": "closed"}, "daylight": {"from": "march", "to": "october", "timezone": "+02:00"}})",
        R"({"hours": {"monday": "closed"}, "houres": {}})"}) {
    CAPTURE(text);
    const auto read = read_calendar(parse_json(text).value());
    REQUIRE_FALSE(read.has_value());
    CHECK_FALSE(read.error().message.empty());
  }
}
