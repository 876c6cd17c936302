#include "language/values/number.hpp"

#include <algorithm>
#include <cmath>

namespace parley::language {
namespace {

constexpr std::int32_t kMaxScale = 18;

double power_of_ten(std::int32_t exponent) {
  double power = 1;
  for (std::int32_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

void Number::normalise() {
  while (exact && scale > 0 && digits % 10 == 0) {
    digits /= 10;
    --scale;
  }
  if (exact) real = static_cast<double>(digits) / power_of_ten(scale);
}

Number Number::of(std::int64_t integer) {
  Number number;
  number.digits = integer;
  number.real = static_cast<double>(integer);
  return number;
}

Number Number::of_digits(std::string_view whole, std::string_view fraction) {
  Number number;
  std::int32_t dropped = 0;  // digits that no longer fit; they only move the point
  for (const std::string_view part : {whole, fraction}) {
    for (const char c : part) {
      std::int64_t longer = 0;
      if (dropped > 0 || __builtin_mul_overflow(number.digits, std::int64_t{10}, &longer) ||
          __builtin_add_overflow(longer, std::int64_t{c - '0'}, &longer)) {
        ++dropped;
      } else {
        number.digits = longer;
      }
    }
  }
  constexpr std::int32_t kFarthest = 400;  // beyond the range of a double
  number.scale = static_cast<std::int32_t>(std::min<std::size_t>(fraction.size(), kFarthest));
  number.exact = dropped == 0 && number.scale <= kMaxScale;
  if (!number.exact) {
    const std::int32_t exponent = std::min(dropped, kFarthest) - number.scale;
    const auto leading = static_cast<double>(number.digits);
    number.real = exponent >= 0 ? leading * power_of_ten(exponent) : leading / power_of_ten(-exponent);
  }
  number.normalise();
  return number;
}

Number Number::times(std::int64_t factor) const {
  Number product = *this;
  product.real *= static_cast<double>(factor);
  product.exact = exact && !__builtin_mul_overflow(digits, factor, &product.digits);
  product.normalise();
  return product;
}

Number Number::divided_by(std::int64_t divisor) const {
  Number quotient = *this;
  quotient.real /= static_cast<double>(divisor);
  while (quotient.exact && quotient.digits % divisor != 0) {
    quotient.exact =
        quotient.scale < 9 && !__builtin_mul_overflow(quotient.digits, std::int64_t{10}, &quotient.digits);
    ++quotient.scale;
  }
  if (quotient.exact) quotient.digits /= divisor;
  quotient.normalise();
  return quotient;
}

Number Number::plus(const Number& other) const {
  Number a = *this;
  Number b = other;
  const double sum = a.real + b.real;
  bool fits = a.exact && b.exact;
  while (fits && a.scale < b.scale) {
    fits = !__builtin_mul_overflow(a.digits, std::int64_t{10}, &a.digits);
    ++a.scale;
  }
  while (fits && b.scale < a.scale) {
    fits = !__builtin_mul_overflow(b.digits, std::int64_t{10}, &b.digits);
    ++b.scale;
  }
  a.exact = fits && !__builtin_add_overflow(a.digits, b.digits, &a.digits);
  a.real = sum;
  a.normalise();
  a.written_as_word = written_as_word;
  return a;
}

Number Number::negated() const {
  return times(-1);
}

Value Number::to_value() const {
  if (is_integer()) return Value(digits);
  return Value(real);
}

std::string Number::to_decimal_text(std::int32_t places) const {
  Number number = *this;
  if (!exact) {  // rounded to the places asked for
    const double scaled = std::round(real * power_of_ten(places));
    constexpr double kLargest = 9e18;
    number.digits = scaled > kLargest    ? INT64_MAX
                    : scaled < -kLargest ? -INT64_MAX
                                         : static_cast<std::int64_t>(scaled);
    number.scale = places;
  }
  const bool negative = number.digits < 0;
  std::string text = std::to_string(number.digits);
  if (negative) text.erase(0, 1);
  while (text.size() <= static_cast<std::size_t>(number.scale)) text.insert(text.begin(), '0');
  if (number.scale > 0) text.insert(text.size() - static_cast<std::size_t>(number.scale), ".");
  if (places > number.scale) {
    if (number.scale == 0) text += '.';
    text.append(static_cast<std::size_t>(places - number.scale), '0');
  }
  return negative ? "-" + text : text;
}

}  // namespace parley::language
