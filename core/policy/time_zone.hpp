// Local time without a time zone database: a fixed offset, and if the place has one, the rule of its summer
// time as data. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"

namespace parley::policy {

// When clocks change each year: "last sunday of march 02:00", on the clock that is changed.
struct YearlyChange {
  std::int32_t month = 1;
  std::int32_t nth = 1;      // 1…4, or -1: the last
  std::int32_t weekday = 0;  // 0 = Sunday
  std::int32_t second = 0;   // of the day

  bool operator==(const YearlyChange&) const = default;
};

struct Daylight {
  YearlyChange from;
  YearlyChange to;  // in a country of the southern half it comes before `from`
  std::int32_t utc_offset_seconds = 0;

  bool operator==(const Daylight&) const = default;
};

struct TimeZone {
  std::int32_t utc_offset_seconds = 0;
  std::optional<Daylight> daylight;

  bool operator==(const TimeZone&) const = default;
};

[[nodiscard]] std::int32_t offset_at(const TimeZone& zone, Timestamp at);

// "UTC", "+02:00", "-05:30"; nothing otherwise.
[[nodiscard]] std::optional<std::int32_t> parse_offset(std::string_view text);
// "09:30" as minutes; "24:00" is the end of the day. Nothing otherwise.
[[nodiscard]] std::optional<std::int32_t> parse_minutes(std::string_view text);
// "monday" or "mon", in any case: 0 = Sunday. Nothing otherwise.
[[nodiscard]] std::optional<std::int32_t> parse_weekday(std::string_view text);
[[nodiscard]] std::optional<std::int32_t> parse_month(std::string_view text);  // 1…12
[[nodiscard]] Result<YearlyChange> parse_yearly_change(std::string_view text);
// {from, to, timezone}
[[nodiscard]] Result<Daylight> read_daylight(const Value& value);

}  // namespace parley::policy
