#include "language/classifier/model.hpp"

#include <algorithm>
#include <bit>

#include "language/classifier/solver.hpp"
#include "language/classifier/weights.hpp"

namespace parley::language {

Model::Model(std::span<const ModelExample> examples, std::size_t classes)
    : classes_(classes), examples_(examples.size()) {
  number_features(examples);
  std::vector<std::vector<WeighedFeature>> vectors(examples.size());
  std::vector<std::uint32_t> labels;
  labels.reserve(examples.size());
  std::vector<float> idf;
  std::vector<std::uint32_t> counts(idf_.size() + 1);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    labels.push_back(examples[i].label);
    idf.clear();
    for (const FeatureCount& each : *examples[i].counts) idf.push_back(idf_[id_of(each.feature)]);
    weigh(*examples[i].counts, idf, vectors[i]);
    for (WeighedFeature& each : vectors[i]) {
      each.feature = id_of(each.feature);
      ++counts[each.feature];
    }
  }
  starts_.resize(idf_.size() + 1);
  for (std::size_t id = 0; id < idf_.size(); ++id) starts_[id + 1] = starts_[id] + counts[id];
  postings_.resize(starts_.back());
  std::vector<std::uint32_t> filled(starts_.begin(), starts_.end());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    for (const WeighedFeature& each : vectors[i]) {
      postings_[filled[each.feature]++] = {static_cast<std::uint32_t>(i), each.weight};
    }
  }
  coefficients_ = solve({vectors, labels, classes, idf_.size()});
}

void Model::number_features(std::span<const ModelExample> examples) {
  std::vector<std::uint32_t> all;
  for (const ModelExample& example : examples) {
    for (const FeatureCount& each : *example.counts) all.push_back(each.feature);
  }
  std::sort(all.begin(), all.end());
  std::vector<std::uint32_t> features;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end] == all[i]) ++end;
    features.push_back(all[i]);
    idf_.push_back(static_cast<float>(inverse_frequency(examples.size(), end - i)));
    i = end;
  }
  unknown_idf_ = static_cast<float>(inverse_frequency(examples.size(), 0));
  table_.resize(std::bit_ceil(2 * features.size() + 1));
  for (std::size_t id = 0; id < features.size(); ++id) {
    std::size_t at = features[id] & (table_.size() - 1);
    while (table_[at].id != kNone) at = (at + 1) & (table_.size() - 1);
    table_[at] = {features[id], static_cast<std::uint32_t>(id)};
  }
}

std::uint32_t Model::id_of(std::uint32_t feature) const {
  for (std::size_t at = feature & (table_.size() - 1); table_[at].id != kNone;
       at = (at + 1) & (table_.size() - 1)) {
    if (table_[at].feature == feature) return table_[at].id;
  }
  return kNone;
}

Scores Model::score(const FeatureCounts& counts) const {
  std::vector<float> idf(counts.size());
  std::vector<std::uint32_t> ids(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    ids[i] = id_of(counts[i].feature);
    idf[i] = ids[i] == kNone ? unknown_idf_ : idf_[ids[i]];
  }
  std::vector<WeighedFeature> vector;
  weigh(counts, idf, vector);
  std::vector<float> similarity(examples_);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (ids[i] == kNone) continue;
    for (std::uint32_t at = starts_[ids[i]]; at < starts_[ids[i] + 1]; ++at) {
      similarity[postings_[at].example] += vector[i].weight * postings_[at].weight;
    }
  }
  std::vector<float> sums(classes_);
  float nearest = 0;
  for (std::size_t i = 0; i < examples_; ++i) {
    if (similarity[i] <= 0) continue;
    nearest = std::max(nearest, similarity[i]);
    const float* const row = coefficients_.data() + i * classes_;
    for (std::size_t c = 0; c < classes_; ++c) sums[c] += similarity[i] * row[c];
  }
  return {{sums.begin(), sums.end()}, static_cast<double>(nearest)};
}

std::size_t Model::bytes() const {
  return table_.size() * sizeof(Slot) + idf_.size() * sizeof(float) + starts_.size() * sizeof(std::uint32_t) +
         postings_.size() * sizeof(Posting) + coefficients_.size() * sizeof(float);
}

}  // namespace parley::language
