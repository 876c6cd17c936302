#include "language/moments/calendar.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace parley::language {
namespace {

constexpr LocalSeconds kDay = 86'400;

std::int64_t floor_divide(std::int64_t number, std::int64_t by) {
  return number >= 0 ? number / by : -((by - 1 - number) / by);
}

}  // namespace

std::string_view name(Grain grain) {
  constexpr std::string_view kNames[] = {
      "second", "minute", "hour", "day", "week", "month", "quarter", "year"
  };
  return kNames[static_cast<std::size_t>(grain)];
}

CalendarDay day_of(LocalSeconds time) {
  const CivilTime civil = to_civil(Timestamp{time, 0});
  return {civil.year, civil.month, civil.day, civil.weekday};
}

LocalSeconds at_day(std::int64_t year, std::int64_t month, std::int64_t day) {
  const std::int64_t index = year * 12 + month - 1;
  return (days_from_civil(
              static_cast<std::int32_t>(floor_divide(index, 12)),
              static_cast<std::int32_t>(index - floor_divide(index, 12) * 12 + 1),
              1
          ) +
          day - 1) *
         kDay;
}

std::int32_t days_of_month(std::int64_t year, std::int64_t month) {
  return static_cast<std::int32_t>((at_day(year, month + 1) - at_day(year, month)) / kDay);
}

LocalSeconds floor_to(LocalSeconds time, Grain grain) {
  const CalendarDay day = day_of(time);
  switch (grain) {
    case Grain::second:
      return time;
    case Grain::minute:
      return floor_divide(time, 60) * 60;
    case Grain::hour:
      return floor_divide(time, 3600) * 3600;
    case Grain::day:
      return floor_divide(time, kDay) * kDay;
    case Grain::week:
      return floor_divide(time, kDay) * kDay - (day.weekday + 6) % 7 * kDay;
    case Grain::month:
      return at_day(day.year, day.month);
    case Grain::quarter:
      return at_day(day.year, (day.month - 1) / 3 * 3 + 1);
    case Grain::year:
      return at_day(day.year, 1);
  }
  return time;
}

LocalSeconds plus(LocalSeconds time, Grain grain, std::int64_t count) {
  constexpr std::int64_t kFar = 100'000'000;  // keeps the arithmetic in its range
  count = std::clamp<std::int64_t>(count, -kFar, kFar);
  switch (grain) {
    case Grain::second:
      return time + count;
    case Grain::minute:
      return time + count * 60;
    case Grain::hour:
      return time + count * 3600;
    case Grain::day:
      return time + count * kDay;
    case Grain::week:
      return time + count * 7 * kDay;
    case Grain::month:
    case Grain::quarter:
    case Grain::year: {
      constexpr std::int64_t kMostMonths = 90'000;
      const std::int64_t months = count * (grain == Grain::month ? 1 : grain == Grain::quarter ? 3 : 12);
      const CalendarDay day = day_of(time);
      const std::int64_t month = day.month + std::clamp(months, -kMostMonths, kMostMonths);
      const std::int32_t last = days_of_month(day.year, month);
      return at_day(day.year, month, std::min(day.day, last)) + (time - floor_to(time, Grain::day));
    }
  }
  return time;
}

Grain finer(Grain grain) {
  switch (grain) {
    case Grain::year:
    case Grain::quarter:
      return Grain::month;
    case Grain::month:
    case Grain::week:
      return Grain::day;
    case Grain::day:
      return Grain::hour;
    case Grain::hour:
      return Grain::minute;
    default:
      return Grain::second;
  }
}

}  // namespace parley::language
