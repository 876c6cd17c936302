// Exact phrases: normal form, and the phrases every assistant understands without being taught.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/command.hpp"
#include "language/tokens.hpp"

namespace parley::language {

struct Vocabulary;

// A message and what every reader of phrases needs of it, made once. Refers to the text.
struct Utterance {
  std::string_view text;
  const Vocabulary& words;
  std::vector<Token> tokens;
  std::string normal;  // as normalise()

  Utterance(std::string_view said, std::string_view locale);

  // The normal form by another locale's contractions and politeness.
  [[nodiscard]] std::string normal_in(std::string_view locale) const;
};

// Lower case, punctuation and repeated spaces removed, contractions unified ("i'd" = "i would"), politeness
// at the edges dropped
// ("please", "hi", "thanks"). Two texts with the same normal form are the same phrase. `locale` picks
// contractions and politeness.
[[nodiscard]] std::string normalise(std::string_view text, std::string_view locale = "en");
[[nodiscard]] std::string normal_form(const std::vector<Token>& tokens, const Vocabulary& words);

// cancel ("cancel", "never mind", "forget it", "stop"), ask_human ("talk to a person", "i want a human",
// "agent please"), repeat ("say that again", "what?", "pardon"), skip ("skip this", "pass"), or nothing.
// `locale` picks the table.
[[nodiscard]] std::optional<CommandKind> builtin_phrase(
    std::string_view text, std::string_view locale = "en"
);
[[nodiscard]] std::optional<CommandKind> builtin_phrase(const Utterance& said);

// Words that announce a change of an earlier answer, cut off the text: "actually, make it three" → "three",
// "no, I meant the blue one" → "the blue one", "change the address to 5 Main St" → target "address", rest "5
// Main St".
struct CorrectionPhrase {
  std::string target;    // words that name the slot, empty when none were said
  std::string rest;      // the new value's words
  std::string old;       // the old one's, when they were said too: "8 instead of 7"
  bool negated = false;  // began with a "no"
};
[[nodiscard]] std::optional<CorrectionPhrase> correction_phrase(
    std::string_view text, std::string_view locale = "en"
);
[[nodiscard]] std::optional<CorrectionPhrase> correction_phrase(const Utterance& said);

}  // namespace parley::language
