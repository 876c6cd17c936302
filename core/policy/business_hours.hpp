// When people are there: weekly hours in a place's own time, without its holidays. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "policy/time_zone.hpp"

namespace parley::policy {

struct Opening {  // minutes of the local day; `to` itself is closed
  std::int32_t from = 0;
  std::int32_t to = 0;

  bool operator==(const Opening&) const = default;
};

struct Calendar {
  TimeZone zone;
  std::array<std::vector<Opening>, 7> week;  // 0 = Sunday
  std::vector<std::int64_t> holidays;        // days since 1970, sorted

  bool operator==(const Calendar&) const = default;
};

// {timezone, daylight, hours: {monday: "09:00-12:00, 13:00-17:00", tue-fri: …}, holidays: [2026-12-25]}
[[nodiscard]] Result<Calendar> read_calendar(const Value& value);

[[nodiscard]] bool open_at(const Calendar& calendar, Timestamp at);
// The first moment from `at` on at which somebody is there; nothing within a year.
[[nodiscard]] std::optional<Timestamp> next_opening(const Calendar& calendar, Timestamp at);

}  // namespace parley::policy
