// How numbers, money, dates and lists are written in the languages we know, as compact tables (after CLDR 48,
// years always in four digits). Unknown languages are written as English is.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace parley::expr {

struct NumberMarks {
  std::string_view decimal;
  std::string_view group;      // between thousands
  std::uint8_t least_grouped;  // digits that a number has at least when it is grouped
};

// One, few (2–4 in Polish), many.
struct UnitWords {
  std::string_view one;
  std::string_view few;
  std::string_view many;
};

struct Locale {
  std::string_view tag;  // "de", "de-CH"
  NumberMarks marks;
  std::string_view money;  // # is the number, ¤ the currency's symbol
  std::string_view months[12];
  std::string_view weekdays[7];  // from Sunday
  // d day, dd two digits, MM month in two digits, MMMM its name, yyyy, EEEE weekday; other letters in quotes.
  std::string_view short_date;
  std::string_view long_date;
  std::string_view full_date;
  std::string_view time;           // H, HH, h, mm, a
  std::string_view date_and_time;  // # is the date, @ the time
  std::string_view list_separator;
  std::string_view last_separator;
  UnitWords units[4];  // day, hour, minute, second
  bool spaced_units;   // "2 hours", not "2時間"
};

// The exact tag, then its language, then English.
[[nodiscard]] const Locale& locale_of(std::string_view tag);
[[nodiscard]] std::span<const Locale> locales();

// "€", "zł"; the code itself when it has no symbol that is clear everywhere.
[[nodiscard]] std::string_view currency_symbol(std::string_view code, const Locale& locale);

}  // namespace parley::expr
