#include "policy/experiment.hpp"

#include <string>

#include "base/murmur3.hpp"
#include "base/result.hpp"

namespace parley::policy {

std::size_t assign(
    std::string_view experiment, std::string_view unit, std::span<const std::uint32_t> weights
) {
  std::uint64_t total = 0;
  for (const std::uint32_t weight : weights) total += weight;
  INVARIANT(total > 0 && total < 1ULL << 31U, "an experiment divides its units by weights");
  const std::uint64_t hash = murmur3_32(std::string(experiment).append(unit));
  const std::uint64_t bucket = hash * total >> 32U;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    end += weights[i];
    if (bucket < end) return i;
  }
  return weights.size() - 1;
}

}  // namespace parley::policy
