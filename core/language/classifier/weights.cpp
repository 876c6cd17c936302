#include "language/classifier/weights.hpp"

#include <array>
#include <cmath>

#include "language/classifier/exact_math.hpp"

namespace parley::language {
namespace {

constexpr std::array<double, kBlocks> kBlockWeights = {1.0, 0.85, 0.7};

// 1 + ln(count) of the counts that there are, nearly always 1.
double damped(std::uint16_t count) {
  constexpr double kSmall[] = {0, 1, 1.6931471805599454, 2.09861228866811, 2.386294361119891};
  return count < std::size(kSmall) ? kSmall[count] : 1 + exact_log(count);
}

}  // namespace

double inverse_frequency(std::size_t texts, std::size_t with) {
  return exact_log(static_cast<double>(1 + texts) / static_cast<double>(1 + with)) + 1;
}

void weigh(const FeatureCounts& counts, std::span<const float> idf, std::vector<WeighedFeature>& out) {
  out.resize(counts.size());
  std::array<double, kBlocks> squares{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double weight = damped(counts[i].count) * static_cast<double>(idf[i]);
    out[i] = {counts[i].feature, static_cast<float>(weight)};
    squares[static_cast<std::size_t>(counts[i].block)] += weight * weight;
  }
  double length = 0;  // of the blocks that the text has
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (squares[block] > 0) length += kBlockWeights[block] * kBlockWeights[block];
  }
  std::array<float, kBlocks> scales{};
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (squares[block] > 0) {
      scales[block] = static_cast<float>(kBlockWeights[block] / std::sqrt(squares[block] * length));
    }
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out[i].weight *= scales[static_cast<std::size_t>(counts[i].block)];
  }
}

}  // namespace parley::language
