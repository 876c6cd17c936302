// When something is due again and again: words or cron, at a fixed offset from UTC. Pure functions.
//
//   every day 09:00 · every weekday 09:00 · every monday, friday 18:30 · every 15 minutes · every 2 hours
//   0 9 * * 1-5        minute hour day-of-month month day-of-week, as cron reads them
//
// A text may end with its offset (+01:00 or UTC). There is no summer time: 09:00 +01:00 is 10:00 on a wall
// clock in summer.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace parley::policy {

struct Schedule {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;    // of the month, from 1
  std::bitset<13> months;  // from 1
  std::bitset<7> weekdays;
  bool any_day = true;  // `*`; when both are restricted, either is enough
  bool any_weekday = true;
  std::int32_t utc_offset_seconds = 0;

  bool operator==(const Schedule&) const = default;
};

// `utc_offset_seconds` holds for a text that names none.
[[nodiscard]] Result<Schedule> parse_schedule(std::string_view text, std::int32_t utc_offset_seconds = 0);

// The first whole minute after `after` at which it is due; nothing within eight years (30 February).
[[nodiscard]] std::optional<Timestamp> next_after(const Schedule& schedule, Timestamp after);

}  // namespace parley::policy
