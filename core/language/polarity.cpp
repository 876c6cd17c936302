// Yes, no, or neither.
//
// A whole phrase of the tables decides at once. Otherwise all yes- and no-phrases of the text are found, the
// longest at each place ("not sure" before "sure"), and they decide when they agree and the rest of the text
// is filler, or when the text begins with one ("yes, to my home address").
#include <algorithm>

#include "language/extract.hpp"
#include "language/phrases.hpp"
#include "language/tokens.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

struct Tally {
  std::size_t yes = 0;           // without the intensifiers
  std::size_t intensifiers = 0;  // a yes alone, nothing beside a no ("definitely no")
  std::size_t no = 0;
  std::size_t neither = 0;
  std::size_t others = 0;  // words that are neither a signal nor filler
  bool starts_with_answer = false;
};

Tally count_signals(const std::vector<Token>& tokens, const Vocabulary& words) {
  Tally tally;
  for (std::size_t i = 0; i < tokens.size();) {
    const std::size_t yes = longest_phrase(tokens, i, words.yes);
    const std::size_t no = longest_phrase(tokens, i, words.no);
    const std::size_t neither = longest_phrase(tokens, i, words.neither);
    const std::size_t hesitation = longest_phrase(tokens, i, words.hesitations);
    const std::size_t most = std::max({yes, no, neither});
    if (most == 0 || hesitation > most) {
      if (hesitation == 0) ++tally.others;
      i += std::max<std::size_t>(hesitation, 1);
      continue;
    }
    if (i == 0 && contains(words.answer_words, tokens[0].text)) tally.starts_with_answer = true;
    if (neither == most) {
      ++tally.neither;
    } else if (no == most) {
      ++tally.no;
    } else if (yes == longest_phrase(tokens, i, words.intensifiers)) {
      ++tally.intensifiers;
    } else {
      ++tally.yes;
    }
    i += most;
  }
  return tally;
}

// "Ja" in the middle of an English conversation, "yes" in a Spanish one: the whole message, and nothing else.
Polarity in_another_language(const Utterance& said) {
  bool yes = false;
  bool no = false;
  for (const Vocabulary* other : vocabularies()) {
    yes = yes || contains(other->yes, said.normal);
    no = no || contains(other->no, said.normal);
  }
  if (yes == no) return Polarity::neither;
  return yes ? Polarity::yes : Polarity::no;
}

}  // namespace

Polarity read_polarity(std::string_view text, const Circumstances& circumstances) {
  return read_polarity(Utterance(text, circumstances.locale));
}

Polarity read_polarity(const Utterance& said) {
  const Vocabulary& words = said.words;
  const std::string& normal = said.normal;
  if (contains(words.neither, normal)) return Polarity::neither;
  if (contains(words.yes, normal) || contains(words.yes_alone, normal)) return Polarity::yes;
  if (contains(words.no, normal) || contains(words.no_alone, normal)) return Polarity::no;

  constexpr std::size_t kMostOtherWords = 2;
  Tally tally = count_signals(tokenise(normal), words);
  if (tally.no == 0) tally.yes += tally.intensifiers;
  if (tally.neither == 0 && tally.yes + tally.no == 0) return in_another_language(said);
  if (tally.neither > 0 || (tally.yes > 0 && tally.no > 0)) return Polarity::neither;
  if (!tally.starts_with_answer && tally.others > kMostOtherWords) return Polarity::neither;
  return tally.yes > 0 ? Polarity::yes : Polarity::no;
}

}  // namespace parley::language
