// timestamp() duration() and the fields of both.
#include <optional>
#include <string>

#include "base/time.hpp"
#include "base/zones.hpp"
#include "expr/functions.hpp"

namespace parley::expr {
namespace {

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z

Outcome to_timestamp(Call& call) {
  const Value& value = call[0];
  if (value.is_timestamp()) return call.give(value);
  if (value.is_int()) {
    if (value.as_int() < kFirstSecond || value.as_int() > kLastSecond) {
      return call.fail("the time is out of range");
    }
    return call.give(Timestamp{value.as_int(), 0});
  }
  if (!value.is_string()) return Outcome::no_overload;
  Result<Timestamp> time = parse_timestamp(value.as_string());
  if (!time) return call.fail("the text is not a time such as 2026-11-23T04:30:00Z");
  return call.give(*time);
}

Outcome to_duration(Call& call) {
  const Value& value = call[0];
  if (value.is_duration()) return call.give(value);
  if (!value.is_string()) return Outcome::no_overload;
  Result<Duration> duration = parse_duration(value.as_string());
  if (!duration) return call.fail("the text is not a duration such as 90s or 1h30m");
  return call.give(*duration);
}

template <typename Field>
Outcome civil_field(Call& call, Field field) {
  if (!call[0].is_timestamp() || (call.count() == 2 && !call[1].is_string())) return Outcome::no_overload;
  Timestamp time = call[0].as_timestamp();
  std::string_view zone = call.count() == 2 ? call[1].as_string() : "UTC";
  std::optional<std::int32_t> offset = utc_offset(zone, time);
  if (!offset) {
    std::string_view meant = nearest_zone(zone);
    return call.fail(
        "there is no time zone '" + std::string(zone) + "' (" +
        (meant.empty() ? "use a name such as 'Europe/Berlin' or an offset such as '+01:00')"
                       : "did you mean '" + std::string(meant) + "'?)")
    );
  }
  return call.give(std::int64_t{field(to_civil(time, *offset))});
}

Outcome full_year(Call& call) {
  return civil_field(call, [](const CivilTime& time) { return time.year; });
}
Outcome month(Call& call) {
  return civil_field(call, [](const CivilTime& time) { return time.month - 1; });
}
Outcome date(Call& call) {
  return civil_field(call, [](const CivilTime& time) { return time.day; });
}
Outcome day_of_month(Call& call) {
  return civil_field(call, [](const CivilTime& time) { return time.day - 1; });
}
Outcome day_of_week(Call& call) {
  return civil_field(call, [](const CivilTime& time) { return time.weekday; });
}
Outcome day_of_year(Call& call) {
  return civil_field(call, [](const CivilTime& time) { return time.day_of_year; });
}

bool is_duration_call(const Call& call) {
  return call.count() == 1 && call[0].is_duration();
}

// Of a duration: the whole of it in that unit. Of a timestamp: the field.
Outcome hours(Call& call) {
  if (is_duration_call(call)) return call.give(call[0].as_duration().seconds / 3600);
  return civil_field(call, [](const CivilTime& time) { return time.hour; });
}
Outcome minutes(Call& call) {
  if (is_duration_call(call)) return call.give(call[0].as_duration().seconds / 60);
  return civil_field(call, [](const CivilTime& time) { return time.minute; });
}
Outcome seconds(Call& call) {
  if (is_duration_call(call)) return call.give(call[0].as_duration().seconds);
  return civil_field(call, [](const CivilTime& time) { return time.second; });
}
Outcome milliseconds(Call& call) {
  if (is_duration_call(call)) return call.give(std::int64_t{call[0].as_duration().nanos / 1'000'000});
  return civil_field(call, [](const CivilTime& time) { return time.nanos / 1'000'000; });
}

constexpr Function kFunctions[] = {
    {"timestamp",
     Style::global,
     "timestamp -> timestamp; int -> timestamp; string -> timestamp",
     to_timestamp,
     "timestamp('2026-11-23T04:30:00Z')",
     "A point in time, from RFC 3339 text or seconds since 1970.",
     "timestamp(0) == timestamp('1970-01-01T00:00:00Z') → true"},
    {"duration",
     Style::global,
     "duration -> duration; string -> duration",
     to_duration,
     "duration('1h30m')",
     "A span of time.",
     "duration('1h30m') → duration('5400s')"},
    {"getFullYear",
     Style::method,
     "timestamp -> int; timestamp, string -> int",
     full_year,
     "time.getFullYear() or time.getFullYear('Europe/Berlin')",
     "The year; like all fields in UTC, at an offset, or in a time zone.",
     "timestamp('2026-11-23T04:30:51.25Z').getFullYear() → 2026"},
    {"getMonth",
     Style::method,
     "timestamp -> int; timestamp, string -> int",
     month,
     "time.getMonth() (0 = January)",
     "The month; 0 is January.",
     "timestamp('2026-11-23T04:30:51.25Z').getMonth() → 10"},
    {"getDate",
     Style::method,
     "timestamp -> int; timestamp, string -> int",
     date,
     "time.getDate() (1 = first day)",
     "The day of the month; 1 is the first.",
     "timestamp('2026-11-23T04:30:51.25Z').getDate() → 23"},
    {"getDayOfMonth",
     Style::method,
     "timestamp -> int; timestamp, string -> int",
     day_of_month,
     "time.getDayOfMonth() (0 = first day)",
     "The day of the month; 0 is the first.",
     "timestamp('2026-11-23T04:30:51.25Z').getDayOfMonth() → 22"},
    {"getDayOfWeek",
     Style::method,
     "timestamp -> int; timestamp, string -> int",
     day_of_week,
     "time.getDayOfWeek() (0 = Sunday)",
     "The day of the week; 0 is Sunday.",
     "timestamp('2026-11-23T04:30:51.25Z').getDayOfWeek() → 1"},
    {"getDayOfYear",
     Style::method,
     "timestamp -> int; timestamp, string -> int",
     day_of_year,
     "time.getDayOfYear() (0 = first day)",
     "The day of the year; 0 is the first.",
     "timestamp('2026-11-23T04:30:51.25Z').getDayOfYear() → 326"},
    {"getHours",
     Style::method,
     "timestamp -> int; timestamp, string -> int; duration -> int",
     hours,
     "time.getHours() or time.getHours('Europe/Berlin')",
     "The hour of a time, or the whole hours of a duration.",
     "timestamp('2026-11-23T04:30:51.25Z').getHours() → 4"},
    {"getMinutes",
     Style::method,
     "timestamp -> int; timestamp, string -> int; duration -> int",
     minutes,
     "time.getMinutes()",
     "The minute of a time, or the whole minutes of a duration.",
     "timestamp('2026-11-23T04:30:51.25Z').getMinutes() → 30"},
    {"getSeconds",
     Style::method,
     "timestamp -> int; timestamp, string -> int; duration -> int",
     seconds,
     "time.getSeconds()",
     "The second of a time, or the whole seconds of a duration.",
     "timestamp('2026-11-23T04:30:51.25Z').getSeconds() → 51"},
    {"getMilliseconds",
     Style::method,
     "timestamp -> int; timestamp, string -> int; duration -> int",
     milliseconds,
     "time.getMilliseconds()",
     "The milliseconds within the second.",
     "timestamp('2026-11-23T04:30:51.25Z').getMilliseconds() → 250"},
};

}  // namespace

std::span<const Function> time_functions() {
  return kFunctions;
}

}  // namespace parley::expr
