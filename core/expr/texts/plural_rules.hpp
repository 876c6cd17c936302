// Plural rules of languages, from Unicode CLDR 48: which form of a text a number takes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/value.hpp"

namespace parley::expr {

enum class PluralCategory : std::uint8_t { zero, one, two, few, many, other };

[[nodiscard]] std::string_view name(PluralCategory category);
[[nodiscard]] std::optional<PluralCategory> plural_category(std::string_view name);

enum class PluralKind : std::uint8_t { cardinal, ordinal };  // "3 pizzas", "the 3rd pizza"

// The number as its digits show it: in English 1 is one and 1.0 is not. Text that is a decimal number counts
// as one. Nothing when the value is not a number.
struct PluralOperands {
  double n = 0;         // absolute value
  std::uint64_t i = 0;  // whole part
  std::uint32_t v = 0;  // digits after the decimal mark
  std::uint64_t t = 0;  // those digits without trailing zeros
};
[[nodiscard]] std::optional<PluralOperands> plural_operands(const Value& number);

// Unknown languages follow English.
[[nodiscard]] PluralCategory plural_category(
    std::string_view locale, PluralKind kind, const PluralOperands& number
);

// The categories that whole numbers below a million can take in a language: what its translators must write.
// Empty for a language without rules here.
[[nodiscard]] std::span<const PluralCategory> plural_categories(std::string_view locale, PluralKind kind);

}  // namespace parley::expr
