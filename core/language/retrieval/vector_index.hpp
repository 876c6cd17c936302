// The nearest of many vectors by cosine, exactly: all of them are looked at, as half bytes, which say what
// the similarity of none exceeds; those that may be among the first again as bytes, and the best in full
// precision. For the memory of one user or the knowledge of one assistant. What many vectors cost is reading
// them, so the half bytes of all lie together.
//
// Not thread-safe: searching uses room of the index's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "language/retrieval/byte_vector.hpp"

namespace parley::language {

struct Neighbour {
  std::uint32_t id = 0;
  float similarity = 0;  // cosine
};

class VectorIndex {
 public:
  enum class Keep : std::uint8_t {
    full,   // four more bytes a number; the order is exact
    bytes,  // similarities are within about 0.01
  };
  explicit VectorIndex(std::size_t dimensions, Keep keep = Keep::full);

  // Ids are 0, 1, 2… in the order of adding. The length of a vector does not matter; one of nothing but
  // zeros is like no other. `vector` has `dimensions` finite numbers.
  void add(std::span<const float> vector);

  // Most similar first, at most k.
  [[nodiscard]] std::vector<Neighbour> nearest(std::span<const float> vector, std::size_t k);
  // Of every vector, in the order of their ids, by their bytes alone; they stay until the next search.
  [[nodiscard]] std::span<const float> similarities(std::span<const float> vector);

  // The same of a few of them: `ids` in, one number for each out.
  [[nodiscard]] std::vector<float> similarities(
      std::span<const float> vector, std::span<const std::uint32_t> ids
  );

  // Of every vector, in the order of their ids, a number that similarities() does not exceed: above it by
  // what half bytes leave out, about 0.1. They stay until the next search.
  [[nodiscard]] std::span<const float> similarity_bounds(std::span<const float> vector);
  // The same of a few of them, in order.
  [[nodiscard]] std::vector<float> similarity_bounds(
      std::span<const float> vector, std::span<const std::uint32_t> ids
  );

  // One of them as it is compared. May be called beside searches, not beside add().
  [[nodiscard]] ByteVector at(std::size_t id) const;
  [[nodiscard]] std::size_t size() const { return scales_.size(); }
  [[nodiscard]] std::size_t dimensions() const { return dimensions_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  [[nodiscard]] ByteVector query_of(std::span<const float> vector) const;
  // A question as half rows are compared with it.
  struct HalfQuery {
    std::vector<std::int8_t> bytes;
    std::int32_t sum = 0;
    float scale = 0;
    float length = 0;  // of the bytes
  };
  [[nodiscard]] HalfQuery half_query_of(std::span<const float> vector) const;
  [[nodiscard]] float bound_of(std::int32_t product, std::size_t id, const HalfQuery& query) const;
  void add_half_row(const ByteVector& row);

  std::size_t dimensions_;
  std::size_t stride_;
  Keep keep_;
  std::vector<std::uint8_t> rows_;  // bytes plus kByteMiddle
  std::vector<float> scales_;
  std::size_t half_stride_;
  std::vector<std::uint8_t> half_rows_;  // the bytes / 16, rounded, plus kHalfMiddle; two in a byte
  std::vector<float> rests_;             // the length of what that leaves of the bytes
  std::vector<float> full_;              // of length 1
  // Of the search that runs.
  std::vector<float> similarities_;
  std::vector<float> bounds_;
};

}  // namespace parley::language
