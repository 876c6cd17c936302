#include "base/zones.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace parley;

TEST_CASE("zones have the offset of the moment") {
  struct Case {
    const char* zone;
    const char* time;
    std::int32_t minutes;
  };
  constexpr Case kCases[] = {
      {"UTC", "2026-07-01T00:00:00Z", 0},
      {"+05:30", "2026-07-01T00:00:00Z", 330},
      {"-09:30", "2026-07-01T00:00:00Z", -570},
      {"Europe/Berlin", "2026-01-15T12:00:00Z", 60},
      {"Europe/Berlin", "2026-07-15T12:00:00Z", 120},
      // The last second of summer time, and the next one.
      {"Europe/Berlin", "2026-10-25T00:59:59Z", 120},
      {"Europe/Berlin", "2026-10-25T01:00:00Z", 60},
      {"Europe/Berlin", "1979-07-15T12:00:00Z", 60},  // no summer time yet
      {"US/Central", "2009-02-13T23:31:30Z", -360},
      {"America/New_York", "2006-03-20T12:00:00Z", -300},  // before the rule of 2007
      {"America/New_York", "2007-03-20T12:00:00Z", -240},
      {"America/New_York", "2150-07-01T12:00:00Z", -240},
      {"America/St_Johns", "2009-02-13T02:00:00Z", -210},
      {"Australia/Sydney", "2026-01-15T12:00:00Z", 660},  // summer over the turn of the year
      {"Australia/Sydney", "2026-07-15T12:00:00Z", 600},
      {"Australia/Lord_Howe", "2026-01-15T12:00:00Z", 660},
      {"Europe/Dublin", "2026-07-15T12:00:00Z", 60},
      {"Asia/Kolkata", "2026-07-15T12:00:00Z", 330},
      {"Asia/Pyongyang", "2016-07-15T12:00:00Z", 510},
      {"America/Sao_Paulo", "2018-12-15T12:00:00Z", -120},
      {"America/Sao_Paulo", "2026-12-15T12:00:00Z", -180},
      {"Asia/Tokyo", "1900-01-01T00:00:00Z", 540},  // as in 1970
      {"Asia/Gaza", "2200-07-15T12:00:00Z", 180},
  };
  for (const Case& entry : kCases) {
    CAPTURE(entry.zone);
    CAPTURE(entry.time);
    auto offset = utc_offset(entry.zone, *parse_timestamp(entry.time));
    REQUIRE(offset.has_value());
    CHECK(*offset == entry.minutes * 60);
  }
}

TEST_CASE("what is no zone is refused, and the likely one is named") {
  for (const char* zone : {"Europe/Berln", "berlin", "+1:00", "+25:00", "+01:60", "Mars/Phobos", "Europe/"}) {
    CAPTURE(zone);
    CHECK_FALSE(utc_offset(zone, Timestamp{}).has_value());
  }
  CHECK(nearest_zone("Europe/Berln") == "Europe/Berlin");
  CHECK(nearest_zone("Berlin") == "Europe/Berlin");
  CHECK(nearest_zone("Mars/Phobos").empty());
  CHECK_FALSE(zone_data_version().empty());
}
