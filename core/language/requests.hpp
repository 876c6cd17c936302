// What a message asks for, beyond exact phrases: an author's phrase with words around it or with typing
// mistakes, a command inside a longer message, small talk. Explainable: no scores, only words that are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "language/phrases.hpp"
#include "language/word_table.hpp"

namespace parley::language {

// A word as phrases are compared: lower case, contractions taken apart, no articles, no punctuation.
struct PlainWord {
  std::string text;
  std::size_t token = 0;  // which token of the message it comes from
};
using PlainWords = std::vector<PlainWord>;

// Contractions and articles are those of `locale`, so that a message and a phrase meet in one form.
[[nodiscard]] PlainWords plain_words(const std::vector<Token>& tokens, std::string_view locale);
[[nodiscard]] std::vector<std::string> plain_phrase(std::string_view phrase, std::string_view locale);

struct PhrasePlace {
  std::size_t begin = 0;  // words
  std::size_t end = 0;
  std::uint32_t typos = 0;
};
// Where all words of the phrase stand one after the other; with typing mistakes in at most half of the words
// when `typos` is allowed. The place with the fewest mistakes.
[[nodiscard]] std::optional<PhrasePlace> find_phrase(
    const PlainWords& words, std::span<const std::string> phrase, bool typos
);
// True when `word` may be a mistyped `meant`: it begins alike and is one letter off in words of four letters
// and more, two from eight on.
[[nodiscard]] bool mistyped(std::string_view word, std::string_view meant);

// How many words the longest phrase of the table takes from `at` on; 0 for none.
[[nodiscard]] std::size_t longest_phrase(
    const PlainWords& words, std::size_t at, const Table<std::string_view>& phrases
);

// A command or small talk, with the topic of the latter.
struct BuiltinCommand {
  CommandKind kind = CommandKind::cannot_handle;
  std::string_view topic;
};
[[nodiscard]] std::optional<BuiltinCommand> builtin_command(const Utterance& said);
// The same with words around it ("ok stop", "oh never mind then") and, when `typos` is allowed, with a typing
// mistake ("cancle").
[[nodiscard]] std::optional<BuiltinCommand> builtin_command_inside(const Utterance& said, bool typos);

// The parts of a message between pauses, in order: "forget it, i'll call" → "forget it", "i'll call". A comma
// or point inside a number is no pause.
[[nodiscard]] std::vector<std::string_view> clauses(const Utterance& said);

// The whole message is a yes, a no or neither of the tables: it says nothing else.
[[nodiscard]] bool bare_answer(const Utterance& said);

}  // namespace parley::language
