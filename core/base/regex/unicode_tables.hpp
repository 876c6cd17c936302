// Code points by Unicode general category, for \p{…} in regular expressions.
#pragma once

#include <span>
#include <string_view>

namespace parley {

struct CodePointRange {
  char32_t first;
  char32_t last;

  bool operator==(const CodePointRange&) const = default;
};

// Sorted, disjoint ranges of a category or property by short or long name ("Lu", "Uppercase_Letter",
// "White_Space"…); empty for unknown names.
[[nodiscard]] std::span<const CodePointRange> unicode_property(std::string_view name);

}  // namespace parley
