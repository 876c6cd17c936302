#include "policy/time_zone.hpp"

#include <array>
#include <cstddef>
#include <string>

#include "policy/words.hpp"

namespace parley::policy {

namespace {

constexpr std::int64_t kDay = 86'400;

constexpr std::array<std::string_view, 7> kWeekdays = {
    "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"
};
constexpr std::array<std::string_view, 12> kMonths = {
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december"
};
constexpr std::array<std::string_view, 5> kNth = {"last", "first", "second", "third", "fourth"};

// The whole word or its first three letters.
template <std::size_t N>
std::optional<std::int32_t> index_of(const std::array<std::string_view, N>& words, std::string_view text) {
  const std::string wanted = lower(text);
  for (std::size_t i = 0; i < N; ++i) {
    if (wanted == words[i] || (wanted.size() == 3 && words[i].starts_with(wanted)))
      return static_cast<std::int32_t>(i);
  }
  return std::nullopt;
}

std::int32_t weekday_of(std::int64_t days) {
  return static_cast<std::int32_t>(((days + 4) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
}

// The change in a year, in local seconds since 1970.
std::int64_t moment(const YearlyChange& change, std::int32_t year) {
  std::int64_t day = 0;
  if (change.nth > 0) {
    const std::int64_t first = days_from_civil(year, change.month, 1);
    day = first + (change.weekday - weekday_of(first) + 7) % 7 + 7 * (change.nth - 1);
  } else {
    const bool december = change.month == 12;
    const std::int64_t last =
        days_from_civil(december ? year + 1 : year, december ? 1 : change.month + 1, 1) - 1;
    day = last - (weekday_of(last) - change.weekday + 7) % 7;
  }
  return day * kDay + change.second;
}

}  // namespace

std::int32_t offset_at(const TimeZone& zone, Timestamp at) {
  if (!zone.daylight) return zone.utc_offset_seconds;
  const std::int32_t year = to_civil(at, zone.utc_offset_seconds).year;
  const std::int64_t from = moment(zone.daylight->from, year) - zone.utc_offset_seconds;
  const std::int64_t to = moment(zone.daylight->to, year) - zone.daylight->utc_offset_seconds;
  const bool summer =
      from < to ? at.seconds >= from && at.seconds < to : at.seconds >= from || at.seconds < to;
  return summer ? zone.daylight->utc_offset_seconds : zone.utc_offset_seconds;
}

std::optional<std::int32_t> parse_offset(std::string_view text) {
  if (text == "UTC" || text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto minutes = parse_minutes(text.substr(1));
  if (!minutes || *minutes > 14 * 60) return std::nullopt;
  return *minutes * 60 * (text[0] == '-' ? -1 : 1);
}

std::optional<std::int32_t> parse_minutes(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || text.size() != colon + 3)
    return std::nullopt;
  const auto hours = parse_number(text.substr(0, colon), 0, 24);
  const auto minutes = parse_number(text.substr(colon + 1), 0, 59);
  if (!hours || !minutes || *hours * 60 + *minutes > 1440) return std::nullopt;
  return *hours * 60 + *minutes;
}

std::optional<std::int32_t> parse_weekday(std::string_view text) {
  return index_of(kWeekdays, text);
}

std::optional<std::int32_t> parse_month(std::string_view text) {
  const auto index = index_of(kMonths, text);
  return index ? std::optional(*index + 1) : std::nullopt;
}

Result<YearlyChange> parse_yearly_change(std::string_view text) {
  const auto words = split_words(text);
  const auto refused = [&] {
    return fail(
        ErrorCode::invalid_input,
        "'" + std::string(text) + "' is no day of the year",
        {},
        "write it like 'last sunday of march 02:00'"
    );
  };
  if (words.size() != 5 || lower(words[2]) != "of") return refused();
  const auto weekday = parse_weekday(words[1]);
  const auto month = parse_month(words[3]);
  const auto minutes = parse_minutes(words[4]);
  const std::string nth = lower(words[0]);
  for (std::size_t i = 0; i < kNth.size(); ++i) {
    if (kNth[i] != nth || !weekday || !month || !minutes) continue;
    return YearlyChange{
        .month = *month,
        .nth = i == 0 ? -1 : static_cast<std::int32_t>(i),
        .weekday = *weekday,
        .second = *minutes * 60
    };
  }
  return refused();
}

Result<Daylight> read_daylight(const Value& value) {
  if (!value.is_map())
    return fail(
        ErrorCode::invalid_input, "'daylight' must be a map", {}, "write {from: …, to: …, timezone: …}"
    );
  for (const auto& [key, item] : value.entries()) {
    if (key.as_string() != "from" && key.as_string() != "to" && key.as_string() != "timezone")
      return fail(ErrorCode::invalid_input, "'daylight' has no '" + std::string(key.as_string()) + "'");
  }
  auto from = parse_yearly_change(value.text("from"));
  if (!from) return std::unexpected(std::move(from.error()));
  auto to = parse_yearly_change(value.text("to"));
  if (!to) return std::unexpected(std::move(to.error()));
  const auto offset = parse_offset(value.text("timezone"));
  if (!offset) {
    return fail(
        ErrorCode::invalid_input, "'daylight' needs a timezone", {}, "write an offset such as \"+02:00\""
    );
  }
  return Daylight{*from, *to, *offset};
}

}  // namespace parley::policy
