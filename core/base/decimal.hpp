// Decimal text to double, correctly rounded.
#pragma once

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

namespace parley {

// `text` is a decimal number without a plus sign; the caller has checked it. Out of range gives infinity or
// zero. libc++ 19 has no std::from_chars for doubles; strtod rounds as well there, and nobody calls
// setlocale().
[[nodiscard]] inline double round_decimal(std::string_view text) {
#if defined(__cpp_lib_to_chars)
  double real = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), real);
  if (problem == std::errc()) return real;
#endif
  return std::strtod(std::string(text).c_str(), nullptr);
}

}  // namespace parley
