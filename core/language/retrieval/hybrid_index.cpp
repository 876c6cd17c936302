#include "language/retrieval/hybrid_index.hpp"

#include <utility>

#include "language/retrieval/hashed_vector.hpp"

namespace parley::language {

HybridIndex::HybridIndex(Options options)
    : options_(std::move(options)),
      words_(options_.window),
      vectors_(kHashedDimensions, VectorIndex::Keep::bytes) {}

TextIndex::Id HybridIndex::add(std::string_view text, TextIndex::Id before) {
  vectors_.add(hashed_vector(text, options_.locale));
  return words_.add(terms_of(text, options_.locale), before);
}

std::span<const float> HybridIndex::scores(std::string_view question) {
  const std::span<const float> by_words = words_.scores(terms_of(question, options_.locale));
  const std::span<const float> similar = vectors_.similarities(hashed_vector(question, options_.locale));
  scores_.resize(size());
  for (std::size_t i = 0; i < scores_.size(); ++i) scores_[i] = fused(by_words[i], similar[i], kShareOfWords);
  return scores_;
}

}  // namespace parley::language
