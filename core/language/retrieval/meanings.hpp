// Vectors that a model made of texts, which may come later than the texts, or never: how near each text is to
// a question in what it means.
//
// Models differ in what their numbers mean: for some, texts that have nothing to do with each other have a
// cosine of 0.1, for others of 0.7. So a text counts by how far it stands out from what is usual among the
// texts. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "language/retrieval/vector_index.hpp"

namespace parley::language {

class Meanings {
 public:
  static constexpr float kShareOfWords = 0.5F;  // beside them, for fused()

  // The vector of a text. The first decides the number of dimensions; others of another are not taken.
  void set(std::uint32_t text, std::span<const float> vector);
  [[nodiscard]] bool has(std::uint32_t text) const { return text < rows_.size() && rows_[text] != kNone; }
  // How many texts have one.
  [[nodiscard]] std::size_t size() const { return vectors_ ? vectors_->size() : 0; }

  // Whether a question's vector can be compared.
  [[nodiscard]] bool fits(std::span<const float> question) const {
    return vectors_.has_value() && question.size() == vectors_->dimensions();
  }
  // A question with what is usual among the texts for it.
  struct Asked {
    std::span<const float> vector;  // stays the caller's
    float usual = 0;                // how near the texts are on average
    float stretch = 1;              // 1 / (1 - usual)
  };
  [[nodiscard]] Asked asked(std::span<const float> question);
  // For each text below `count` how near it is: 0 (as usual) to 1; -1 where it has no vector. They stay until
  // the next search.
  [[nodiscard]] std::span<const float> nearness(const Asked& question, std::size_t count);
  // For each a number that its nearness does not exceed, found sooner.
  [[nodiscard]] std::span<const float> nearness_bounds(const Asked& question, std::size_t count);
  // How near a few are: `texts` in, one number for each out.
  [[nodiscard]] std::vector<float> nearness(const Asked& question, std::span<const std::uint32_t> texts);
  // Of a text that has one. May be called beside searches, not beside set().
  [[nodiscard]] ByteVector at(std::uint32_t text) const { return vectors_->at(rows_[text]); }
  [[nodiscard]] std::size_t dimensions() const { return vectors_ ? vectors_->dimensions() : 0; }

  // What is usual, from the cosines of a question with a sample of the texts.
  [[nodiscard]] static float usual_of(float sum, std::size_t sampled);
  // How far a cosine stands out from that, 0 to 1.
  [[nodiscard]] static float stands_out(float cosine, float usual) {
    return std::clamp((cosine - usual) / (1 - usual), 0.0F, 1.0F);
  }

 private:
  std::span<const float> spread(const Asked& question, std::span<const float> similar, std::size_t count);

  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::optional<VectorIndex> vectors_;
  std::vector<std::uint32_t> rows_;  // by text
  std::vector<float> nearness_;
};

}  // namespace parley::language
