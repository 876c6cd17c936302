#include "expr/decimal.hpp"

#include <algorithm>
#include <charconv>

#include "expr/numbers.hpp"

namespace parley::expr {
namespace {

__extension__ using Wide = __int128;

constexpr int kMaxDigits = 36;  // so that two of them still add up inside 128 bits

constexpr Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

constexpr Wide kLimit = power_of_ten(kMaxDigits);

Wide magnitude(Wide number) {
  return number < 0 ? -number : number;
}

int count_digits(Wide number) {
  int count = 0;
  for (Wide left = magnitude(number); left > 0; left /= 10) ++count;
  return count;
}

std::optional<Wide> scaled(Wide number, int by) {
  if (number == 0) return 0;
  if (count_digits(number) + by > kMaxDigits) return std::nullopt;
  return number * power_of_ten(by);
}

}  // namespace

std::optional<Decimal> Decimal::checked(Wide coefficient, int scale) {
  if (magnitude(coefficient) >= kLimit || scale > kMaxScale) return std::nullopt;
  return Decimal(coefficient, scale);
}

Decimal Decimal::of(std::int64_t number) {
  return Decimal(number, 0);
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  if (std::size_t at = text.find_first_of("eE"); at != std::string_view::npos) {
    std::string_view digits = text.substr(at + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (status != std::errc{} || end != digits.data() + digits.size() || std::abs(exponent) > kMaxDigits) {
      return std::nullopt;
    }
    text = text.substr(0, at);
  }
  Wide coefficient = 0;
  int scale = 0;
  bool any = false;
  bool fraction = false;
  for (char c : text) {
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    coefficient = coefficient * 10 + (c - '0');
    if (fraction) ++scale;
    if (coefficient >= kLimit || scale > kMaxDigits) return std::nullopt;
  }
  if (!any) return std::nullopt;
  if (negative) coefficient = -coefficient;
  scale -= exponent;
  if (scale >= 0) return checked(coefficient, scale);
  std::optional<Wide> whole = scaled(coefficient, -scale);
  return whole ? checked(*whole, 0) : std::nullopt;
}

std::optional<Decimal> Decimal::of_value(const Value& value) {
  if (value.is_int()) return of(value.as_int());
  if (value.is_uint()) return parse(std::to_string(value.as_uint()));
  if (value.is_double()) return parse(shortest(value.as_double()));
  if (value.is_string()) return parse(value.as_string());
  return std::nullopt;
}

std::string Decimal::to_text() const {
  std::string digits;
  for (Wide left = magnitude(coefficient_); left > 0; left /= 10) {
    digits += static_cast<char>('0' + static_cast<int>(left % 10));
  }
  while (static_cast<int>(digits.size()) <= scale_) digits += '0';
  if (scale_ > 0) digits.insert(static_cast<std::size_t>(scale_), ".");
  if (coefficient_ < 0) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

Decimal Decimal::negated() const {
  return Decimal(-coefficient_, scale_);
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  int scale = std::max(scale_, other.scale_);
  std::optional<Wide> left = scaled(coefficient_, scale - scale_);
  std::optional<Wide> right = scaled(other.coefficient_, scale - other.scale_);
  if (!left || !right) return std::nullopt;
  return checked(*left + *right, scale);
}

std::optional<Decimal> Decimal::times(const Decimal& other) const {
  if (count_digits(coefficient_) + count_digits(other.coefficient_) > kMaxDigits) return std::nullopt;
  int scale = scale_ + other.scale_;
  Decimal product(coefficient_ * other.coefficient_, scale);
  return scale > kMaxScale ? product.rounded(kMaxScale) : product;
}

Decimal::Wide Decimal::divide_half_even(Wide dividend, Wide divisor) {
  Wide quotient = dividend / divisor;
  Wide rest = magnitude(dividend % divisor);
  Wide half = magnitude(divisor) - rest;
  bool up = rest > half || (rest == half && quotient % 2 != 0);
  if (!up) return quotient;
  return (dividend < 0) == (divisor < 0) ? quotient + 1 : quotient - 1;
}

std::optional<Decimal> Decimal::divided_by(const Decimal& other, int scale) const {
  if (other.is_zero()) return std::nullopt;
  // (c1 / 10^s1) / (c2 / 10^s2) = c1 × 10^(scale - s1 + s2) / c2, at this scale.
  int shift = scale - scale_ + other.scale_;
  std::optional<Wide> dividend = scaled(coefficient_, std::max(shift, 0));
  std::optional<Wide> divisor = scaled(other.coefficient_, std::max(-shift, 0));
  if (!dividend || !divisor) return std::nullopt;
  return checked(divide_half_even(*dividend, *divisor), scale);
}

std::optional<Decimal> Decimal::rounded(int scale) const {
  if (scale >= scale_) {
    std::optional<Wide> wider = scaled(coefficient_, scale - scale_);
    return wider ? checked(*wider, scale) : std::nullopt;
  }
  return checked(divide_half_even(coefficient_, power_of_ten(std::min(scale_ - scale, kMaxDigits))), scale);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  int scale = std::max(a.scale_, b.scale_);
  std::optional<Wide> left = scaled(a.coefficient_, scale - a.scale_);
  std::optional<Wide> right = scaled(b.coefficient_, scale - b.scale_);
  if (left && right) return *left <=> *right;
  // Only a very large number cannot be scaled, and it is farther from zero than the other.
  if (!left) return a.is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
  return b.is_negative() ? std::strong_ordering::greater : std::strong_ordering::less;
}

}  // namespace parley::expr
