// How somebody feels about what they write about, by a lexicon of our own: words with a grade, turned round
// by a negation before them ("not good"), strengthened ("really bad") and weakened ("a bit slow"), with
// emphasis by capitals and exclamation marks, and what stands after a "but" counting more.
//
// score: -1 (very negative) … 1; label: neutral within ±0.2. Deterministic, pure, thread-safe; never fails.
// English words; emoticons and emoji of any language. Source of the normalisation sum / sqrt(sum² + 15):
// Hutto, Gilbert: VADER, 2014; the lexicon is not theirs.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::language {

enum class Mood : std::uint8_t { negative, neutral, positive };
[[nodiscard]] std::string_view name(Mood mood);

struct Sentiment {
  Mood mood = Mood::neutral;
  double score = 0;
};

[[nodiscard]] Sentiment sentiment_of(std::string_view text);

}  // namespace parley::language
