// The words of sentiment.hpp. Internal to this folder. Static data.
#pragma once

#include <string_view>

#include "language/word_table.hpp"

namespace parley::language {

struct GradedWord {
  std::string_view word;
  double grade;  // -4 … 4; of a modifier: how much of its own grade a word gains or loses
};
constexpr std::string_view phrase_of(const GradedWord& row) {
  return row.word;
}

// Grade of a word or of a form of it ("hated" as "hate"); 0 when it says nothing.
[[nodiscard]] double grade_of(std::string_view word);

struct SentimentWords {
  Table<GradedWord> phrases;    // of several words, and emoticons as the tokeniser cuts them
  Table<GradedWord> modifiers;  // "very", "a bit"
  Table<std::string_view> negations;
  Table<std::string_view> turns;  // "but"
};
[[nodiscard]] const SentimentWords& sentiment_words();

}  // namespace parley::language
