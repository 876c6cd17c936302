#include "language/retrieval/vector_index.hpp"

#include <algorithm>
#include <cmath>

#include "base/result.hpp"
#include "language/retrieval/dot_product.hpp"

namespace parley::language {
namespace {

constexpr int kMost = 127;
constexpr int kMiddle = 128;
// So many are looked at again: enough that none of the true first ones is missing.
constexpr std::size_t kAgainTimes = 4;
constexpr std::size_t kAgainLeast = 40;

float length_of(std::span<const float> vector) {
  float sum = 0;
  for (const float each : vector) sum += each * each;
  return std::sqrt(sum);
}

float largest_of(std::span<const float> vector) {
  float largest = 0;
  for (const float each : vector) largest = std::max(largest, std::abs(each));
  return largest;
}

// Rounds to the nearest of -127…127.
int byte_of(float number, float scale) {
  const float scaled = number / scale;
  return std::clamp(static_cast<int>(scaled + (scaled < 0 ? -0.5F : 0.5F)), -kMost, kMost);
}

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
}

}  // namespace

VectorIndex::VectorIndex(std::size_t dimensions, Keep keep)
    : dimensions_(dimensions),
      stride_((dimensions + kRowAlignment - 1) / kRowAlignment * kRowAlignment),
      keep_(keep) {}

std::size_t VectorIndex::bytes() const {
  return rows_.capacity() + (scales_.capacity() + full_.capacity()) * sizeof(float);
}

void VectorIndex::add(std::span<const float> vector) {
  INVARIANT(vector.size() == dimensions_, "all vectors of an index are alike");
  const float length = length_of(vector);
  std::vector<float> unit(vector.begin(), vector.end());
  if (length > 0) {
    for (float& each : unit) each /= length;
  }
  const float largest = largest_of(unit);
  const float scale = largest > 0 ? largest / kMost : 1.0F;
  for (const float each : unit) rows_.push_back(static_cast<std::uint8_t>(byte_of(each, scale) + kMiddle));
  rows_.resize((size() + 1) * stride_, kMiddle);
  scales_.push_back(largest > 0 ? scale : 0.0F);
  if (keep_ == Keep::full) full_.insert(full_.end(), unit.begin(), unit.end());
}

VectorIndex::Query VectorIndex::query_of(std::span<const float> vector) const {
  INVARIANT(vector.size() == dimensions_, "all vectors of an index are alike");
  Query query;
  const float length = length_of(vector);
  if (!(length > 0)) return query;
  const float scale = largest_of(vector) / kMost;
  query.scale = scale / length;
  query.bytes.resize(stride_);
  for (std::size_t i = 0; i < dimensions_; ++i) {
    query.bytes[i] = static_cast<std::int8_t>(byte_of(vector[i], scale));
    query.sum += query.bytes[i];
  }
  return query;
}

// The rows hold 128 too much in every number.
float VectorIndex::similarity(const Query& query, std::size_t id, std::int32_t product) const {
  return static_cast<float>(product - kMiddle * query.sum) * scales_[id] * query.scale;
}

std::span<const float> VectorIndex::similarities(std::span<const float> vector) {
  similarities_.assign(size(), 0.0F);
  const Query query = query_of(vector);
  if (query.bytes.empty()) return similarities_;
  products_.resize(size());
  dot_rows(rows_.data(), size(), stride_, query.bytes.data(), products_.data());
  for (std::size_t i = 0; i < similarities_.size(); ++i)
    similarities_[i] = similarity(query, i, products_[i]);
  return similarities_;
}

std::vector<float> VectorIndex::similarities(
    std::span<const float> vector, std::span<const std::uint32_t> ids
) {
  std::vector<float> out(ids.size(), 0.0F);
  const Query query = query_of(vector);
  if (query.bytes.empty()) return out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::int32_t product = 0;
    dot_rows(rows_.data() + ids[i] * stride_, 1, stride_, query.bytes.data(), &product);
    out[i] = similarity(query, ids[i], product);
  }
  return out;
}

std::vector<Neighbour> VectorIndex::nearest(std::span<const float> vector, std::size_t k) {
  const std::span<const float> rough = similarities(vector);
  std::vector<Neighbour> best;
  const std::size_t wanted =
      std::min(size(), keep_ == Keep::full ? std::max(kAgainTimes * k, kAgainLeast) : k);
  if (wanted == 0) return best;
  // A heap whose top is the worst of the best.
  best.reserve(wanted + 1);
  for (std::uint32_t id = 0; id < rough.size(); ++id) {
    const Neighbour each{id, rough[id]};
    if (best.size() == wanted && !nearer(each, best.front())) continue;
    if (best.size() == wanted) {
      std::pop_heap(best.begin(), best.end(), nearer);
      best.pop_back();
    }
    best.push_back(each);
    std::push_heap(best.begin(), best.end(), nearer);
  }
  if (keep_ == Keep::full) {
    const float length = length_of(vector);
    for (Neighbour& each : best) {
      const float* row = full_.data() + each.id * dimensions_;
      float sum = 0;
      for (std::size_t i = 0; i < dimensions_; ++i) sum += row[i] * vector[i];
      each.similarity = length > 0 ? sum / length : 0.0F;
    }
  }
  std::sort(best.begin(), best.end(), nearer);
  if (best.size() > k) best.resize(k);
  return best;
}

}  // namespace parley::language
