// What texts are found by: the hashed stems of their words, without words that say nothing. Pure;
// thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace parley::language {

// In the order of the text, as often as they stand there. 32 bits: collisions are harmless and rare.
using Terms = std::vector<std::uint32_t>;

// At most kMostTerms; what stands behind them is not found.
inline constexpr std::size_t kMostTerms = 4000;
[[nodiscard]] Terms terms_of(std::string_view text, std::string_view locale = "en");

}  // namespace parley::language
