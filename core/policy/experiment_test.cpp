// Judged by flagd's own conformance cases for `fractional` with high-precision weights
// (flagd-testbed, evaluator/gherkin/fractional.feature, tag fractional-v2).
#include "policy/experiment.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace parley::policy {

TEST_CASE("units get the variants that flagd gives them") {
  const std::vector<std::uint32_t> kSuits = {25, 25, 25, 25};  // clubs, diamonds, hearts, spades
  const std::vector<std::uint32_t> kCoin = {1, 1};             // heads, tails; lower, upper
  struct {
    std::string_view experiment;
    std::string_view unit;
    const std::vector<std::uint32_t>& weights;
    std::size_t variant;
  } rows[] = {
      {"fractional-flag", "jack", kSuits, 2},
      {"fractional-flag", "queen", kSuits, 3},
      {"fractional-flag", "ten", kSuits, 0},
      {"fractional-flag", "nine", kSuits, 1},
      {"fractional-flag", "3", kSuits, 0},
      {"shared-seed", "seven", kSuits, 2},
      {"shared-seed", "eight", kSuits, 1},
      {"shared-seed", "nine", kSuits, 0},
      {"shared-seed", "two", kSuits, 3},
      {"fractional-flag-shorthand", "jon@company.com", kCoin, 0},
      {"fractional-flag-shorthand", "jane@company.com", kCoin, 1},
      {"", "ejOoVL", kCoin, 0},  // hashes to 0
      {"", "bY9fO-", kCoin, 0},  // 1
      {"", "SI7p-", kCoin, 0},   // 2^31 - 1
      {"", "6LvT0", kCoin, 1},   // 2^31
      {"", "ceQdGm", kCoin, 1},  // 2^32 - 1
  };
  for (const auto& row : rows) {
    CAPTURE(row.experiment);
    CAPTURE(row.unit);
    CHECK(assign(row.experiment, row.unit, row.weights) == row.variant);
  }
}

TEST_CASE("weights divide many units in their proportion") {
  constexpr std::array<std::uint32_t, 4> kWeights = {70, 0, 20, 10};
  std::array<int, 4> seen{};
  for (int i = 0; i < 20'000; ++i) ++seen[assign("greeting", "user-" + std::to_string(i), kWeights)];
  CHECK(seen[1] == 0);
  CHECK(std::abs(seen[0] - 14'000) < 300);
  CHECK(std::abs(seen[2] - 4'000) < 300);
  CHECK(std::abs(seen[3] - 2'000) < 300);
}

}  // namespace parley::policy
