// From counts of features to vectors of length one: (1 + ln count) · idf, each block scaled to its own
// weight. idf = ln((1 + texts) / (1 + texts with the feature)) + 1, so that what is in every text says
// little.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "language/classifier/features.hpp"

namespace parley::language {

// How much a feature says that `with` of `texts` training texts have.
[[nodiscard]] double inverse_frequency(std::size_t texts, std::size_t with);

struct WeighedFeature {
  std::uint32_t feature = 0;  // as the caller numbers them
  float weight = 0;
};

// Of features in the order of FeatureCounts. `idf` has one number for each; features that training never saw
// count towards the length, so that a text of new words is far from everything.
void weigh(const FeatureCounts& counts, std::span<const float> idf, std::vector<WeighedFeature>& out);

}  // namespace parley::language
