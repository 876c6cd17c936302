// What the classifier sees of a text: hashed counts of word stems, of pairs of stems, and of pieces of words.
//
//   words       stems of words, digits, currency signs and "%" and "?"
//   pairs       two stems in a row, with the edges of the text as words; and with one or two words between
//   characters  3 to 5 code points in a row of each word with a space at both ends: what survives a typo
//
// A feature is 32 bits: MurmurHash3 with the block as seed. Collisions are harmless and rare. Any bytes are
// accepted. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace parley::language {

enum class Block : std::uint8_t { words, pairs, characters };
inline constexpr int kBlocks = 3;

struct FeatureCount {
  std::uint32_t feature = 0;
  std::uint16_t count = 0;  // in the text; saturates
  Block block = Block::words;
};

// Sorted by block, then feature; no feature twice.
using FeatureCounts = std::vector<FeatureCount>;

[[nodiscard]] FeatureCounts features_of(std::string_view text, std::string_view locale);

// A lower-case word without the commonest endings of its language; a word of another language as it is.
// "orders", "ordered", "ordering" → "order". Never empty for a word that is not.
[[nodiscard]] std::string_view stem(std::string_view word, std::string_view language);

}  // namespace parley::language
