// A vector in a byte a number, as it is compared: each number times 127 / the largest of them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "language/retrieval/dot_product.hpp"

namespace parley::language {

struct ByteVector {
  std::vector<std::int8_t> bytes;  // filled up with zeros to padded() of them; empty: of nothing but zeros
  std::int32_t sum = 0;            // of the bytes
  float scale = 0;                 // a byte times this is a number of the vector of length 1
};

// Rows that dot_rows() takes hold this much more than the bytes.
inline constexpr int kByteMiddle = 128;

[[nodiscard]] constexpr std::size_t padded(std::size_t dimensions) {
  return (dimensions + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
}
[[nodiscard]] ByteVector byte_vector(std::span<const float> vector);

// The cosine of two, of which dot_rows() has given `product` for the row of one and the bytes of the other.
[[nodiscard]] inline float cosine_of(
    std::int32_t product, float row_scale, std::int32_t query_sum, float query_scale
) {
  return static_cast<float>(product - kByteMiddle * query_sum) * row_scale * query_scale;
}

}  // namespace parley::language
