// format.number, format.money, format.date…: values as people of a language write them.
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "base/zones.hpp"
#include "expr/functions.hpp"
#include "expr/localise.hpp"
#include "expr/operators.hpp"

namespace parley::expr {
namespace {

// Argument `index` as text, or the default when it was not given; null when it is no text.
std::optional<std::string_view> option(const Call& call, std::size_t index, std::string_view fallback) {
  if (call.count() <= index) return fallback;
  if (!call[index].is_string()) return std::nullopt;
  return call[index].as_string();
}

Outcome finish(Call& call, const std::string& text) {
  if (!call.afford(text.size())) return Outcome::failed;
  return call.give(text);
}

Outcome number(Call& call) {
  std::optional<std::string_view> locale = option(call, 1, "en");
  bool fits =
      locale && (call[0].is_number() || call[0].is_string()) && (call.count() < 3 || call[2].is_int());
  if (!fits) return Outcome::no_overload;
  std::optional<Decimal> decimal = Decimal::of_value(call[0]);
  if (!decimal && call[0].is_string()) return call.fail("the text is not a decimal number");
  if (decimal && call.count() == 3) {
    std::int64_t digits = call[2].as_int();
    if (digits < 0 || digits > Decimal::kMaxScale) return call.fail("the digits are from 0 to 18");
    decimal = decimal->rounded(static_cast<int>(digits));
  }
  // What is no ordinary number has the same form everywhere.
  return finish(
      call, decimal ? localised(*decimal, locale_of(*locale)) : localised(call[0], locale_of(*locale))
  );
}

Outcome money(Call& call) {
  std::optional<std::string_view> locale = option(call, 1, "en");
  if (!locale || !is_money(call[0])) return Outcome::no_overload;
  return finish(call, localised(call[0], locale_of(*locale)));
}

std::optional<DateStyle> style_of(std::string_view name) {
  if (name == "short") return DateStyle::numeric;
  if (name == "long") return DateStyle::words;
  if (name == "full") return DateStyle::weekday;
  return std::nullopt;
}

// A timestamp in a zone, or what a date or time slot holds: "2026-11-23", "18:30". Nothing when it is
// neither.
std::optional<CivilTime> civil_of(const Value& value, std::string_view zone, std::string& problem) {
  if (value.is_timestamp()) {
    std::optional<std::int32_t> offset = utc_offset(zone, value.as_timestamp());
    if (offset) return to_civil(value.as_timestamp(), *offset);
    problem = "there is no time zone '" + std::string(zone) + "'";
    return std::nullopt;
  }
  std::string text(value.as_string());
  bool is_time = text.size() == 5 && text[2] == ':';
  Result<Timestamp> read = parse_timestamp(is_time ? "1970-01-01T" + text + ":00Z" : text + "T00:00:00Z");
  if (read) return to_civil(*read);
  problem = "the text is neither a date such as 2026-11-23 nor a time such as 18:30";
  return std::nullopt;
}

template <typename Write>
Outcome date_like(Call& call, Write write) {
  std::optional<std::string_view> locale = option(call, 1, "en");
  std::optional<std::string_view> style = option(call, 2, "long");
  std::optional<std::string_view> zone = option(call, 3, "UTC");
  bool fits = (call[0].is_timestamp() || call[0].is_string()) && locale && style && zone;
  if (!fits) return Outcome::no_overload;
  std::optional<DateStyle> wanted = style_of(*style);
  if (!wanted) return call.fail("the style is 'short', 'long' or 'full'");
  std::string problem;
  std::optional<CivilTime> time = civil_of(call[0], *zone, problem);
  if (!time) return call.fail(problem);
  return finish(call, write(*time, *wanted, locale_of(*locale)));
}

Outcome date(Call& call) {
  return date_like(call, localised_date);
}
Outcome date_and_time(Call& call) {
  if (!call[0].is_timestamp()) return Outcome::no_overload;
  return date_like(call, localised_date_and_time);
}

Outcome time(Call& call) {
  std::optional<std::string_view> locale = option(call, 1, "en");
  std::optional<std::string_view> zone = option(call, 2, "UTC");
  bool fits = (call[0].is_timestamp() || call[0].is_string()) && locale && zone;
  if (!fits) return Outcome::no_overload;
  std::string problem;
  std::optional<CivilTime> civil = civil_of(call[0], *zone, problem);
  if (!civil) return call.fail(problem);
  return finish(call, localised_time(*civil, locale_of(*locale)));
}

Outcome duration(Call& call) {
  std::optional<std::string_view> locale = option(call, 1, "en");
  if (!locale || !call[0].is_duration()) return Outcome::no_overload;
  return finish(call, localised(call[0].as_duration(), locale_of(*locale)));
}

Outcome list(Call& call) {
  std::optional<std::string_view> locale = option(call, 1, "en");
  if (!locale || !call[0].is_list()) return Outcome::no_overload;
  if (!weigh(call[0], call.budget())) return Outcome::failed;
  return finish(call, localised(call[0], locale_of(*locale)));
}

constexpr Function kFunctions[] = {
    {"format.number",
     Style::global,
     "number -> string; number, string -> string; number, string, int -> string; "
     "string -> string; string, string -> string; string, string, int -> string",
     number,
     "format.number(number, 'de') or format.number(number, 'de', digits)",
     "A number or decimal text as a language writes it, with so many digits after the mark.",
     "format.number(1234.5, 'de', 2) → '1.234,50'"},
    {"format.money",
     Style::global,
     "money -> string; money, string -> string",
     money,
     "format.money(amount, 'de')",
     "An amount of money as a language writes it.",
     "format.money(money('1234.50', 'EUR'), 'en') → '€1,234.50'"},
    {"format.date",
     Style::global,
     "timestamp -> string; timestamp, string -> string; timestamp, string, string -> string; "
     "timestamp, string, string, string -> string; string -> string; string, string -> string; "
     "string, string, string -> string; string, string, string, string -> string",
     date,
     "format.date(time or '2026-11-23', 'de', 'short', 'long' or 'full', 'Europe/Berlin')",
     "The day in a language; a time counts in UTC unless a zone is given.",
     "format.date('2026-11-23', 'de') → '23. November 2026'"},
    {"format.time",
     Style::global,
     "timestamp -> string; timestamp, string -> string; timestamp, string, string -> string; "
     "string -> string; string, string -> string; string, string, string -> string",
     time,
     "format.time(time or '18:30', 'de', 'Europe/Berlin')",
     "The time of day in a language.",
     "format.time('18:30', 'en') → '6:30 PM'"},
    {"format.datetime",
     Style::global,
     "timestamp -> string; timestamp, string -> string; timestamp, string, string -> string; "
     "timestamp, string, string, string -> string",
     date_and_time,
     "format.datetime(time, 'de', 'short', 'long' or 'full', 'Europe/Berlin')",
     "Day and time in a language.",
     "format.datetime(timestamp('2026-11-23T17:30:00Z'), 'fr', 'long', 'Europe/Paris') → "
     "'23 novembre 2026 à 18:30'"},
    {"format.duration",
     Style::global,
     "duration -> string; duration, string -> string",
     duration,
     "format.duration(duration, 'de')",
     "A span of time in words.",
     "format.duration(duration('90m'), 'en') → '1 hour and 30 minutes'"},
    {"format.list",
     Style::global,
     "list(A) -> string; list(A), string -> string",
     list,
     "format.list(list, 'de')",
     "The elements as a language lists them.",
     "format.list(['a', 'b', 'c'], 'es') → 'a, b y c'"},
};

}  // namespace

std::span<const Function> format_functions() {
  return kFunctions;
}

}  // namespace parley::expr
