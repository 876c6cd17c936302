#include "language/retrieval/hashed_vector.hpp"

#include <cmath>
#include <cstdint>

#include "language/classifier/features.hpp"

namespace parley::language {
namespace {

// A word says more than one of its pieces, of which there are many.
constexpr float kPieceWeight = 0.35F;

}  // namespace

std::vector<float> hashed_vector(std::string_view text, std::string_view locale) {
  std::vector<float> out(kHashedDimensions, 0.0F);
  for (const FeatureCount& each : features_of(text, locale)) {
    if (each.block == Block::pairs) continue;  // the edges of a text, and what words alone say already
    const std::uint32_t mixed = each.feature * 0x9E37'79B1U ^ static_cast<std::uint32_t>(each.block);
    const float sign = (mixed & 1U) != 0 ? 1.0F : -1.0F;
    const float weight =
        (each.block == Block::words ? 1.0F : kPieceWeight) * std::sqrt(static_cast<float>(each.count));
    out[(mixed >> 1U) % kHashedDimensions] += sign * weight;
  }
  float sum = 0;
  for (const float each : out) sum += each * each;
  if (sum > 0) {
    for (float& each : out) each /= std::sqrt(sum);
  }
  return out;
}

}  // namespace parley::language
