// Calendar days, absolute and relative to the message's own day.
#include <algorithm>

#include "language/values/readers.hpp"

namespace parley::language {
namespace {

std::int64_t days_of(const Date& date) {
  return days_from_civil(date.year, date.month, date.day);
}

std::int32_t days_in_month(std::int32_t year, std::int32_t month) {
  const bool december = month == 12;
  return static_cast<std::int32_t>(
      days_from_civil(december ? year + 1 : year, december ? 1 : month + 1, 1) -
      days_from_civil(year, month, 1)
  );
}

std::int32_t weekday_of(const Date& date) {
  return static_cast<std::int32_t>(((days_of(date) + 4) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
}

bool is_valid(std::int64_t year, std::int64_t month, std::int64_t day) {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
         day <= days_in_month(static_cast<std::int32_t>(year), static_cast<std::int32_t>(month));
}

std::optional<Date> valid_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (!is_valid(year, month, day)) return std::nullopt;
  return Date{
      static_cast<std::int32_t>(year), static_cast<std::int32_t>(month), static_cast<std::int32_t>(day)
  };
}

Date plus_months(const Date& date, std::int64_t months) {
  const std::int64_t index = date.year * 12LL + (date.month - 1) + months;
  const auto year = static_cast<std::int32_t>(std::clamp<std::int64_t>(index / 12, 1, 9999));
  const auto month = static_cast<std::int32_t>(((index % 12) + 12) % 12 + 1);
  return {year, month, std::min(date.day, days_in_month(year, month))};
}

// The first such day that is not over yet; a year was not said.
std::optional<Date> upcoming(const Circumstances& circumstances, std::int64_t month, std::int64_t day) {
  const Date now = today(circumstances);
  for (std::int32_t year = now.year; year <= now.year + 8; ++year) {  // 29 February may be 8 years away
    const auto date = valid_date(year, month, day);
    if (date && days_of(*date) >= days_of(now)) return date;
  }
  return std::nullopt;
}

const NamedNumber* named(const Reading& reading, std::size_t at, const Table<NamedNumber>& rows) {
  if (!reading.has(at)) return nullptr;
  for (const NamedNumber& row : reading.rows_at(at, rows)) {
    if (reading.is(at, row.word)) return &row;
  }
  return nullptr;
}

std::int64_t full_year(std::string_view digits) {
  const std::int64_t year = Number::of_digits(digits).digits;
  if (digits.size() > 2) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

// "2026", "'26"; at least three digits unless marked.
Maybe<std::int64_t> read_year(const Reading& reading, std::size_t at) {
  const bool marked = reading.is(at, "'");
  if (marked) ++at;
  if (!reading.is_digits(at)) return std::nullopt;
  const std::size_t size = reading.tokens[at].text.size();
  if (size != 4 && !(marked && size == 2)) return std::nullopt;
  // "march 3 2015" but not the hour in "march 3 1030am" nor "18:00".
  if (reading.is(at + 1, ":") && reading.is_glued(at + 1)) return std::nullopt;
  if (reading.is_glued(at + 1) && reading.tokens[at + 1].is_word()) return std::nullopt;
  return Match<std::int64_t>{full_year(reading.tokens[at].text), at + 1};
}

struct NumericParts {
  std::string_view a, b, c;
  char mark = 0;
  std::size_t next = 0;
};

// "11/23/2026", "2026-11-23", "23.11.", "10 31 1974".
std::optional<NumericParts> read_numeric_parts(const Reading& reading, std::size_t at) {
  if (!reading.is_digits(at) || (at > 0 && reading.is_glued(at) && !reading.tokens[at - 1].is("(")))
    return std::nullopt;
  NumericParts parts;
  parts.a = reading.tokens[at].text;
  if (!reading.has(at + 1) || reading.tokens[at + 1].kind != Token::Kind::symbol ||
      !reading.is_digits(at + 2))
    return std::nullopt;
  const std::string& mark = reading.tokens[at + 1].text;
  if (mark != "/" && mark != "-" && mark != ".") return std::nullopt;
  parts.mark = mark.front();
  if (parts.mark == '.' && !reading.is_glued(at + 2)) return std::nullopt;
  parts.b = reading.tokens[at + 2].text;
  parts.next = at + 3;
  if (reading.is(at + 3, mark) && reading.is_digits(at + 4)) {
    parts.c = reading.tokens[at + 4].text;
    parts.next = at + 5;
    if (reading.is(parts.next, mark) && reading.is_glued(parts.next) && reading.is_digits(parts.next + 1))
      return std::nullopt;
  }
  return parts;
}

Maybe<Date> read_numeric(const Reading& reading, std::size_t at) {
  const auto parts = read_numeric_parts(reading, at);
  if (!parts) return std::nullopt;
  const auto number = [](std::string_view digits) {
    return digits.size() > 4 ? -1 : Number::of_digits(digits).digits;
  };
  if (parts->a.size() == 4) {  // year first
    if (parts->c.empty() || parts->c.size() > 2) return std::nullopt;
    const auto date = valid_date(number(parts->a), number(parts->b), number(parts->c));
    return date ? Maybe<Date>({*date, parts->next}) : std::nullopt;
  }
  if (parts->a.size() > 2 || parts->b.size() > 2) return std::nullopt;
  const bool year_said = !parts->c.empty();
  if (year_said && parts->c.size() != 2 && parts->c.size() != 4) return std::nullopt;
  if (!year_said && parts->mark == '.') return std::nullopt;  // a decimal number
  // Americans write the month first; everyone writes it second with points.
  bool month_first = reading.words.month_first && parts->mark != '.';
  const std::string_view locale = reading.circumstances.locale;
  constexpr std::string_view kMonthFirst[] = {
      "en", "en-US", "en_US", "en-CA", "en_CA", "en-PH", "en_PH", "en-ZA", "en_ZA"
  };
  if (!contains(kMonthFirst, locale)) month_first = false;
  for (const bool first : {month_first, !month_first}) {  // the other order when this one is no date
    const std::int64_t month = number(first ? parts->a : parts->b);
    const std::int64_t day = number(first ? parts->b : parts->a);
    const auto date =
        year_said ? valid_date(full_year(parts->c), month, day) : upcoming(reading.circumstances, month, day);
    if (date) return Match<Date>{*date, parts->next};
  }
  return std::nullopt;
}

// The day of a month: "3", "3rd", "third".
Maybe<std::int64_t> read_day(const Reading& reading, std::size_t at) {
  if (reading.is_one_of(at, reading.words.the)) ++at;
  Maybe<std::int64_t> day = read_ordinal(reading, at);
  if (!day && reading.is_digits(at) && reading.tokens[at].text.size() <= 2 &&
      !(reading.is(at + 1, ":") && reading.is_glued(at + 1))) {
    day = Match<std::int64_t>{Number::of_digits(reading.tokens[at].text).digits, at + 1};
  }
  if (!day) {
    day = read_words_below_hundred(reading, at);
  }
  if (!day || day->value < 1 || day->value > 31) return std::nullopt;
  return day;
}

Maybe<Date> finish_month_day(const Reading& reading, std::int64_t month, std::int64_t day, std::size_t next) {
  std::size_t year_at = next;
  if (reading.is(year_at, ",") || reading.is_one_of(year_at, reading.words.of)) ++year_at;
  std::optional<Date> date;
  if (const auto year = read_year(reading, year_at)) {
    date = valid_date(year->value, month, day);
    next = year->next;
  } else {
    date = upcoming(reading.circumstances, month, day);
  }
  return date ? Maybe<Date>({*date, next}) : std::nullopt;
}

// "Nov 23", "23 November 2026", "the 2nd of march", "14april 2015".
Maybe<Date> read_named_month(const Reading& reading, std::size_t at) {
  if (const NamedNumber* month = named(reading, at, reading.words.months)) {
    const std::size_t day_at = reading.is(at + 1, ".") ? at + 2 : at + 1;
    const auto day = read_day(reading, day_at);
    return day ? finish_month_day(reading, month->value, day->value, day->next) : std::nullopt;
  }
  const auto day = read_day(reading, at);
  if (!day) return std::nullopt;
  std::size_t next = day->next;
  if (reading.is(next, ".") && !reading.words.ordinal_suffixes.empty()) ++next;
  if (reading.is_one_of(next, reading.words.of) || reading.is(next, "-")) ++next;
  const NamedNumber* month = named(reading, next, reading.words.months);
  if (month == nullptr) return std::nullopt;
  next += reading.is(next + 1, ".") && reading.is_digits(next + 2) ? 2 : 1;
  if (reading.is(next, "-") && reading.is_digits(next + 1)) ++next;  // "23-Nov-2026"
  return finish_month_day(reading, month->value, day->value, next);
}

// "friday", "next friday", "friday next week": weeks begin on Monday.
Maybe<Date> read_weekday(const Reading& reading, std::size_t at) {
  const Date now = today(reading.circumstances);
  std::size_t weekday_at = at;
  const std::size_t next_word = reading.longest(at, reading.words.next);
  const std::size_t this_word = reading.longest(at, reading.words.this_one);
  const std::size_t last_word = reading.longest(at, reading.words.previous);
  weekday_at += std::max({next_word, this_word, last_word});
  if (weekday_at == at && reading.is_one_of(at, reading.words.the)) ++weekday_at;
  const NamedNumber* weekday = named(reading, weekday_at, reading.words.weekdays);
  if (weekday == nullptr) return std::nullopt;
  std::size_t next = weekday_at + 1;
  if (reading.is(next, ".") && reading.tokens[weekday_at].text.size() <= 4) ++next;

  const std::int64_t forward = (weekday->value - weekday_of(now) + 7) % 7;
  const std::int64_t monday = -((weekday_of(now) + 6) % 7);
  const std::int64_t in_this_week = monday + (weekday->value + 6) % 7;
  std::int64_t days = forward == 0 ? 7 : forward;
  if (next_word > 0) days = in_this_week + 7;
  if (last_word > 0) days = forward - 7;
  const std::size_t week_word = reading.longest(next, reading.words.next);
  const DurationWord* week = nullptr;
  for (const DurationWord& row : reading.words.durations) {
    if (row.seconds == 604'800 && reading.is(next + week_word, row.word)) week = &row;
  }
  if (week_word > 0 && week != nullptr) {
    days = in_this_week + 7;
    next += week_word + 1;
  }
  return Match<Date>{plus_days(now, days), next};
}

// "today", "day after tomorrow".
Maybe<Date> read_named_day(const Reading& reading, std::size_t at) {
  Maybe<Date> best;
  for (const NamedNumber& row : reading.rows_at(at, reading.words.days)) {
    const std::size_t taken = match_phrase(reading.tokens, at, row.word);
    if (taken > 0 && (!best || at + taken > best->next)) {
      best = Match<Date>{plus_days(today(reading.circumstances), row.value), at + taken};
    }
  }
  return best;
}

const DurationWord* calendar_unit(const Reading& reading, std::size_t at) {
  if (!reading.has(at) || reading.tokens[at].text.size() < 2) return nullptr;
  for (const DurationWord& row : reading.rows_at(at, reading.words.durations)) {
    if (reading.is(at, row.word) && (row.months || row.seconds >= 86'400)) return &row;
  }
  return nullptr;
}

Date moved(const Date& date, const DurationWord& unit, std::int64_t count) {
  constexpr std::int64_t kFar = 40'000;  // keeps the arithmetic inside the calendar
  count = std::clamp<std::int64_t>(count, -kFar, kFar);
  return unit.months ? plus_months(date, unit.seconds * count)
                     : plus_days(date, unit.seconds / 86'400 * count);
}

// "in 3 days", "two weeks ago", "a week from friday", "next week".
Maybe<Date> read_relative(const Reading& reading, std::size_t at) {
  const Date now = today(reading.circumstances);
  if (const std::size_t next_word = reading.longest(at, reading.words.next)) {
    const DurationWord* unit = calendar_unit(reading, at + next_word);
    if (unit != nullptr) return Match<Date>{moved(now, *unit, 1), at + next_word + 1};
  }
  const std::size_t in = reading.longest(at, reading.words.in);
  const auto count = read_count(reading, at + in);
  if (!count || !count->value.is_integer() || count->value.digits < 0) return std::nullopt;
  std::size_t unit_at = count->next;
  while (reading.is_one_of(unit_at, reading.words.extra_words)) ++unit_at;
  const DurationWord* unit = calendar_unit(reading, unit_at);
  if (unit == nullptr) return std::nullopt;
  const std::size_t next = unit_at + 1;
  if (in > 0) return Match<Date>{moved(now, *unit, count->value.digits), next};
  if (const std::size_t ago = reading.longest(next, reading.words.ago)) {
    return Match<Date>{moved(now, *unit, -count->value.digits), next + ago};
  }
  if (const std::size_t later = reading.longest(next, reading.words.from_now)) {
    return Match<Date>{moved(now, *unit, count->value.digits), next + later};
  }
  if (reading.is_one_of(next, reading.words.from) && reading.has(next + 1)) {
    Maybe<Date> base = read_named_day(reading, next + 1);
    if (!base) base = read_weekday(reading, next + 1);
    if (base) return Match<Date>{moved(base->value, *unit, count->value.digits), base->next};
  }
  return std::nullopt;
}

// "the 15th": the next one.
Maybe<Date> read_day_of_month(const Reading& reading, std::size_t at) {
  const bool the = reading.is_one_of(at, reading.words.the);
  const auto day = read_ordinal(reading, the ? at + 1 : at);
  if (!day || day->value < 1 || day->value > 31) return std::nullopt;
  if (!the && !reading.is_digits(at)) return std::nullopt;  // "second" alone is no date
  const Date now = today(reading.circumstances);
  for (std::int64_t months = 0; months < 3; ++months) {
    const Date month = plus_months({now.year, now.month, 1}, months);
    const auto date = valid_date(month.year, month.month, day->value);
    if (date && days_of(*date) >= days_of(now)) return Match<Date>{*date, day->next};
  }
  return std::nullopt;
}

}  // namespace

Date today(const Circumstances& circumstances) {
  const CivilTime civil = to_civil(circumstances.now, circumstances.utc_offset_seconds);
  return {civil.year, civil.month, civil.day};
}

Date plus_days(const Date& date, std::int64_t days) {
  constexpr std::int64_t kFirst = -719'162;  // 0001-01-01
  constexpr std::int64_t kLast = 2'932'896;  // 9999-12-31
  const std::int64_t day = std::clamp(days_of(date) + days, kFirst, kLast);
  const CivilTime civil = to_civil(Timestamp{day * 86'400, 0});
  return {civil.year, civil.month, civil.day};
}

std::string to_string(const Date& date) {
  const auto padded = [](std::int32_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return text.size() < width ? std::string(width - text.size(), '0') + text : text;
  };
  return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

Maybe<Date> read_date(const Reading& reading, std::size_t at) {
  if (!reading.has(at)) return std::nullopt;
  Maybe<Date> best;
  for (const auto reader :
       {read_numeric, read_named_month, read_named_day, read_relative, read_weekday, read_day_of_month}) {
    const auto date = reader(reading, at);
    if (date && (!best || date->next > best->next)) best = date;
  }
  if (!best) return best;
  // "Friday, July 18" and "Jul 18, Fri": the day of the month decides.
  const bool is_weekday = named(reading, at, reading.words.weekdays) != nullptr;
  std::size_t next = best->next;
  if (reading.is(next, ",")) ++next;
  if (reading.is_one_of(next, reading.words.the)) ++next;
  if (is_weekday) {
    for (const auto reader : {read_numeric, read_named_month, read_day_of_month}) {
      if (const auto date = reader(reading, next)) return date;
    }
  } else if (named(reading, next, reading.words.weekdays) != nullptr && read_named_month(reading, at)) {
    best->next = next + 1;
  }
  return best;
}

}  // namespace parley::language
