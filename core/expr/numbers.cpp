#include "expr/numbers.hpp"

#include <charconv>
#include <cmath>

#include "base/decimal.hpp"

namespace parley::expr {
namespace {

std::string_view not_finite(double number) {
  if (std::isnan(number)) return "NaN";
  return number > 0 ? "Infinity" : "-Infinity";
}

template <typename... Format>
std::string written(double number, Format... format) {
  if (!std::isfinite(number)) return std::string(not_finite(number));
  char buffer[512];  // 309 digits before the point, at most 100 after it
  char* end = std::to_chars(buffer, buffer + sizeof(buffer), number, format...).ptr;
  return {buffer, end};
}

// More than JSON's grammar: a plus sign, and a point without digits on one side.
bool is_decimal(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  auto digits = [&] {
    std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - from;
  };
  std::size_t count = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    count += digits();
  }
  if (count == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

}  // namespace

std::optional<double> parse_double(std::string_view text) {
  if (text == "NaN") return NAN;
  if (text == "Infinity" || text == "+Infinity") return INFINITY;
  if (text == "-Infinity") return -INFINITY;
  if (!is_decimal(text)) return std::nullopt;
  return round_decimal(text[0] == '+' ? text.substr(1) : text);
}

std::string shortest(double number) {
  return written(number);
}

std::string fixed(double number, int precision) {
  return written(number, std::chars_format::fixed, precision);
}

std::string scientific(double number, int precision) {
  return written(number, std::chars_format::scientific, precision);
}

}  // namespace parley::expr
