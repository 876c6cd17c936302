// A text as a vector without a model: its words and pieces of words, each hashed to one of
// the dimensions with a sign. Near are texts that share words, also mistyped and inflected ones; not texts
// that mean the same in other words. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace parley::language {

inline constexpr std::size_t kHashedDimensions = 384;

// Of length 1; of nothing but zeros for a text without words.
[[nodiscard]] std::vector<float> hashed_vector(std::string_view text, std::string_view locale = "en");

}  // namespace parley::language
