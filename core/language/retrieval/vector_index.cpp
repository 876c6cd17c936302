#include "language/retrieval/vector_index.hpp"

#include <algorithm>
#include <cmath>

#include "base/result.hpp"
#include "language/retrieval/dot_product.hpp"

namespace parley::language {
namespace {

// So many are looked at again: enough that none of the true first ones is missing.
constexpr std::size_t kAgainTimes = 4;
constexpr std::size_t kAgainLeast = 40;

float length_of(std::span<const float> vector) {
  float sum = 0;
  for (const float each : vector) sum += each * each;
  return std::sqrt(sum);
}

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
}

}  // namespace

VectorIndex::VectorIndex(std::size_t dimensions, Keep keep)
    : dimensions_(dimensions), stride_(padded(dimensions)), keep_(keep) {}

std::size_t VectorIndex::bytes() const {
  return rows_.capacity() + (scales_.capacity() + full_.capacity()) * sizeof(float);
}

void VectorIndex::add(std::span<const float> vector) {
  const ByteVector row = query_of(vector);
  rows_.resize((size() + 1) * stride_, kByteMiddle);
  for (std::size_t i = 0; i < row.bytes.size(); ++i)
    rows_[size() * stride_ + i] = static_cast<std::uint8_t>(row.bytes[i] + kByteMiddle);
  scales_.push_back(row.scale);
  if (keep_ == Keep::bytes) return;
  const float length = length_of(vector);
  for (const float each : vector) full_.push_back(length > 0 ? each / length : 0.0F);
}

ByteVector VectorIndex::query_of(std::span<const float> vector) const {
  INVARIANT(vector.size() == dimensions_, "all vectors of an index are alike");
  return byte_vector(vector);
}

ByteVector VectorIndex::at(std::size_t id) const {
  ByteVector out{.bytes = std::vector<std::int8_t>(stride_), .sum = 0, .scale = scales_[id]};
  for (std::size_t i = 0; i < stride_; ++i) {
    out.bytes[i] = static_cast<std::int8_t>(rows_[id * stride_ + i] - kByteMiddle);
    out.sum += out.bytes[i];
  }
  return out;
}

std::span<const float> VectorIndex::similarities(std::span<const float> vector) {
  similarities_.assign(size(), 0.0F);
  const ByteVector query = query_of(vector);
  if (query.bytes.empty()) return similarities_;
  products_.resize(size());
  dot_rows(rows_.data(), size(), stride_, query.bytes.data(), products_.data());
  for (std::size_t i = 0; i < similarities_.size(); ++i)
    similarities_[i] = cosine_of(products_[i], scales_[i], query.sum, query.scale);
  return similarities_;
}

std::vector<float> VectorIndex::similarities(
    std::span<const float> vector, std::span<const std::uint32_t> ids
) {
  std::vector<float> out(ids.size(), 0.0F);
  const ByteVector query = query_of(vector);
  if (query.bytes.empty()) return out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    std::int32_t product = 0;
    dot_rows(rows_.data() + ids[i] * stride_, 1, stride_, query.bytes.data(), &product);
    out[i] = cosine_of(product, scales_[ids[i]], query.sum, query.scale);
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
