#include "language/moments/moment.hpp"

#include <string>

#include <doctest/doctest.h>

#include "language/moments/calendar.hpp"

namespace parley::language {
namespace {

// Tuesday, 12 February 2013, half past four in the morning, two hours west of UTC.
const Circumstances kTuesday{.now = *parse_timestamp("2013-02-12T06:30:00Z"), .utc_offset_seconds = -7200};

std::string shown(LocalSeconds time) {
  const std::string text = format_timestamp(Timestamp{time, 0});
  return text.substr(0, 10) + " " + text.substr(11, 8);
}

std::string shown(const Moment& moment) {
  const std::string grain = " " + std::string(name(moment.grain));
  if (moment.open != OpenEnd::none) {
    return (moment.open == OpenEnd::after ? "after " : "before ") + shown(moment.start) + grain;
  }
  return shown(moment.start) + (moment.end ? " .. " + shown(*moment.end) : "") + grain;
}

std::string read(std::string_view text, bool latent = false) {
  std::string out;
  for (const FoundMoment& each : find_moments(text, kTuesday, latent)) {
    if (!out.empty()) out += "; ";
    out += shown(each.value);
  }
  return out;
}

struct Row {
  const char* text;
  const char* moment;
};

void check(std::span<const Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read(row.text) == row.moment);
  }
}

}  // namespace

TEST_CASE("points are as precise as they were said") {
  constexpr Row kRows[] = {
      {"now", "2013-02-12 04:30:00 second"},
      {"tomorrow", "2013-02-13 00:00:00 day"},
      {"next month", "2013-03-01 00:00:00 month"},
      {"in 2014", "2014-01-01 00:00:00 year"},
      {"4th quarter 2018", "2018-10-01 00:00:00 quarter"},
      {"the week of october 7th", "2013-10-07 00:00:00 week"},
      {"3pm", "2013-02-12 15:00:00 hour"},
      {"at 3:15pm", "2013-02-12 15:15:00 minute"},
      {"15:23:24", "2013-02-12 15:23:24 second"},
      {"330 p.m.", "2013-02-12 15:30:00 minute"},
      {"half three", "2013-02-12 15:30:00 minute"},
      {"this morning at 3", "2013-02-13 03:00:00 hour"},
      {"at 19h30 on Fri, Sep 20", "2013-09-20 19:30:00 minute"},
      {"Thursday 8:00 gmt", "2013-02-14 06:00:00 minute"},
      {"at 7 in 3 years", "2016-02-01 07:00:00 hour"},
  };
  check(kRows);
}

TEST_CASE("distances are one step less precise than their unit") {
  constexpr Row kRows[] = {
      {"in 60 minutes", "2013-02-12 05:30:00 second"},
      {"in two hours", "2013-02-12 06:30:00 minute"},
      {"in 3 days", "2013-02-15 04:00:00 hour"},
      {"2 weeks ago", "2013-01-29 00:00:00 day"},
      {"two years hence", "2015-02-01 00:00:00 month"},
      {"in 2.5 hours", "2013-02-12 07:00:00 second"},
      {"three fridays from now", "2013-03-01 00:00:00 day"},
      {"2 thursdays ago", "2013-01-31 00:00:00 day"},
      {"two days after tomorrow", "2013-02-15 00:00:00 day"},
  };
  check(kRows);
}

TEST_CASE("days within longer times") {
  constexpr Row kRows[] = {
      {"first tuesday of october", "2013-10-01 00:00:00 day"},
      {"the third last week of 2018", "2018-12-10 00:00:00 week"},
      {"last day in october 2015", "2015-10-31 00:00:00 day"},
      {"last week's sunday", "2013-02-10 00:00:00 day"},
      {"20th of the next month", "2013-03-20 00:00:00 day"},
      {"friday after next", "2013-02-22 00:00:00 day"},
      {"Fri, Jul 18", "2014-07-18 00:00:00 day"},
      {"the closest monday to oct 5th", "2013-10-07 00:00:00 day"},
  };
  check(kRows);
}

