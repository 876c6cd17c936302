#include "policy/schedule.hpp"

#include <span>
#include <string>
#include <utility>

#include "policy/time_zone.hpp"
#include "policy/words.hpp"

namespace parley::policy {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLookAhead = 8 * 366;  // days; 29 February may be eight years away (1896–1904)

std::unexpected<Error> refused(std::string_view text, std::string why) {
  return fail(
      ErrorCode::invalid_input,
      "'" + std::string(text) + "' is no schedule: " + std::move(why),
      {},
      "write it like 'every day 09:00', 'every 15 minutes' or '0 9 * * 1-5'"
  );
}

using ReadName = std::optional<std::int32_t> (*)(std::string_view);

struct FieldRule {
  std::string_view what;
  std::int32_t min;
  std::int32_t max;
  ReadName name;  // mon, jan
};

std::optional<std::int32_t> no_name(std::string_view) {
  return std::nullopt;
}

constexpr FieldRule kFields[] = {
    {"minute", 0, 59, no_name},
    {"hour", 0, 23, no_name},
    {"day of the month", 1, 31, no_name},
    {"month", 1, 12, parse_month},
    {"day of the week", 0, 7, parse_weekday},
};

std::optional<std::int32_t> value_of(const FieldRule& rule, std::string_view text) {
  if (const auto number = parse_number(text, rule.min, rule.max)) return number;
  return rule.name(text);
}

// "*", "5", "1-5", "*/15", "1-5/2", or several with commas between them.
template <std::size_t N>
bool read_field(const FieldRule& rule, std::string_view text, std::bitset<N>& out) {
  for (const std::string_view part : split(text, ",")) {
    const std::size_t slash = part.find('/');
    const std::string_view range = part.substr(0, slash);
    std::int32_t step = 1;
    if (slash != std::string_view::npos) {
      const auto given = parse_number(part.substr(slash + 1), 1, rule.max);
      if (!given) return false;
      step = *given;
    }
    std::int32_t first = rule.min;
    std::int32_t last = rule.max;
    if (range != "*") {
      const std::size_t dash = range.find('-');
      const auto from = value_of(rule, range.substr(0, dash));
      const auto to = dash == std::string_view::npos ? from : value_of(rule, range.substr(dash + 1));
      if (!from || !to || *from > *to) return false;
      first = *from;
      // "5/15" goes on to the end, as cron does.
      last = dash == std::string_view::npos && slash != std::string_view::npos ? rule.max : *to;
    }
    // 7 is Sunday as well.
    for (std::int32_t value = first; value <= last; value += step)
      out.set(static_cast<std::size_t>(rule.max == 7 ? value % 7 : value));
  }
  return out.any();
}

Result<Schedule> read_cron(std::string_view text, std::span<const std::string_view> words) {
  Schedule schedule;
  const bool read[] = {
      read_field(kFields[0], words[0], schedule.minutes),
      read_field(kFields[1], words[1], schedule.hours),
      read_field(kFields[2], words[2], schedule.days),
      read_field(kFields[3], words[3], schedule.months),
      read_field(kFields[4], words[4], schedule.weekdays),
  };
  for (std::size_t i = 0; i < std::size(read); ++i) {
    if (!read[i])
      return refused(text, "'" + std::string(words[i]) + "' is no " + std::string(kFields[i].what));
  }
  schedule.any_day = words[2].starts_with('*');
  schedule.any_weekday = words[4].starts_with('*');
  return schedule;
}

Schedule every_day() {
  Schedule schedule;
  schedule.days.set();
  schedule.months.set();
  schedule.weekdays.set();
  return schedule;
}

// "every 15 minutes", "every hour"
bool read_interval(std::span<const std::string_view> words, Schedule& schedule) {
  const std::string unit = lower(words.back());
  std::int32_t count = 1;
  if (words.size() == 2) {
    const auto given = parse_number(words[0], 1, 59);
    if (!given) return false;
    count = *given;
  }
  if (unit == "minute" || unit == "minutes") {
    schedule.hours.set();
    for (std::size_t minute = 0; minute < 60; minute += static_cast<std::size_t>(count))
      schedule.minutes.set(minute);
    return true;
  }
  if (unit != "hour" && unit != "hours") return false;
  if (count > 23) return false;
  schedule.minutes.set(0);
  for (std::size_t hour = 0; hour < 24; hour += static_cast<std::size_t>(count)) schedule.hours.set(hour);
  return true;
}

// "day", "weekday", "monday, friday"
bool read_which_days(std::span<const std::string_view> words, Schedule& schedule) {
  if (words.size() == 1 && lower(words[0]) == "day") return true;
  schedule.weekdays.reset();
  schedule.any_weekday = false;
  for (const std::string_view word : words) {
    if (lower(word) == "weekday") {
      for (std::size_t day = 1; day <= 5; ++day) schedule.weekdays.set(day);
      continue;
    }
    if (lower(word) == "and") continue;
    const auto day = parse_weekday(word);
    if (!day) return false;
    schedule.weekdays.set(static_cast<std::size_t>(*day));
  }
  return schedule.weekdays.any();
}

Result<Schedule> read_words(std::string_view text, std::span<const std::string_view> words) {
  Schedule schedule = every_day();
  if (words.empty()) return refused(text, "it does not say when");
  if (words.size() <= 2 && read_interval(words, schedule)) return schedule;
  const auto minutes = parse_minutes(words.back());
  if (!minutes || *minutes == 1440) return refused(text, "it does not end with a time such as 09:00");
  schedule = every_day();
  schedule.hours.set(static_cast<std::size_t>(*minutes / 60));
  schedule.minutes.set(static_cast<std::size_t>(*minutes % 60));
  if (words.size() < 2 || !read_which_days(words.first(words.size() - 1), schedule))
    return refused(text, "it names no day");
  return schedule;
}

bool due_on(const Schedule& schedule, const CivilTime& day) {
  if (!schedule.months.test(static_cast<std::size_t>(day.month))) return false;
  const bool by_day = schedule.days.test(static_cast<std::size_t>(day.day));
  const bool by_weekday = schedule.weekdays.test(static_cast<std::size_t>(day.weekday));
  if (!schedule.any_day && !schedule.any_weekday) return by_day || by_weekday;
  return by_day && by_weekday;
}

}  // namespace

