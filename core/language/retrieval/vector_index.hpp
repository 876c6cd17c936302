// The nearest of many vectors by cosine, exactly: all of them are looked at, as bytes, and the best again in
// full precision. For the memory of one user or the knowledge of one assistant; 10,000 vectors of 384
// numbers take well under a tenth of a millisecond.
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

  // One of them as it is compared. May be called beside searches, not beside add().
  [[nodiscard]] ByteVector at(std::size_t id) const;
  [[nodiscard]] std::size_t size() const { return scales_.size(); }
  [[nodiscard]] std::size_t dimensions() const { return dimensions_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  [[nodiscard]] ByteVector query_of(std::span<const float> vector) const;

  std::size_t dimensions_;
  std::size_t stride_;
  Keep keep_;
  std::vector<std::uint8_t> rows_;  // bytes plus kByteMiddle
  std::vector<float> scales_;
  std::vector<float> full_;  // of length 1
  // Of the search that runs.
  std::vector<std::int32_t> products_;
  std::vector<float> similarities_;
};

}  // namespace parley::language
