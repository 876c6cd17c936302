// Texts found by their words and by vectors at the same time: BM25 over windows of neighbours, and cosine.
// The words lead; vectors find what is written otherwise (mistyped, inflected, or, with a model's vectors,
// said in other words).
//
// Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "language/retrieval/bounded_best.hpp"
#include "language/retrieval/meanings.hpp"
#include "language/retrieval/text_index.hpp"
#include "language/retrieval/vector_index.hpp"

namespace parley::language {

class HybridIndex {
 public:
  struct Options {
    WindowOptions window;
    std::string locale = "en";
  };
  explicit HybridIndex(Options options);

  // Ids are 0, 1, 2… in the order of adding. `before`: the text that this one follows.
  TextIndex::Id add(std::string_view text, TextIndex::Id before = TextIndex::kNone);

  // What a model made of a text.
  void set_vector(TextIndex::Id id, std::span<const float> vector) { meanings_.set(id, vector); }
  // Every text has such a vector.
  [[nodiscard]] bool has_vectors() const { return size() > 0 && meanings_.size() == size(); }

  // Of every text, in the order of their ids; they stay until the next search. `vector`: what the model made
  // of the question; it counts when every text has such a vector.
  [[nodiscard]] std::span<const float> scores(std::string_view question, std::span<const float> vector = {});

  // The texts whose vectors are nearest, or nearly so, at most k: for more texts than are looked at one by
  // one.
  using Nearest = std::function<std::vector<TextIndex::Id>(const ByteVector& question, std::size_t k)>;
  // The k best that are not below `least`, as scores() has them. With `nearest`, only the texts that it gives
  // and those whose words fit best are compared.
  [[nodiscard]] std::vector<Match> best(
      std::string_view question,
      std::span<const float> vector,
      std::size_t k,
      float least,
      const Nearest& nearest = nullptr
  );

  // For vectors that are somewhere else: the texts whose words fit best, at most k, and scores() with how
  // near each text's meaning is, as somebody else knows: 0 to 1 as of Meanings, -1 of a text without a
  // vector.
  [[nodiscard]] std::vector<TextIndex::Id> promising(std::string_view question, std::size_t k);
  [[nodiscard]] std::span<const float> scores_with(
      std::string_view question, std::span<const float> nearness
  );

  // What `nearest` is made from: the model's vectors when every text has one, else the hashed ones. Beside
  // searches, not beside add() and set_vector().
  [[nodiscard]] ByteVector vector_of(TextIndex::Id id) const;
  [[nodiscard]] std::size_t dimensions() const;

  [[nodiscard]] std::size_t size() const { return words_.size(); }

 private:
  std::vector<Match> compare_all(
      std::span<const float> by_words,
      std::span<const float> vector,
      std::size_t k,
      float least,
      bool by_model
  );
  void compare_some(
      std::span<const float> by_words, std::span<const float> vector, const Nearest& nearest, bool by_model
  );

  Options options_;
  TextIndex words_;
  VectorIndex vectors_;
  Meanings meanings_;
  std::vector<float> scores_;
};

// A text's score by its words and by its vector; `share` is that of the words.
[[nodiscard]] inline float fused(float by_words, float similarity, float share) {
  return share * by_words + (1 - share) * std::clamp(similarity, 0.0F, 1.0F);
}
inline constexpr float kShareOfWords = 0.7F;
// What scores less shares no word and hardly a piece of one.
inline constexpr float kNoise = 0.06F;

}  // namespace parley::language
