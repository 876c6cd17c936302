// Arithmetic on the user's calendar. Weeks begin on Monday. Pure.
#pragma once

#include "language/moments/moment.hpp"

namespace parley::language {

struct CalendarDay {
  std::int32_t year = 1970;
  std::int32_t month = 1;
  std::int32_t day = 1;
  std::int32_t weekday = 4;  // 0 = Sunday
};
[[nodiscard]] CalendarDay day_of(LocalSeconds time);
[[nodiscard]] LocalSeconds at_day(std::int64_t year, std::int64_t month, std::int64_t day = 1);
[[nodiscard]] std::int32_t days_of_month(std::int64_t year, std::int64_t month);

// The beginning of what contains the time.
[[nodiscard]] LocalSeconds floor_to(LocalSeconds time, Grain grain);
// The same moment so many units later; the last day of a shorter month.
[[nodiscard]] LocalSeconds plus(LocalSeconds time, Grain grain, std::int64_t count);

[[nodiscard]] Grain finer(Grain grain);  // what a distance in such units is precise to

}  // namespace parley::language
