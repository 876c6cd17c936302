#include "language/tool_search/tool_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/murmur3.hpp"
#include "base/utf8.hpp"
#include "language/classifier/features.hpp"
#include "language/stop_words.hpp"
#include "language/tokens.hpp"
#include "language/tool_search/synonyms.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

constexpr std::uint32_t kWordSeed = 1;  // as terms_of() has them
constexpr std::uint32_t kSetSeed = 0x5E7;

std::uint32_t set_term(SynonymSet set) {
  const char bytes[2] = {static_cast<char>(set & 0xFF), static_cast<char>(set >> 8)};
  return murmur3_32({bytes, 2}, kSetSeed);
}

// Whoever asks: "my playlists" are what services call those of the current user.
std::uint32_t own_term() {
  return murmur3_32("me", kSetSeed);
}

bool is_own(std::string_view word) {
  constexpr std::array<std::string_view, 6> kOwn{"my", "me", "mine", "i", "self", "myself"};
  return std::ranges::find(kOwn, word) != kOwn.end();
}

bool is_current(std::string_view word) {
  return word == "current" || word == "authenticated" || word == "authorized";
}

}  // namespace

std::string spaced(std::string_view name) {
  std::string out;
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (is_upper(c) && i > 0 && is_lower(name[i - 1])) out += ' ';
    out += is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80 ? c : ' ';
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : to_lower(spaced(text)) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

Terms tool_terms(std::string_view text, std::string_view locale) {
  const std::string_view language = vocabulary_for(locale).language;
  Terms terms;
  const std::vector<Token> tokens = tokenise(text);
  for (std::size_t i = 0; i < tokens.size() && terms.size() < kMostTerms; ++i) {
    std::string_view word = tokens[i].text;
    if (tokens[i].kind == Token::Kind::symbol) continue;
    if (is_own(word) || (is_current(word) && i + 1 < tokens.size() && tokens[i + 1].text.starts_with("user")))
      terms.push_back(own_term());
    if (is_stop_word(word)) continue;
    if (word.ends_with("'s")) word.remove_suffix(2);
    terms.push_back(murmur3_32(stem(word, language), kWordSeed));
    for (const SynonymSet set : synonym_sets_of(word)) terms.push_back(set_term(set));
  }
  return terms;
}

bool only_gets(std::string_view place) {
  return std::ranges::none_of(
      std::array<std::string_view, 4>{"POST", "PUT", "PATCH", "DELETE"},
      [&](std::string_view method) { return place.starts_with(method); }
  );
}

std::string_view path_of(std::string_view place) {
  const std::size_t space = place.find(' ');
  return space == std::string_view::npos ? std::string_view() : place.substr(space + 1);
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) segments.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

std::string fixed_path(std::string_view path) {
  std::string out;
  for (const std::string_view segment : segments_of(path)) {
    if (!segment.starts_with('{')) out += " " + spaced(segment);
  }
  return out;
}

}  // namespace parley::language
