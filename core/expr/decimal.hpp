// Exact decimal numbers, for money. Never through doubles: a double counts as the shortest text that reads
// back as it, which is what its author wrote.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace parley::expr {

// coefficient / 10^scale, of at most 36 digits; operations give nothing when the result has more.
class Decimal {
 public:
  static constexpr int kMaxScale = 18;

  Decimal() = default;
  [[nodiscard]] static Decimal of(std::int64_t number);
  // "12", "-0.50", "1e3". Nothing for other texts, and for too many digits.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);
  // Of an int, uint, double or text.
  [[nodiscard]] static std::optional<Decimal> of_value(const Value& value);

  [[nodiscard]] int scale() const { return scale_; }
  [[nodiscard]] bool is_zero() const { return coefficient_ == 0; }
  [[nodiscard]] bool is_negative() const { return coefficient_ < 0; }
  // With exactly scale() digits after the point.
  [[nodiscard]] std::string to_text() const;

  [[nodiscard]] Decimal negated() const;
  [[nodiscard]] std::optional<Decimal> plus(const Decimal& other) const;
  [[nodiscard]] std::optional<Decimal> times(const Decimal& other) const;
  // Rounded half to even to `scale` digits. Nothing also for division by zero.
  [[nodiscard]] std::optional<Decimal> divided_by(const Decimal& other, int scale) const;
  [[nodiscard]] std::optional<Decimal> rounded(int scale) const;  // also adds zeros

  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
  friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

 private:
  __extension__ using Wide = __int128;
  Decimal(Wide coefficient, int scale) : coefficient_(coefficient), scale_(scale) {}
  [[nodiscard]] static std::optional<Decimal> checked(Wide coefficient, int scale);
  [[nodiscard]] static Wide divide_half_even(Wide dividend, Wide divisor);

  Wide coefficient_ = 0;
  int scale_ = 0;
};

}  // namespace parley::expr