Result<Schedule> parse_schedule(std::string_view text, std::int32_t utc_offset_seconds) {
  auto words = split(text, ", \t");
  // A list in a cron field has commas of its own, so it is split at blanks only.
  auto fields = split_words(text);
  std::int32_t offset = utc_offset_seconds;
  if (!fields.empty()) {
    if (const auto given = parse_offset(fields.back())) {
      offset = *given;
      fields.pop_back();
      words.pop_back();
    }
  }
  Result<Schedule> schedule;
  if (!words.empty() && lower(words.front()) == "every") {
    schedule = read_words(text, std::span(words).subspan(1));
  } else if (fields.size() == 5) {
    schedule = read_cron(text, fields);
  } else {
    return refused(text, "it begins with 'every', or has the five fields of cron");
  }
  if (schedule) schedule->utc_offset_seconds = offset;
  return schedule;
}

std::optional<Timestamp> next_after(const Schedule& schedule, Timestamp after) {
  // The first whole minute after it, in local seconds.
  std::int64_t local = after.seconds + schedule.utc_offset_seconds;
  std::int64_t minute = local / 60;
  if (local % 60 < 0) --minute;
  ++minute;
  std::int64_t day = minute / 1440;
  if (minute % 1440 < 0) --day;
  std::int64_t from = minute - day * 1440;
  for (std::int64_t i = 0; i <= kLookAhead; ++i, ++day, from = 0) {
    if (!due_on(schedule, to_civil({day * kDay, 0}))) continue;
    for (std::int64_t at = from; at < 1440; ++at) {
      if (!schedule.hours.test(static_cast<std::size_t>(at / 60))) {
        at += 59 - at % 60;
        continue;
      }
      if (schedule.minutes.test(static_cast<std::size_t>(at % 60)))
        return Timestamp{(day * 1440 + at) * 60 - schedule.utc_offset_seconds, 0};
    }
  }
  return std::nullopt;
}

}  // namespace parley::policy
