// Doubles as text, both ways, the same on every platform.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::expr {

// The whole text as a number; "NaN", "Infinity" and "-Infinity" too. Out of range becomes ±infinity.
[[nodiscard]] std::optional<double> parse_double(std::string_view text);

// The shortest text that reads back as the same double: "1", "0.1", "1e+23", "NaN", "Infinity".
[[nodiscard]] std::string shortest(double number);
// With exactly `precision` digits after the point; 'e' gives an exponent of at least two digits.
[[nodiscard]] std::string fixed(double number, int precision);
[[nodiscard]] std::string scientific(double number, int precision);

}  // namespace parley::expr
