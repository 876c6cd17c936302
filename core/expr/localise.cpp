#include "expr/localise.hpp"

#include <array>

#include "expr/display.hpp"
#include "expr/numbers.hpp"

namespace parley::expr {
namespace {

std::string two_digits(std::int32_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

// How often the letter at `at` is repeated.
std::size_t run_length(std::string_view pattern, std::size_t at) {
  std::size_t end = pattern.find_first_not_of(pattern[at], at);
  return (end == std::string_view::npos ? pattern.size() : end) - at;
}

std::string field(char letter, std::size_t width, const CivilTime& time, const Locale& locale) {
  const auto number = [&](std::int32_t value) {
    return width >= 2 ? two_digits(value) : std::to_string(value);
  };
  switch (letter) {
    case 'd':
      return number(time.day);
    case 'M':
      return width > 2 ? std::string(locale.months[time.month - 1]) : number(time.month);
    case 'y':
      return std::to_string(time.year);
    case 'E':
      return std::string(locale.weekdays[time.weekday]);
    case 'H':
      return number(time.hour);
    case 'h':
      return number(time.hour % 12 == 0 ? 12 : time.hour % 12);
    case 'm':
      return number(time.minute);
    default:
      return time.hour < 12 ? "AM" : "PM";
  }
}

std::string filled(std::string_view pattern, const CivilTime& time, const Locale& locale) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] == '\'') {
      std::size_t end = pattern.find('\'', at + 1);
      out += pattern.substr(at + 1, end - at - 1);
      at = end + 1;
    } else if (std::string_view("dMyEHhma").contains(pattern[at])) {
      std::size_t width = run_length(pattern, at);
      out += field(pattern[at], width, time, locale);
      at += width;
    } else {
      out += pattern[at++];
    }
  }
  return out;
}

std::string replaced(std::string text, std::string_view mark, std::string_view with) {
  if (std::size_t at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), with);
  return text;
}

std::string unquoted(std::string text) {
  std::erase(text, '\'');
  return text;
}

std::string_view word_for(std::int64_t count, const UnitWords& words, const Locale& locale) {
  bool zero_is_one = locale.tag.starts_with("fr") || locale.tag.starts_with("pt");
  if (count == 1 || (count == 0 && zero_is_one)) return words.one;
  bool few = count % 10 >= 2 && count % 10 <= 4 && !(count % 100 >= 12 && count % 100 <= 14);
  return few ? words.few : words.many;
}

std::string joined(std::span<const std::string> parts, const Locale& locale) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? locale.last_separator : locale.list_separator;
    out += parts[i];
  }
  return out;
}

std::string localised_number(const Value& value, const Locale& locale) {
  if (std::optional<Decimal> number = Decimal::of_value(value)) return localised(*number, locale);
  return value.is_double() ? shortest(value.as_double()) : display(value, locale.tag);
}

}  // namespace

std::string localised(const Decimal& number, const Locale& locale) {
  std::string digits = number.to_text();
  std::size_t begin = digits.starts_with('-') ? 1 : 0;
  std::size_t point = std::min(digits.find('.'), digits.size());
  if (point < digits.size()) digits.replace(point, 1, locale.marks.decimal);
  if (point - begin >= locale.marks.least_grouped) {
    for (std::size_t at = point; at > begin + 3;) {
      at -= 3;
      digits.insert(at, locale.marks.group);
    }
  }
  return digits;
}

std::string localised(const Money& money, const Locale& locale) {
  bool negative = money.amount.is_negative();
  std::string number = localised(negative ? money.amount.negated() : money.amount, locale);
  std::string symbol(currency_symbol(money.currency, locale));
  // A code runs into the number without a space.
  if (symbol == money.currency && locale.money == "¤#") symbol += "\u00a0";
  return (negative ? "-" : "") + replaced(replaced(std::string(locale.money), "#", number), "¤", symbol);
}

std::string localised(Duration duration, const Locale& locale) {
  constexpr std::array<std::int64_t, 3> kSeconds = {86'400, 3'600, 60};
  bool negative = duration.seconds < 0 || duration.nanos < 0;
  std::int64_t left = negative ? -duration.seconds : duration.seconds;
  std::int64_t nanos = negative ? -duration.nanos : duration.nanos;
  std::vector<std::string> parts;
  const auto add = [&](std::string number, std::int64_t count, const UnitWords& words) {
    parts.push_back(
        std::move(number) + (locale.spaced_units ? " " : "") + std::string(word_for(count, words, locale))
    );
  };
  for (std::size_t i = 0; i < kSeconds.size(); ++i) {
    std::int64_t count = left / kSeconds[i];
    left %= kSeconds[i];
    if (count > 0) add(localised(Decimal::of(count), locale), count, locale.units[i]);
  }
  if (nanos > 0) {
    std::string fraction = std::to_string(1'000'000'000 + nanos).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    std::optional<Decimal> seconds = Decimal::parse(std::to_string(left) + "." + fraction);
    add(localised(*seconds, locale), 5, locale.units[3]);
  } else if (left > 0 || parts.empty()) {
    add(localised(Decimal::of(left), locale), left, locale.units[3]);
  }
  std::string text;
  if (locale.spaced_units) {
    text = joined(parts, locale);
  } else {
    for (const std::string& part : parts) text += part;
  }
  return (negative ? "-" : "") + text;
}

std::string localised_date(const CivilTime& day, DateStyle style, const Locale& locale) {
  std::string_view pattern = style == DateStyle::numeric ? locale.short_date
                             : style == DateStyle::words ? locale.long_date
                                                         : locale.full_date;
  return filled(pattern, day, locale);
}

std::string localised_time(const CivilTime& time, const Locale& locale) {
  return filled(locale.time, time, locale);
}

std::string localised_date_and_time(const CivilTime& time, DateStyle style, const Locale& locale) {
  std::string pattern = style == DateStyle::numeric ? "# @" : unquoted(std::string(locale.date_and_time));
  std::string text = replaced(std::move(pattern), "#", localised_date(time, style, locale));
  return replaced(std::move(text), "@", localised_time(time, locale));
}

std::string localised(const Value& value, const Locale& locale) {
  if (value.is_number()) return localised_number(value, locale);
  if (value.is_duration()) return localised(value.as_duration(), locale);
  if (value.is_timestamp()) {
    return localised_date_and_time(to_civil(value.as_timestamp()), DateStyle::words, locale);
  }
  if (std::optional<Money> money = read_money(value)) {
    std::optional<Money> shown = read_money(money_value(*money));
    return localised(*shown, locale);
  }
  if (value.is_list()) {
    std::vector<std::string> parts;
    for (const Value& item : value.as_list()) parts.push_back(localised(item, locale));
    return joined(parts, locale);
  }
  return display(value, locale.tag);
}

}  // namespace parley::expr
