// Points in time and spans of time as data. The core never reads a clock: every time it knows came in as a
// field of an event.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley {

// UTC, proleptic Gregorian, years 0001–9999 (the range of CEL and RFC 3339). nanos is 0…999,999,999.
struct Timestamp {
  std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  std::int32_t nanos = 0;

  auto operator<=>(const Timestamp&) const = default;
};

// seconds and nanos carry the same sign. Range ±315,576,000,000 s (CEL).
struct Duration {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;

  auto operator<=>(const Duration&) const = default;
};

// Calendar fields in UTC or at a fixed offset.
struct CivilTime {
  std::int32_t year = 1970;
  std::int32_t month = 1;   // 1…12
  std::int32_t day = 1;     // 1…31
  std::int32_t hour = 0;    // 0…23
  std::int32_t minute = 0;  // 0…59
  std::int32_t second = 0;  // 0…59
  std::int32_t nanos = 0;
  std::int32_t weekday = 4;      // 0 = Sunday
  std::int32_t day_of_year = 0;  // 0…365
};

[[nodiscard]] std::int64_t days_from_civil(std::int32_t year, std::int32_t month, std::int32_t day);
[[nodiscard]] CivilTime to_civil(Timestamp time, std::int32_t utc_offset_seconds = 0);
// Fields outside their range are an error, also 30 February.
[[nodiscard]] Result<Timestamp> from_civil(const CivilTime& civil, std::int32_t utc_offset_seconds = 0);

// RFC 3339, e.g. "2026-11-23T04:30:51.25Z" or with "+01:00". Fractions are printed only as far as needed.
[[nodiscard]] Result<Timestamp> parse_timestamp(std::string_view text);
[[nodiscard]] std::string format_timestamp(Timestamp time);

// "1h30m", "90s", "1.5s", "250ms", "-2m", "1d" (a day is 24 h). Printed in seconds as CEL does: "5400s".
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(Duration duration);

// Arithmetic reports results outside the ranges above.
[[nodiscard]] Result<Timestamp> add(Timestamp time, Duration duration);
[[nodiscard]] Result<Timestamp> subtract(Timestamp time, Duration duration);
[[nodiscard]] Result<Duration> difference(Timestamp later, Timestamp earlier);
[[nodiscard]] Result<Duration> add(Duration a, Duration b);
[[nodiscard]] Duration negate(Duration duration);

}  // namespace parley
