// Multinomial logistic regression: minimises ½‖W‖² + cost · Σ −ln p(label | example) over linear scores
// without bias, W = Σ coefficients_i · example_i.
//
// Source: dual coordinate descent, one example at a time (Yu, Huang, Lin: Dual coordinate descent methods for
// logistic regression and maximum entropy models, 2011). Here the step of one example is solved exactly: its
// dual variables are the Wright omega function of the scores, shifted by one number that Newton's method
// finds. Deterministic to the bit. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "language/classifier/weights.hpp"

namespace parley::language {

struct TrainingSet {
  std::span<const std::vector<WeighedFeature>> examples;
  std::span<const std::uint32_t> labels;  // below `classes`
  std::size_t classes = 0;
  std::size_t features = 0;  // above every feature's number
};

struct SolverOptions {
  double cost = 30;
  int most_rounds = 40;     // over all examples
  double tolerance = 0.02;  // stop when no probability moved by more
};

// examples × classes, row by row.
[[nodiscard]] std::vector<float> solve(const TrainingSet& set, const SolverOptions& options = {});

}  // namespace parley::language
