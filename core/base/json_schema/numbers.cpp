#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/json_schema/program.hpp"

namespace parley {
namespace {

int sign_of(bool less, bool greater) {
  return less ? -1 : (greater ? 1 : 0);
}

int compare_int_double(std::int64_t integer, double real) {
  if (real >= 9223372036854775808.0) return -1;
  if (real < -9223372036854775808.0) return 1;
  auto whole = static_cast<std::int64_t>(real);
  if (integer != whole) return integer < whole ? -1 : 1;
  double fraction = real - static_cast<double>(whole);
  return sign_of(fraction > 0, fraction < 0);
}

int compare_uint_double(std::uint64_t integer, double real) {
  if (real < 0) return 1;
  if (real >= 18446744073709551616.0) return -1;
  auto whole = static_cast<std::uint64_t>(real);
  if (integer != whole) return integer < whole ? -1 : 1;
  return sign_of(real > static_cast<double>(whole), false);
}

// A number as digits × 10^exponent, from its shortest decimal form: 0.0075 is 75e-4, as the author wrote it.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal_of(const Value& number) {
  if (number.is_uint()) return {number.as_uint(), 0};
  if (number.is_int()) {
    std::int64_t integer = number.as_int();
    auto bits = static_cast<std::uint64_t>(integer);
    return {integer < 0 ? 0 - bits : bits, 0};
  }
  char buffer[32];
  double magnitude = std::fabs(number.as_double());
  char* end = std::to_chars(buffer, buffer + sizeof(buffer), magnitude, std::chars_format::scientific).ptr;
  Decimal decimal;
  bool after_point = false;
  char* at = buffer;
  for (; *at != 'e'; ++at) {
    if (*at == '.') {
      after_point = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (after_point) --decimal.exponent;
  }
  int exponent = 0;
  std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
  decimal.exponent += exponent;
  return decimal;
}

std::uint64_t add_modulo(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
  return a >= modulus - b ? a - (modulus - b) : a + b;
}

}  // namespace

int compare_numbers(const Value& a, const Value& b) {
  if (a.is_double() && b.is_double())
    return sign_of(a.as_double() < b.as_double(), a.as_double() > b.as_double());
  if (a.is_double()) return -compare_numbers(b, a);
  if (b.is_double()) {
    return a.is_int() ? compare_int_double(a.as_int(), b.as_double())
                      : compare_uint_double(a.as_uint(), b.as_double());
  }
  if (a.is_int() && b.is_int()) return sign_of(a.as_int() < b.as_int(), a.as_int() > b.as_int());
  if (a.is_uint() && b.is_uint()) return sign_of(a.as_uint() < b.as_uint(), a.as_uint() > b.as_uint());
  if (a.is_uint()) return -compare_numbers(b, a);
  return sign_of(std::cmp_less(a.as_int(), b.as_uint()), std::cmp_greater(a.as_int(), b.as_uint()));
}

bool is_whole(const Value& number) {
  return !number.is_double() ||
         (std::isfinite(number.as_double()) && number.as_double() == std::trunc(number.as_double()));
}

bool is_multiple_of(const Value& number, const Value& divisor) {
  if (number.is_double() && !std::isfinite(number.as_double())) return false;
  Decimal a = decimal_of(number);
  Decimal b = decimal_of(divisor);
  if (a.digits == 0) return true;
  while (b.digits % 10 == 0) {  // so that the branch below sees the divisor's smallest digits
    b.digits /= 10;
    ++b.exponent;
  }
  // a·10^x is a multiple of b·10^y: for x ≥ y compute a·10^(x-y) mod b, else b·10^(y-x) must divide a.
  std::uint64_t rest = a.digits % b.digits;
  if (a.exponent < b.exponent) {
    if (rest != 0) return false;
    std::uint64_t quotient = a.digits / b.digits;
    for (int i = a.exponent; i < b.exponent; ++i, quotient /= 10) {
      if (quotient % 10 != 0) return false;
    }
    return true;
  }
  for (int i = b.exponent; i < a.exponent && rest != 0; ++i) {
    std::uint64_t sum = 0;
    for (int tenth = 0; tenth < 10; ++tenth) sum = add_modulo(sum, rest, b.digits);
    rest = sum;
  }
  return rest == 0;
}

}  // namespace parley
