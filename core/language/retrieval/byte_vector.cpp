#include "language/retrieval/byte_vector.hpp"

#include <algorithm>
#include <cmath>

namespace parley::language {

namespace {

constexpr int kMost = 127;

// Rounds to the nearest of -127…127.
int byte_of(float number, float scale) {
  const float scaled = number / scale;
  return std::clamp(static_cast<int>(scaled + (scaled < 0 ? -0.5F : 0.5F)), -kMost, kMost);
}

}  // namespace

ByteVector byte_vector(std::span<const float> vector) {
  ByteVector out;
  float squares = 0;
  float largest = 0;
  for (const float each : vector) {
    squares += each * each;
    largest = std::max(largest, std::abs(each));
  }
  if (!(squares > 0)) return out;
  const float scale = largest / kMost;
  out.scale = scale / std::sqrt(squares);
  out.bytes.resize(padded(vector.size()));
  for (std::size_t i = 0; i < vector.size(); ++i) {
    out.bytes[i] = static_cast<std::int8_t>(byte_of(vector[i], scale));
    out.sum += out.bytes[i];
  }
  return out;
}

}  // namespace parley::language
