#include "language/classifier/features.hpp"

#include <algorithm>
#include <string>

#include "base/murmur3.hpp"
#include "language/tokens.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

constexpr std::size_t kMostTokens = 400;  // of a message; beyond it nothing new is said about an intent
constexpr int kShortestPiece = 3;
constexpr int kLongestPiece = 5;
constexpr std::string_view kStart = "<s>";
constexpr std::string_view kEnd = "</s>";

bool is_vowel(char c) {
  return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string_view without_ending(std::string_view word, std::string_view ending, std::size_t least) {
  if (word.size() < ending.size() + least || !word.ends_with(ending)) return word;
  return word.substr(0, word.size() - ending.size());
}

class Counter {
 public:
  explicit Counter(std::string_view language) : language_(language) { hashes_.reserve(256); }

  void add_word(std::string_view word) {
    stems_.push_back(hash(stem(word, language_), Block::words));
    add_pieces(word);
  }

  FeatureCounts finish() {
    FeatureCounts counts;
    counts.reserve(hashes_.size() + 4 * stems_.size() + 2);
    for (const std::uint32_t each : stems_) counts.push_back({each, 1, Block::words});
    merge(counts, 0);
    std::size_t begin = counts.size();
    add_pairs(counts);
    merge(counts, begin);
    begin = counts.size();
    for (const std::uint32_t each : hashes_) counts.push_back({each, 1, Block::characters});
    merge(counts, begin);
    return counts;
  }

 private:
  static std::uint32_t hash(std::string_view bytes, Block block) {
    return murmur3_32(bytes, static_cast<std::uint32_t>(block) + 1);
  }

  static std::uint32_t hash_pair(std::uint32_t first, std::uint32_t second, std::uint32_t distance) {
    std::uint64_t mixed =
        (static_cast<std::uint64_t>(first) << 32 | second) + distance * 0x9E37'79B9'7F4A'7C15;
    mixed = (mixed ^ (mixed >> 31)) * 0x7FB5'D329'728E'A185;
    mixed = (mixed ^ (mixed >> 27)) * 0x81DA'DEF4'BC2D'D44D;
    return static_cast<std::uint32_t>(mixed >> 32);
  }

  void add_pairs(FeatureCounts& counts) const {
    std::vector<std::uint32_t> around;
    around.reserve(stems_.size() + 2);
    around.push_back(hash(kStart, Block::pairs));
    around.insert(around.end(), stems_.begin(), stems_.end());
    around.push_back(hash(kEnd, Block::pairs));
    for (std::size_t i = 0; i + 1 < around.size(); ++i) {
      for (std::size_t distance = 1; distance <= 3 && i + distance < around.size(); ++distance) {
        const auto skipped = static_cast<std::uint32_t>(distance);
        counts.push_back({hash_pair(around[i], around[i + distance], skipped), 1, Block::pairs});
      }
    }
  }

  void add_pieces(std::string_view word) {
    padded_.assign(1, ' ');
    padded_ += word;
    padded_ += ' ';
    places_.clear();
    for (std::size_t i = 0; i < padded_.size(); ++i) {
      if (!is_continuation(padded_[i])) places_.push_back(i);
    }
    const std::size_t length = places_.size();
    places_.push_back(padded_.size());
    const std::string_view padded = padded_;
    for (std::size_t size = kShortestPiece; size <= kLongestPiece; ++size) {
      for (std::size_t at = 0; at + size <= length; ++at) {
        const std::string_view piece = padded.substr(places_[at], places_[at + size] - places_[at]);
        hashes_.push_back(hash(piece, Block::characters));
      }
      if (length < size) {  // a short word whole, once
        hashes_.push_back(hash(padded, Block::characters));
        break;
      }
    }
  }

  // The rows from `begin` on, sorted and counted.
  static void merge(FeatureCounts& counts, std::size_t begin) {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(first, counts.end(), [](const FeatureCount& a, const FeatureCount& b) {
      return a.feature < b.feature;
    });
    std::size_t kept = begin;
    for (std::size_t i = begin; i < counts.size(); ++i) {
      if (kept > begin && counts[kept - 1].feature == counts[i].feature) {
        if (counts[kept - 1].count < 0xFFFF) ++counts[kept - 1].count;
      } else {
        counts[kept++] = counts[i];
      }
    }
    counts.resize(kept);
  }

  std::string_view language_;
  std::vector<std::uint32_t> stems_;
  std::vector<std::uint32_t> hashes_;  // of pieces
  std::string padded_;
  std::vector<std::size_t> places_;
};

// Marks that carry meaning for an intent; the others are how somebody types.
bool is_telling(const Token& token) {
  if (token.kind != Token::Kind::symbol) return true;
  return token.is("$") || token.is("€") || token.is("£") || token.is("%") || token.is("?");
}

}  // namespace

std::string_view stem(std::string_view word, std::string_view language) {
  if (language != "en" || word.size() < 4) return word;
  std::string_view out = word;
  if (out.ends_with("'s")) out.remove_suffix(2);
  if (out.ends_with("ies") && out.size() > 4) {
    out.remove_suffix(2);
  } else if (out.ends_with("sses") || out.ends_with("shes") || out.ends_with("ches") ||
             out.ends_with("xes")) {
    out.remove_suffix(2);
  } else if (out.ends_with('s') && !out.ends_with("ss") && !out.ends_with("us") && out.size() > 3) {
    out.remove_suffix(1);
  }
  const std::size_t before = out.size();
  out = without_ending(out, "ing", 3);
  if (out.size() == before) out = without_ending(out, "ed", 3);
  if (out.size() == before) out = without_ending(out, "ly", 3);
  if (out.size() > 3 && out[out.size() - 1] == out[out.size() - 2] && !is_vowel(out.back()) &&
      out.size() < before) {
    out.remove_suffix(1);
  }
  if (out.size() > 3 && out.ends_with('e')) out.remove_suffix(1);
  if (out.size() > 3 && out.ends_with('y')) out = word.substr(0, out.size() - 1);
  if (out.size() > 3 && out.ends_with('i')) out.remove_suffix(1);
  return out;
}

FeatureCounts features_of(std::string_view text, std::string_view locale) {
  const Vocabulary& words = vocabulary_for(locale);
  Counter counter(words.language);
  std::size_t taken = 0;
  for (const Token& token : tokenise(text)) {
    if (!is_telling(token)) continue;
    if (++taken > kMostTokens) break;
    const Pair* row = token.is_word() ? words.contractions.find_word(token.text) : nullptr;
    std::string_view rest = row == nullptr ? std::string_view(token.text) : row->to;
    while (!rest.empty()) {
      const std::string_view word = first_word(rest);
      counter.add_word(word);
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
  }
  return counter.finish();
}

}  // namespace parley::language
