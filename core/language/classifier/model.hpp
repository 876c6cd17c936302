// What training makes of examples, and the scores of a text: one pass over an inverted index of the examples,
// which are all the model keeps besides one row of coefficients each (20 intents of 10 examples: 0.4 MB).
//
// Scores have no unit; calibration.hpp turns them into probabilities. Deterministic to the bit for the same
// examples in the same order. Immutable once trained, so thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "language/classifier/features.hpp"

namespace parley::language {

struct ModelExample {
  const FeatureCounts* counts = nullptr;
  std::uint32_t label = 0;
};

struct Scores {
  std::vector<double> of_class;
  double nearest = 0;  // cosine to the most similar example, 0…1
};

class Model {
 public:
  // Labels are below `classes`; a class may be without examples.
  Model(std::span<const ModelExample> examples, std::size_t classes);

  [[nodiscard]] Scores score(const FeatureCounts& counts) const;

  [[nodiscard]] std::size_t classes() const { return classes_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Posting {
    std::uint32_t example = 0;
    float weight = 0;
  };
  struct Slot {
    std::uint32_t feature = 0;
    std::uint32_t id = kNone;
  };
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  void number_features(std::span<const ModelExample> examples);
  [[nodiscard]] std::uint32_t id_of(std::uint32_t feature) const;

  std::size_t classes_;
  std::size_t examples_;
  std::vector<Slot> table_;  // open addressing, a power of two
  std::vector<float> idf_;   // by id
  float unknown_idf_ = 0;
  std::vector<std::uint32_t> starts_;  // of each id's postings
  std::vector<Posting> postings_;
  std::vector<float> coefficients_;  // examples × classes
};

}  // namespace parley::language
