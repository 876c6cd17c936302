// Values as the public suite of spoken values writes them, so that a checker can compare line by line:
// ["NumeralValue", 12], ["simple", "Dollar", 10], ["between", "Gram", [2, 7], …],
// ["datetime", [year, month, day, hour, minute, second], "Minute"]. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/extract.hpp"

namespace parley::cli {

struct NotedValue {
  std::string_view dimension;  // in the suite's words: "AmountOfMoney"
  Value value;
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;
};

// The suite's name of a dimension, from it or from ours ("money"); empty when there is no such dimension.
[[nodiscard]] std::string_view dimension_noted(std::string_view name);
[[nodiscard]] std::vector<std::string_view> noted_dimensions();

struct NotationOptions {
  bool latent = false;      // bare numbers too
  std::string_view locale;  // as given ("EN_GB"); decides whose dollars coins are
};

[[nodiscard]] std::vector<NotedValue> noted_values(
    std::string_view dimension,
    std::string_view text,
    const language::Circumstances& circumstances,
    const NotationOptions& options
);

// The user's own currency in a locale's country: "USD" when it is not known.
[[nodiscard]] std::string_view currency_of(std::string_view locale);

}  // namespace parley::cli
