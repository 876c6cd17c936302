#include "language/retrieval/meanings.hpp"

#include <algorithm>

namespace parley::language {

namespace {

// Few texts say little about what is usual; then most models' habit counts.
constexpr float kUsual = 0.2F;
constexpr float kUsualWeight = 1;
constexpr std::size_t kSample = 512;

}  // namespace

void Meanings::set(std::uint32_t text, std::span<const float> vector) {
  if (vector.empty() || has(text)) return;
  if (!vectors_) vectors_.emplace(vector.size(), VectorIndex::Keep::bytes);
  if (vector.size() != vectors_->dimensions()) return;
  if (rows_.size() <= text) rows_.resize(text + 1, kNone);
  rows_[text] = static_cast<std::uint32_t>(vectors_->size());
  vectors_->add(vector);
}

// As of all of them; of many, a sample tells.
float Meanings::usual(std::span<const float> question) {
  std::vector<std::uint32_t> sample;
  const std::size_t step = vectors_->size() / kSample + 1;
  for (std::size_t row = 0; row < vectors_->size(); row += step)
    sample.push_back(static_cast<std::uint32_t>(row));
  float sum = kUsual * kUsualWeight;
  for (const float each : vectors_->similarities(question, sample)) sum += each;
  return std::min(sum / (static_cast<float>(sample.size()) + kUsualWeight), 0.99F);
}

std::span<const float> Meanings::nearness(std::span<const float> question, std::size_t count) {
  nearness_.assign(count, -1.0F);
  if (!fits(question)) return nearness_;
  const float base = usual(question);
  const std::span<const float> similar = vectors_->similarities(question);
  for (std::size_t text = 0; text < std::min(count, rows_.size()); ++text) {
    if (rows_[text] != kNone)
      nearness_[text] = std::clamp((similar[rows_[text]] - base) / (1 - base), 0.0F, 1.0F);
  }
  return nearness_;
}

std::vector<float> Meanings::nearness(std::span<const float> question, std::span<const std::uint32_t> texts) {
  std::vector<float> near(texts.size(), -1.0F);
  if (!fits(question)) return near;
  const float base = usual(question);
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t text : texts) rows.push_back(has(text) ? rows_[text] : 0);
  const std::vector<float> similar = vectors_->similarities(question, rows);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (has(texts[i])) near[i] = std::clamp((similar[i] - base) / (1 - base), 0.0F, 1.0F);
  }
  return near;
}

}  // namespace parley::language
