#include "base/time.hpp"

#include <array>
#include <charconv>

namespace parley {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kLargestDuration = 315'576'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_leap(std::int32_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

std::int32_t days_in_month(std::int32_t year, std::int32_t month) {
  constexpr std::array<std::int32_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Two to four digits at `at`; -1 when they are not digits.
std::int32_t digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  std::int32_t number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  char buffer[24];
  char* end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  std::size_t length = static_cast<std::size_t>(end - buffer);
  if (length < width) out.append(width - length, '0');
  out.append(buffer, length);
}

void append_fraction(std::string& out, std::int32_t nanos) {
  if (nanos == 0) return;
  out += '.';
  append_padded(out, nanos, 9);
  while (out.back() == '0') out.pop_back();
}

std::unexpected<Error> not_a_timestamp(std::string_view text) {
  return fail(
      ErrorCode::invalid_input,
      "\"" + std::string(text.substr(0, 64)) + "\" is not a date and time.",
      {},
      "Write it as in 2026-11-23T04:30:00Z or 2026-11-23T05:30:00+01:00."
  );
}

std::unexpected<Error> not_a_duration(std::string_view text) {
  return fail(
      ErrorCode::invalid_input,
      "\"" + std::string(text.substr(0, 64)) + "\" is not a duration.",
      {},
      "Write a number with a unit, as in 90s, 1h30m, 250ms or 2d."
  );
}

Result<Timestamp> checked(Timestamp time) {
  if (time.seconds < kFirstSecond || time.seconds > kLastSecond) {
    return fail(
        ErrorCode::evaluation,
        "The time is outside the years 0001 to 9999.",
        {},
        "Use a date inside that range."
    );
  }
  return time;
}

Result<Duration> checked(Duration duration) {
  if (duration.seconds < -kLargestDuration || duration.seconds > kLargestDuration ||
      ((duration.seconds == kLargestDuration || duration.seconds == -kLargestDuration) && duration.nanos != 0
      )) {
    return fail(
        ErrorCode::evaluation, "The duration is longer than 10,000 years.", {}, "Use a shorter duration."
    );
  }
  return duration;
}

// Brings nanos into range and gives both parts the same sign. Nanos may be anything within ±2 seconds.
Duration normalised(std::int64_t seconds, std::int64_t nanos) {
  seconds += nanos / kNanosPerSecond;
  nanos %= kNanosPerSecond;
  if (seconds > 0 && nanos < 0) {
    --seconds;
    nanos += kNanosPerSecond;
  } else if (seconds < 0 && nanos > 0) {
    ++seconds;
    nanos -= kNanosPerSecond;
  }
  return {seconds, static_cast<std::int32_t>(nanos)};
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};

// Longer names first where one starts with another.
constexpr std::array<Unit, 8> kUnits{{
    {"ms", 1'000'000},
    {"us", 1'000},
    {"µs", 1'000},
    {"ns", 1},
    {"d", 86'400 * kNanosPerSecond},
    {"h", 3'600 * kNanosPerSecond},
    {"m", 60 * kNanosPerSecond},
    {"s", kNanosPerSecond},
}};

const Unit* unit_at(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (text.starts_with(unit.name)) return &unit;
  }
  return nullptr;
}

// One "12.5m" at the front of `text`, added to seconds and nanos; false when there is none.
bool take_component(std::string_view& text, std::int64_t& seconds, std::int64_t& nanos) {
  std::size_t at = 0;
  std::int64_t whole = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    if (whole > 900'000'000'000'000'000) return false;
    whole = whole * 10 + (text[at] - '0');
  }
  std::size_t whole_digits = at;
  std::size_t fraction_begin = at;
  if (at < text.size() && text[at] == '.') {
    ++at;
    fraction_begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
  }
  bool has_digits = whole_digits > 0 || at > fraction_begin;
  const Unit* unit = unit_at(text.substr(at));
  if (!has_digits || unit == nullptr) return false;

  if (unit->nanos >= kNanosPerSecond) {
    if (whole > kLargestDuration) whole = kLargestDuration + 1;  // reported as too long below
    seconds += whole * (unit->nanos / kNanosPerSecond);
  } else {
    std::int64_t per_second = kNanosPerSecond / unit->nanos;
    seconds += whole / per_second;
    nanos += whole % per_second * unit->nanos;
  }
  std::int64_t scale = unit->nanos;
  for (std::size_t i = fraction_begin; i < at && is_digit(text[i]); ++i) {
    scale /= 10;
    std::int64_t part = (text[i] - '0') * scale;
    seconds += part / kNanosPerSecond;
    nanos += part % kNanosPerSecond;
  }
  seconds += nanos / kNanosPerSecond;
  nanos %= kNanosPerSecond;
  text.remove_prefix(at + unit->name.size());
  return true;
}

}  // namespace

// Counts days with the year starting on 1 March, so that the leap day is the last of its year.
std::int64_t days_from_civil(std::int32_t year, std::int32_t month, std::int32_t day) {
  std::int64_t shifted_year = month <= 2 ? year - 1 : year;
  std::int64_t era = (shifted_year >= 0 ? shifted_year : shifted_year - 399) / 400;
  std::int64_t year_of_era = shifted_year - era * 400;
  std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

CivilTime to_civil(Timestamp time, std::int32_t utc_offset_seconds) {
  std::int64_t seconds = time.seconds + utc_offset_seconds;
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t rest = seconds % kSecondsPerDay;
  if (rest < 0) {
    rest += kSecondsPerDay;
    --days;
  }
  std::int64_t shifted = days + 719'468;
  std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  std::int64_t day_of_era = shifted - era * 146'097;
  std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  std::int64_t march_day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t march_month = (5 * march_day + 2) / 153;

  CivilTime civil;
  civil.day = static_cast<std::int32_t>(march_day - (153 * march_month + 2) / 5 + 1);
  civil.month = static_cast<std::int32_t>(march_month < 10 ? march_month + 3 : march_month - 9);
  civil.year = static_cast<std::int32_t>(year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0));
  civil.hour = static_cast<std::int32_t>(rest / 3'600);
  civil.minute = static_cast<std::int32_t>(rest / 60 % 60);
  civil.second = static_cast<std::int32_t>(rest % 60);
  civil.nanos = time.nanos;
  std::int64_t weekday = (days + 4) % 7;
  civil.weekday = static_cast<std::int32_t>(weekday < 0 ? weekday + 7 : weekday);
  civil.day_of_year = static_cast<std::int32_t>(days - days_from_civil(civil.year, 1, 1));
  return civil;
}

Result<Timestamp> from_civil(const CivilTime& civil, std::int32_t utc_offset_seconds) {
  bool valid = civil.year >= 1 && civil.year <= 9999 && civil.month >= 1 && civil.month <= 12 &&
               civil.day >= 1 && civil.day <= days_in_month(civil.year, civil.month) && civil.hour >= 0 &&
               civil.hour <= 23 && civil.minute >= 0 && civil.minute <= 59 && civil.second >= 0 &&
               civil.second <= 59 && civil.nanos >= 0 && civil.nanos < kNanosPerSecond;
  if (!valid) {
    return fail(
        ErrorCode::invalid_input,
        "There is no such date or time.",
        {},
        "Check the day of the month and the hour."
    );
  }
  std::int64_t days = days_from_civil(civil.year, civil.month, civil.day);
  std::int64_t seconds = civil.hour * 3'600 + civil.minute * 60 + civil.second;
  return checked(Timestamp{days * kSecondsPerDay + seconds - utc_offset_seconds, civil.nanos});
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  // 2026-11-23T04:30:51 is 19 characters; a zone must follow.
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':') {
    return not_a_timestamp(text);
  }
  CivilTime civil;
  civil.year = digits(text, 0, 4);
  civil.month = digits(text, 5, 2);
  civil.day = digits(text, 8, 2);
  civil.hour = digits(text, 11, 2);
  civil.minute = digits(text, 14, 2);
  civil.second = digits(text, 17, 2);
  std::size_t at = 19;
  if (text[at] == '.') {
    std::int32_t scale = 100'000'000;
    std::size_t first = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at, scale /= 10) civil.nanos += (text[at] - '0') * scale;
    if (at == first) return not_a_timestamp(text);
  }
  std::int32_t offset = 0;
  std::string_view zone = text.substr(at);
  if (zone != "Z" && zone != "z") {
    std::int32_t hours = zone.size() == 6 ? digits(zone, 1, 2) : -1;
    std::int32_t minutes = zone.size() == 6 ? digits(zone, 4, 2) : -1;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || zone[3] != ':')
      return not_a_timestamp(text);
    if (zone[0] != '+' && zone[0] != '-') return not_a_timestamp(text);
    offset = (hours * 3'600 + minutes * 60) * (zone[0] == '-' ? -1 : 1);
  }
  auto time = from_civil(civil, offset);
  if (!time) return not_a_timestamp(text);
  return time;
}

std::string format_timestamp(Timestamp time) {
  CivilTime civil = to_civil(time);
  std::string out;
  append_padded(out, civil.year, 4);
  out += '-';
  append_padded(out, civil.month, 2);
  out += '-';
  append_padded(out, civil.day, 2);
  out += 'T';
  append_padded(out, civil.hour, 2);
  out += ':';
  append_padded(out, civil.minute, 2);
  out += ':';
  append_padded(out, civil.second, 2);
  append_fraction(out, civil.nanos);
  out += 'Z';
  return out;
}

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return Duration{};
  if (rest.empty()) return not_a_duration(text);
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  while (!rest.empty()) {
    if (!take_component(rest, seconds, nanos)) return not_a_duration(text);
    if (seconds > kLargestDuration) return checked(Duration{seconds, 0});
  }
  Duration duration{seconds, static_cast<std::int32_t>(nanos)};
  return checked(negative ? negate(duration) : duration);
}

std::string format_duration(Duration duration) {
  std::string out;
  bool negative = duration.seconds < 0 || duration.nanos < 0;
  if (negative) out += '-';
  append_padded(out, negative ? -duration.seconds : duration.seconds, 1);
  append_fraction(out, negative ? -duration.nanos : duration.nanos);
  out += 's';
  return out;
}

Result<Timestamp> add(Timestamp time, Duration duration) {
  std::int64_t seconds = time.seconds + duration.seconds;
  std::int64_t nanos = std::int64_t{time.nanos} + duration.nanos;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  } else if (nanos >= kNanosPerSecond) {
    nanos -= kNanosPerSecond;
    ++seconds;
  }
  return checked(Timestamp{seconds, static_cast<std::int32_t>(nanos)});
}

Result<Timestamp> subtract(Timestamp time, Duration duration) {
  return add(time, negate(duration));
}

Result<Duration> difference(Timestamp later, Timestamp earlier) {
  return checked(normalised(later.seconds - earlier.seconds, std::int64_t{later.nanos} - earlier.nanos));
}

Result<Duration> add(Duration a, Duration b) {
  return checked(normalised(a.seconds + b.seconds, std::int64_t{a.nanos} + b.nanos));
}

Duration negate(Duration duration) {
  return {-duration.seconds, -duration.nanos};
}

}  // namespace parley
