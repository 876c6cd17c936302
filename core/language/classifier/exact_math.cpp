#include "language/classifier/exact_math.hpp"

#include <bit>
#include <cstdint>

namespace parley::language {
namespace {

constexpr double kLog2E = 1.4426950408889634;
// ln 2 in two parts: the first has enough zero bits at its end that a product with an exponent is exact.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kSqrt2 = 1.4142135623730951;

}  // namespace

double exact_exp(double x) {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  const double scaled = x * kLog2E;
  const auto power = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double r = (x - static_cast<double>(power) * kLn2High) - static_cast<double>(power) * kLn2Low;
  constexpr int kTerms = 13;  // |r| < 0.35: the next term is below 1e-17
  double sum = 1;
  for (int term = kTerms; term > 0; --term) sum = 1 + sum * r / term;
  return sum * std::bit_cast<double>(static_cast<std::uint64_t>(power + 1023) << 52);
}

double exact_log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto power = static_cast<std::int64_t>(bits >> 52) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0x000F'FFFF'FFFF'FFFF) | 0x3FF0'0000'0000'0000);
  if (mantissa > kSqrt2) {
    mantissa /= 2;
    ++power;
  }
  const double s = (mantissa - 1) / (mantissa + 1);
  const double square = s * s;
  double sum = 0;
  for (int odd = 21; odd > 0; odd -= 2) sum = sum * square + 1.0 / odd;  // |s| < 0.172
  const auto times = static_cast<double>(power);
  return times * kLn2High + (times * kLn2Low + 2 * s * sum);
}

}  // namespace parley::language
