// What is known of currencies (ISO 4217).
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace parley {

// Digits after the decimal mark in everyday amounts: 2 for EUR, 0 for JPY, 3 for KWD.
[[nodiscard]] constexpr std::int32_t minor_digits(std::string_view currency) {
  constexpr std::string_view kNone[] = {
      "BIF",
      "CLP",
      "DJF",
      "GNF",
      "ISK",
      "JPY",
      "KMF",
      "KRW",
      "PYG",
      "RWF",
      "UGX",
      "VND",
      "VUV",
      "XAF",
      "XOF",
      "XPF"
  };
  constexpr std::string_view kThree[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  if (std::ranges::find(kNone, currency) != std::end(kNone)) return 0;
  return std::ranges::find(kThree, currency) != std::end(kThree) ? 3 : 2;
}

// Three capital letters.
[[nodiscard]] constexpr bool is_currency_code(std::string_view text) {
  return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace parley