TEST_CASE("intervals end where they are over") {
  constexpr Row kRows[] = {
      {"tonight", "2013-02-12 18:00:00 .. 2013-02-13 00:00:00 hour"},
      {"tomorrow afternoon", "2013-02-13 12:00:00 .. 2013-02-13 19:00:00 hour"},
      {"last weekend", "2013-02-08 18:00:00 .. 2013-02-11 00:00:00 hour"},
      {"this summer", "2013-06-21 00:00:00 .. 2013-09-24 00:00:00 day"},
      {"next 3 weeks", "2013-02-18 00:00:00 .. 2013-03-11 00:00:00 week"},
      {"July 13 to 15", "2013-07-13 00:00:00 .. 2013-07-16 00:00:00 day"},
      {"from the 13th to the 15th of July", "2013-07-13 00:00:00 .. 2013-07-16 00:00:00 day"},
      {"between 9:30 and 11:00 on thursday", "2013-02-14 09:30:00 .. 2013-02-14 11:01:00 minute"},
      {"from 3 to 4 in the PM", "2013-02-12 15:00:00 .. 2013-02-12 17:00:00 hour"},
      {"3:30-6 p.m.", "2013-02-12 15:30:00 .. 2013-02-12 18:01:00 minute"},
      {"11:30-1:30", "2013-02-12 11:30:00 .. 2013-02-12 13:31:00 minute"},
      {"monday to friday", "2013-02-18 00:00:00 .. 2013-02-23 00:00:00 day"},
      {"mid march", "2013-03-11 00:00:00 .. 2013-03-21 00:00:00 day"},
      {"by the end of the month", "2013-02-12 04:30:00 .. 2013-03-01 00:00:00 second"},
      {"within 2 weeks", "2013-02-12 04:30:00 .. 2013-02-26 00:00:00 second"},
  };
  check(kRows);
}

TEST_CASE("open ends") {
  constexpr Row kRows[] = {
      {"after 2 pm", "after 2013-02-12 14:00:00 hour"},
      {"until 2:00pm", "before 2013-02-12 14:00:00 minute"},
      {"since 2014", "after 2014-01-01 00:00:00 year"},
      {"as soon as possible", "after 2013-02-12 04:30:00 second"},
  };
  check(kRows);
}

TEST_CASE("what only looks like a time is none") {
  for (const char* text :
       {"table for 2",
        "4 people",
        "650-650-6500",
        "12345",
        "one two",
        "it may rain",

        "A4",
        "10 - 15 minutes",
        "palm",
        "this one",
        "one day",
        "",
        "\xFF\xFE 7"}) {
    CAPTURE(text);
    CHECK(read(text) == "");
  }
  CHECK(read("at 3 we meet") == "2013-02-12 15:00:00 hour");
  CHECK(read("around 1030") == "2013-02-12 10:30:00 minute");
}

TEST_CASE("places are bytes of the text") {
  const std::string text = "Grüße, see you tomorrow at 5pm!";
  const auto found = find_moments(text, kTuesday);
  REQUIRE(found.size() == 1);
  CHECK(text.substr(found[0].begin, found[0].end - found[0].begin) == "tomorrow at 5pm");
}

TEST_CASE("the calendar") {
  const LocalSeconds leap = at_day(2012, 2, 29);
  CHECK(plus(leap, Grain::year, 1) == at_day(2013, 2, 28));
  CHECK(plus(at_day(2013, 1, 31), Grain::month, 1) == at_day(2013, 2, 28));
  CHECK(floor_to(at_day(2013, 2, 12), Grain::week) == at_day(2013, 2, 11));
  CHECK(floor_to(at_day(2013, 12, 12), Grain::quarter) == at_day(2013, 10, 1));
  CHECK(days_of_month(2012, 2) == 29);
  CHECK(at_day(2013, 13, 1) == at_day(2014, 1, 1));
}

}  // namespace parley::language
