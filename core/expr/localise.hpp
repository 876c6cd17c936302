// Values as people of a language write them. Pure; the language is a BCP 47 tag, see locales.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "base/value.hpp"
#include "expr/decimal.hpp"
#include "expr/locales.hpp"
#include "expr/money.hpp"

namespace parley::expr {

// "1,234.50", with the decimal's own digits.
[[nodiscard]] std::string localised(const Decimal& number, const Locale& locale);
// "€1,234.50", "1.234,50 €".
[[nodiscard]] std::string localised(const Money& money, const Locale& locale);
// "1 hour and 30 minutes".
[[nodiscard]] std::string localised(Duration duration, const Locale& locale);

enum class DateStyle : std::uint8_t { numeric, words, weekday };
[[nodiscard]] std::string localised_date(const CivilTime& day, DateStyle style, const Locale& locale);
[[nodiscard]] std::string localised_time(const CivilTime& time, const Locale& locale);
[[nodiscard]] std::string localised_date_and_time(
    const CivilTime& time, DateStyle style, const Locale& locale
);

// Any value: numbers, amounts and times as above, what has no form of its own as display() shows it.
[[nodiscard]] std::string localised(const Value& value, const Locale& locale);

}  // namespace parley::expr
