// A number as people write it: an exact decimal where possible ("12.50", "two and a half"), else the nearest
// double ("1/3").
#pragma once

#include <cstdint>
#include <string>

#include "base/value.hpp"

namespace parley::language {

struct Number {
  std::int64_t digits = 0;  // the value is digits / 10^scale while `exact`
  std::int32_t scale = 0;
  bool exact = true;
  double real = 0;
  bool written_as_word = false;

  [[nodiscard]] static Number of(std::int64_t integer);
  // From decimal digits without sign or separators; inexact beyond 18 of them.
  [[nodiscard]] static Number of_digits(std::string_view whole, std::string_view fraction = {});

  [[nodiscard]] Number times(std::int64_t factor) const;
  [[nodiscard]] Number divided_by(std::int64_t divisor) const;
  [[nodiscard]] Number plus(const Number& other) const;
  [[nodiscard]] Number negated() const;

  [[nodiscard]] bool is_integer() const { return exact && scale == 0; }
  [[nodiscard]] Value to_value() const;  // int where it is one, else double
  // "12.50": at least `places` digits after the point, more if the number has them.
  [[nodiscard]] std::string to_decimal_text(std::int32_t places) const;

 private:
  void normalise();
};

}  // namespace parley::language
