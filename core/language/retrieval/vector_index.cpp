#include "language/retrieval/vector_index.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/result.hpp"
#include "language/retrieval/bounded_best.hpp"
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

// So many rows at a time, so that their products are still near when they are looked at.
constexpr std::size_t kTogether = 1024;

// Rows that are looked at by themselves lie apart: waiting for one after the other would be most of the work.
constexpr std::size_t kAhead = 8;

void fetch(const std::uint8_t* row, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; i += kRowAlignment) __builtin_prefetch(row + i);
}

constexpr int kHalf = 16;
constexpr int kHalfMiddle = 8;
constexpr int kMostHalf = 7;

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.id < b.id;
}

}  // namespace

VectorIndex::VectorIndex(std::size_t dimensions, Keep keep)
    : dimensions_(dimensions),
      stride_(padded(dimensions)),
      keep_(keep),
      half_stride_(padded((stride_ + 1) / 2)) {}

std::size_t VectorIndex::bytes() const {
  return rows_.capacity() + half_rows_.capacity() +
         (scales_.capacity() + rests_.capacity() + full_.capacity()) * sizeof(float);
}

// What is left over is at most as much as its length times that of the question (Cauchy, Schwarz).
void VectorIndex::add_half_row(const ByteVector& row) {
  constexpr std::uint8_t kNothing = kHalfMiddle * kHalf + kHalfMiddle;
  const std::size_t begin = half_rows_.size();
  half_rows_.resize(begin + half_stride_, kNothing);
  float squares = 0;
  for (std::size_t i = 0; i < row.bytes.size(); ++i) {
    const int byte = row.bytes[i];
    const int half = std::min((byte + kByteMiddle + kHalf / 2) / kHalf - kHalfMiddle, kMostHalf);
    const int rest = byte - kHalf * half;
    squares += static_cast<float>(rest * rest);
    std::uint8_t& both = half_rows_[begin + i % half_stride_];
    const auto stored = static_cast<std::uint8_t>(half + kHalfMiddle);
    both = i < half_stride_ ? static_cast<std::uint8_t>((both & 0xF0U) | stored)
                            : static_cast<std::uint8_t>((both & 0x0FU) | (stored << 4U));
  }
  rests_.push_back(std::sqrt(squares));
}

void VectorIndex::add(std::span<const float> vector) {
  const ByteVector row = query_of(vector);
  rows_.resize((size() + 1) * stride_, kByteMiddle);
  for (std::size_t i = 0; i < row.bytes.size(); ++i)
    rows_[size() * stride_ + i] = static_cast<std::uint8_t>(row.bytes[i] + kByteMiddle);
  scales_.push_back(row.scale);
  add_half_row(row);
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
  std::int32_t products[kTogether];
  for (std::size_t first = 0; first < size(); first += kTogether) {
    const std::size_t count = std::min(kTogether, size() - first);
    dot_rows(rows_.data() + first * stride_, count, stride_, query.bytes.data(), products);
    for (std::size_t i = 0; i < count; ++i)
      similarities_[first + i] = cosine_of(products[i], scales_[first + i], query.sum, query.scale);
  }
  return similarities_;
}

VectorIndex::HalfQuery VectorIndex::half_query_of(std::span<const float> vector) const {
  ByteVector query = query_of(vector);
  HalfQuery out{.bytes = std::move(query.bytes), .sum = query.sum, .scale = query.scale};
  float squares = 0;
  for (const std::int8_t each : out.bytes) squares += static_cast<float>(each * each);
  out.length = std::sqrt(squares);
  out.bytes.resize(2 * half_stride_);
  return out;
}

float VectorIndex::bound_of(std::int32_t product, std::size_t id, const HalfQuery& query) const {
  constexpr float kRounding = 1e-5F;
  const auto halves = static_cast<float>(kHalf * (product - kHalfMiddle * query.sum));
  return (halves + rests_[id] * query.length) * scales_[id] * query.scale + kRounding;
}

std::span<const float> VectorIndex::similarity_bounds(std::span<const float> vector) {
  bounds_.resize(size());
  const HalfQuery query = half_query_of(vector);
  std::int32_t products[kTogether];
  for (std::size_t first = 0; first < size(); first += kTogether) {
    const std::size_t count = std::min(kTogether, size() - first);
    const std::uint8_t* rows = half_rows_.data() + first * half_stride_;
    dot_half_rows(rows, count, half_stride_, query.bytes.data(), products);
    for (std::size_t i = 0; i < count; ++i) bounds_[first + i] = bound_of(products[i], first + i, query);
  }
  return bounds_;
}

std::vector<float> VectorIndex::similarity_bounds(
    std::span<const float> vector, std::span<const std::uint32_t> ids
) {
  constexpr std::size_t kMany =
      4;  // every fourth of them: then it is quicker to read all, one after the other
  std::vector<float> out(ids.size());
  if (ids.size() * kMany > size()) {
    const std::span<const float> all = similarity_bounds(vector);
    for (std::size_t i = 0; i < ids.size(); ++i) out[i] = all[ids[i]];
    return out;
  }
  const HalfQuery query = half_query_of(vector);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kAhead < ids.size()) fetch(half_rows_.data() + ids[i + kAhead] * half_stride_, half_stride_);
    std::int32_t product = 0;
    dot_half_rows(half_rows_.data() + ids[i] * half_stride_, 1, half_stride_, query.bytes.data(), &product);
    out[i] = bound_of(product, ids[i], query);
  }
  return out;
}

std::vector<float> VectorIndex::similarities(
    std::span<const float> vector, std::span<const std::uint32_t> ids
) {
  std::vector<float> out(ids.size(), 0.0F);
  const ByteVector query = query_of(vector);
  if (query.bytes.empty()) return out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kAhead < ids.size()) fetch(rows_.data() + ids[i + kAhead] * stride_, stride_);
    std::int32_t product = 0;
    dot_rows(rows_.data() + ids[i] * stride_, 1, stride_, query.bytes.data(), &product);
    out[i] = cosine_of(product, scales_[ids[i]], query.sum, query.scale);
  }
  return out;
}

std::vector<Neighbour> VectorIndex::nearest(std::span<const float> vector, std::size_t k) {
  constexpr float kAboveZero = 2;  // a cosine may be below it, a score may not
  const std::size_t wanted = keep_ == Keep::full ? std::max(kAgainTimes * k, kAgainLeast) : k;
  (void)similarity_bounds(vector);
  for (float& bound : bounds_) bound += kAboveZero;
  const auto any = [](std::uint32_t) { return true; };
  const auto exact = [&](std::span<const std::uint32_t> ids) {
    std::vector<float> scores = similarities(vector, ids);
    for (float& score : scores) score += kAboveZero;
    return scores;
  };
  std::vector<Neighbour> best;
  for (const Match& match : bounded_best(bounds_, k == 0 ? 0 : wanted, 0, any, exact))
    best.push_back({match.text, match.score - kAboveZero});
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
