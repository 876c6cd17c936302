// Which known name was probably meant, for "did you mean" hints and typo-tolerant choices.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace parley {

// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`, each counted once, by
// code point (optimal string alignment). Stops early: any distance above `limit` is reported as limit + 1.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

// The candidate closest to `name`, letter case aside; empty when none is within a third of the name's length
// (at least one edit, at most three). Of equally close ones the first. The view points into `candidates`.
[[nodiscard]] std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);
[[nodiscard]] std::string_view nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace parley
