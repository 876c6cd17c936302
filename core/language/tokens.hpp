// Words, numbers and symbols of a message, with their places in it. Any bytes are accepted: what is not UTF-8
// becomes a symbol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "language/word_table.hpp"

namespace parley::language {

struct Token {
  enum class Kind : std::uint8_t { word, digits, symbol };
  Kind kind = Kind::symbol;
  bool spaced = true;  // white space or the start of the text before it
  std::size_t begin = 0;
  std::size_t end = 0;
  // Lower case; typographic apostrophes and dashes in their plain form. A word keeps inner apostrophes
  // ("don't", "o'clock").
  std::string text;

  [[nodiscard]] bool is_word() const { return kind == Kind::word; }
  [[nodiscard]] bool is_digits() const { return kind == Kind::digits; }
  [[nodiscard]] bool is(std::string_view other) const { return text == other; }
};

[[nodiscard]] std::vector<Token> tokenise(std::string_view text);

// The phrase's words, separated by single spaces, against the tokens from `at` on: how many tokens it takes,
// 0 when it does not match.
[[nodiscard]] std::size_t match_phrase(
    const std::vector<Token>& tokens, std::size_t at, std::string_view phrase
);

// How many tokens the longest of the phrases takes from `at` on; 0 when none is there.
[[nodiscard]] std::size_t longest_phrase(
    const std::vector<Token>& tokens, std::size_t at, const Table<std::string_view>& phrases
);

}  // namespace parley::language
