#include "policy/business_hours.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "policy/words.hpp"

namespace parley::policy {

namespace {

constexpr std::int64_t kDay = 86'400;

struct Local {
  std::int64_t day = 0;  // since 1970
  std::int32_t minute = 0;
  std::int32_t weekday = 0;
};

Local local_time(const Calendar& calendar, Timestamp at) {
  const std::int64_t seconds = at.seconds + offset_at(calendar.zone, at);
  std::int64_t day = seconds / kDay;
  if (seconds % kDay < 0) --day;
  return {
      .day = day,
      .minute = static_cast<std::int32_t>((seconds - day * kDay) / 60),
      .weekday = static_cast<std::int32_t>(((day + 4) % 7 + 7) % 7),
  };
}

std::unexpected<Error> refused(std::string message, std::string hint) {
  return fail(ErrorCode::invalid_input, std::move(message), {}, std::move(hint));
}

Result<std::vector<Opening>> read_openings(std::string_view text) {
  std::vector<Opening> openings;
  if (lower(text) == "closed") return openings;
  for (const std::string_view span : split(text, ", ")) {
    const std::size_t dash = span.find('-');
    const auto from = parse_minutes(span.substr(0, dash));
    const auto to = dash == std::string_view::npos ? std::nullopt : parse_minutes(span.substr(dash + 1));
    if (!from || !to || *from >= *to) {
      return refused(
          "'" + std::string(span) + "' are no hours", "write them like 09:00-12:00, 13:00-17:00, or closed"
      );
    }
    openings.push_back({*from, *to});
  }
  std::ranges::sort(openings, {}, &Opening::from);
  return openings;
}

// "monday", "mon-fri"
Result<std::pair<std::int32_t, std::int32_t>> read_days(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_weekday(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_weekday(text.substr(dash + 1));
  if (first && last) return std::pair(*first, *last);
  return refused("'" + std::string(text) + "' is no day of the week", "write monday, or mon-fri");
}

Result<void> read_hours(const Value& hours, Calendar& calendar) {
  if (!hours.is_map() || hours.size() == 0)
    return refused("a calendar needs 'hours'", "write hours: {mon-fri: 09:00-17:00}");
  for (const auto& [key, value] : hours.entries()) {
    auto days = read_days(key.as_string());
    if (!days) return std::unexpected(std::move(days.error()));
    auto openings = value.is_string() ? read_openings(value.as_string()) : read_openings("?");
    if (!openings) return std::unexpected(std::move(openings.error()));
    for (std::int32_t day = days->first;; day = (day + 1) % 7) {
      calendar.week[static_cast<std::size_t>(day)] = *openings;
      if (day == days->second) break;
    }
  }
  return {};
}

Result<void> read_holidays(const Value& holidays, Calendar& calendar) {
  if (holidays.is_null()) return {};
  if (!holidays.is_list()) return refused("'holidays' must be a list", "write [2026-12-25, 2026-12-26]");
  for (const Value& holiday : holidays.as_list()) {
    const auto day = holiday.is_string() ? parse_timestamp(std::string(holiday.as_string()) + "T00:00:00Z")
                                         : Result<Timestamp>(fail(ErrorCode::invalid_input, "not a date"));
    if (!day) return refused("a holiday must be a date", "write it like 2026-12-25");
    calendar.holidays.push_back(day->seconds / kDay);
  }
  std::ranges::sort(calendar.holidays);
  return {};
}

}  // namespace

Result<Calendar> read_calendar(const Value& value) {
  if (!value.is_map()) return refused("a calendar is a map", "write {hours: {mon-fri: 09:00-17:00}}");
  Calendar calendar;
  for (const auto& [key, item] : value.entries()) {
    const std::string_view name = key.as_string();
    Result<void> read;
    if (name == "timezone") {
      const auto offset = item.is_string() ? parse_offset(item.as_string()) : std::nullopt;
      if (!offset) return refused("the timezone does not fit", "write an offset such as \"+01:00\", or UTC");
      calendar.zone.utc_offset_seconds = *offset;
    } else if (name == "daylight") {
      auto daylight = read_daylight(item);
      if (!daylight) return std::unexpected(std::move(daylight.error()));
      calendar.zone.daylight = *daylight;
    } else if (name != "hours" && name != "holidays") {
      return refused(
          "a calendar has no '" + std::string(name) + "'", "it has timezone, daylight, hours and holidays"
      );
    }
  }
  if (auto read = read_hours(value["hours"], calendar); !read)
    return std::unexpected(std::move(read.error()));
  if (auto read = read_holidays(value["holidays"], calendar); !read)
    return std::unexpected(std::move(read.error()));
  return calendar;
}

bool open_at(const Calendar& calendar, Timestamp at) {
  const Local now = local_time(calendar, at);
  if (std::ranges::binary_search(calendar.holidays, now.day)) return false;
  return std::ranges::any_of(calendar.week[static_cast<std::size_t>(now.weekday)], [&](const Opening& o) {
    return o.from <= now.minute && now.minute < o.to;
  });
}

std::optional<Timestamp> next_opening(const Calendar& calendar, Timestamp at) {
  if (open_at(calendar, at)) return at;
  const std::int64_t today = local_time(calendar, at).day;
  for (std::int64_t day = today; day <= today + 366; ++day) {
    const auto weekday = static_cast<std::size_t>(((day + 4) % 7 + 7) % 7);
    for (const Opening& opening : calendar.week[weekday]) {
      // The offset at that moment decides; it is looked up again because clocks may change on the way.
      Timestamp opens{day * kDay + opening.from * 60LL - calendar.zone.utc_offset_seconds, 0};
      opens.seconds = day * kDay + opening.from * 60LL - offset_at(calendar.zone, opens);
      if (opens >= at && open_at(calendar, opens)) return opens;
    }
  }
  return std::nullopt;
}

}  // namespace parley::policy
