#include "language/retrieval/meanings.hpp"

#include <algorithm>

namespace parley::language {

namespace {

// Few texts say little about what is usual; then most models' habit counts.
constexpr float kUsual = 0.2F;
constexpr float kUsualWeight = 1;
constexpr std::size_t kSample = 512;

float nearness_of(float similarity, const Meanings::Asked& question) {
  return std::clamp((similarity - question.usual) * question.stretch, 0.0F, 1.0F);
}

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
Meanings::Asked Meanings::asked(std::span<const float> question) {
  if (!fits(question)) return {.vector = question};
  std::vector<std::uint32_t> sample;
  const std::size_t step = vectors_->size() / kSample + 1;
  for (std::size_t row = 0; row < vectors_->size(); row += step)
    sample.push_back(static_cast<std::uint32_t>(row));
  float sum = 0;
  for (const float each : vectors_->similarities(question, sample)) sum += each;
  const float usual = usual_of(sum, sample.size());
  return {.vector = question, .usual = usual, .stretch = 1 / (1 - usual)};
}

float Meanings::usual_of(float sum, std::size_t sampled) {
  return std::min((sum + kUsual * kUsualWeight) / (static_cast<float>(sampled) + kUsualWeight), 0.99F);
}

std::span<const float> Meanings::spread(
    const Asked& question, std::span<const float> similar, std::size_t count
) {
  nearness_.assign(count, -1.0F);
  for (std::size_t text = 0; text < std::min(count, rows_.size()) && !similar.empty(); ++text) {
    if (rows_[text] != kNone) nearness_[text] = nearness_of(similar[rows_[text]], question);
  }
  return nearness_;
}

std::span<const float> Meanings::nearness(const Asked& question, std::size_t count) {
  if (!fits(question.vector)) return spread(question, {}, count);
  return spread(question, vectors_->similarities(question.vector), count);
}

std::span<const float> Meanings::nearness_bounds(const Asked& question, std::size_t count) {
  if (!fits(question.vector)) return spread(question, {}, count);
  return spread(question, vectors_->similarity_bounds(question.vector), count);
}

std::vector<float> Meanings::nearness(const Asked& question, std::span<const std::uint32_t> texts) {
  std::vector<float> near(texts.size(), -1.0F);
  if (!fits(question.vector)) return near;
  std::vector<std::uint32_t> rows;
  rows.reserve(texts.size());
  for (const std::uint32_t text : texts) rows.push_back(has(text) ? rows_[text] : 0);
  const std::vector<float> similar = vectors_->similarities(question.vector, rows);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (has(texts[i])) near[i] = nearness_of(similar[i], question);
  }
  return near;
}

}  // namespace parley::language
