// From scores to probabilities and a decision, fitted to the author's own examples: each is scored by a model
// that did not see it (k-fold cross-validation), which shows how an unseen message of the same kind scores.
//
//   temperature   divides the scores before softmax; makes "0.8" mean right four times in five
//   certainty     one number, no unit: how like a known message this is. The sum of three measures, each
//                 scaled to mean 0 and deviation 1 over the examples: best score, best score above the
//                 background's, half of the cosine to the nearest example
//   thresholds    quantiles of the examples' certainty: so many known messages are asked about or missed
//
// Deterministic to the bit. Pure; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "language/classifier/model.hpp"

namespace parley::language {

// Of the model's classes without the last, which is the background.
struct Measures {
  std::size_t best = 0;
  std::array<double, 3> values{};  // as above, unscaled
};
[[nodiscard]] Measures measure(const Scores& scores);

struct Calibration {
  double temperature = 0.5;
  std::array<double, 3> means{};
  std::array<double, 3> scales{};  // 1 / deviation, times what the measure counts
  double fall_back_below = 0;
  double accept_from = 0;
  std::size_t examples = 0;  // that it was fitted to; below kLeast the numbers are typical ones

  [[nodiscard]] double certainty(const Measures& measures) const;
};

// Below it a quantile says nothing.
inline constexpr std::size_t kLeastForCalibration = 10;

struct Scored {
  Scores scores;
  std::uint32_t label = 0;
  std::size_t example = 0;  // which of the examples
};

// Every example that may be held out, scored by a model of the others. Never asked are names and background,
// and what is alone in its class.
[[nodiscard]] std::vector<Scored> cross_validate(
    std::span<const ModelExample> examples, std::span<const bool> may_hold_out, std::size_t classes
);

[[nodiscard]] Calibration calibrate(std::span<const Scored> scored);

// softmax(scores / temperature), without the background: given that it is one of the intents, which.
[[nodiscard]] std::vector<double> probabilities(const Scores& scores, double temperature);

}  // namespace parley::language
