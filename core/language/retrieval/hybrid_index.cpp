#include "language/retrieval/hybrid_index.hpp"

#include <algorithm>
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

std::span<const float> HybridIndex::scores(std::string_view question, std::span<const float> vector) {
  const std::span<const float> by_words = words_.scores(terms_of(question, options_.locale));
  if (has_vectors() && meanings_.fits(vector)) {
    const std::span<const float> near = meanings_.nearness(meanings_.asked(vector), size());
    scores_.resize(size());
    for (std::size_t i = 0; i < scores_.size(); ++i)
      scores_[i] = fused(by_words[i], near[i], Meanings::kShareOfWords);
    return scores_;
  }
  const std::span<const float> similar = vectors_.similarities(hashed_vector(question, options_.locale));
  scores_.resize(size());
  for (std::size_t i = 0; i < scores_.size(); ++i) scores_[i] = fused(by_words[i], similar[i], kShareOfWords);
  return scores_;
}

std::vector<TextIndex::Id> HybridIndex::promising(std::string_view question, std::size_t k) {
  return places_of_highest(words_.scores(terms_of(question, options_.locale)), k);
}

std::span<const float> HybridIndex::scores_with(std::string_view question, std::span<const float> nearness) {
  const std::span<const float> by_words = words_.scores(terms_of(question, options_.locale));
  std::vector<std::uint32_t> others;
  scores_.resize(size());
  for (std::uint32_t i = 0; i < scores_.size(); ++i) {
    if (i < nearness.size() && nearness[i] >= 0) {
      scores_[i] = fused(by_words[i], nearness[i], Meanings::kShareOfWords);
    } else {
      others.push_back(i);
    }
  }
  const std::vector<float> similar = vectors_.similarities(hashed_vector(question, options_.locale), others);
  for (std::size_t i = 0; i < others.size(); ++i)
    scores_[others[i]] = fused(by_words[others[i]], similar[i], kShareOfWords);
  return scores_;
}

ByteVector HybridIndex::vector_of(TextIndex::Id id) const {
  return has_vectors() ? meanings_.at(id) : vectors_.at(id);
}

std::size_t HybridIndex::dimensions() const {
  return has_vectors() ? meanings_.dimensions() : vectors_.dimensions();
}

std::vector<Match> HybridIndex::best(
    std::string_view question,
    std::span<const float> vector,
    std::size_t k,
    float least,
    const Nearest& nearest
) {
  const bool by_model = has_vectors() && meanings_.fits(vector);
  const std::span<const float> by_words = words_.scores(terms_of(question, options_.locale));
  const std::vector<float> hashed =
      by_model ? std::vector<float>() : hashed_vector(question, options_.locale);
  const std::span<const float> used = by_model ? vector : std::span<const float>(hashed);
  // A graph of the model's vectors knows nothing of hashed ones.
  if (!nearest || by_model != has_vectors()) return compare_all(by_words, used, k, least, by_model);
  compare_some(by_words, used, nearest, by_model);
  return best_of(scores_, k, least, [](std::uint32_t) { return true; });
}

std::vector<Match> HybridIndex::compare_all(
    std::span<const float> by_words, std::span<const float> vector, std::size_t k, float least, bool by_model
) {
  const float share = by_model ? Meanings::kShareOfWords : kShareOfWords;
  const Meanings::Asked asked = by_model ? meanings_.asked(vector) : Meanings::Asked();
  const std::span<const float> bounds =
      by_model ? meanings_.nearness_bounds(asked, size()) : vectors_.similarity_bounds(vector);
  scores_.resize(size());
  for (std::size_t i = 0; i < scores_.size(); ++i) scores_[i] = fused(by_words[i], bounds[i], share);
  const auto exact = [&](std::span<const std::uint32_t> ids) {
    std::vector<float> scores =
        by_model ? meanings_.nearness(asked, ids) : vectors_.similarities(vector, ids);
    for (std::size_t i = 0; i < ids.size(); ++i) scores[i] = fused(by_words[ids[i]], scores[i], share);
    return scores;
  };
  return bounded_best(scores_, k, least, [](std::uint32_t) { return true; }, exact);
}

// Into scores_; the others have none.
void HybridIndex::compare_some(
    std::span<const float> by_words, std::span<const float> vector, const Nearest& nearest, bool by_model
) {
  constexpr std::size_t kPromising = 200;
  std::vector<std::uint32_t> some = places_of_highest(by_words, kPromising);
  for (const std::uint32_t id : nearest(byte_vector(vector), kPromising)) some.push_back(id);
  std::ranges::sort(some);
  const auto repeated = std::ranges::unique(some);
  some.erase(repeated.begin(), repeated.end());
  const std::vector<float> similar =
      by_model ? meanings_.nearness(meanings_.asked(vector), some) : vectors_.similarities(vector, some);
  const float share = by_model ? Meanings::kShareOfWords : kShareOfWords;
  scores_.assign(size(), 0.0F);
  for (std::size_t i = 0; i < some.size(); ++i)
    scores_[some[i]] = fused(by_words[some[i]], similar[i], share);
}

}  // namespace parley::language
