#include "language/classifier/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "language/classifier/exact_math.hpp"

namespace parley::language {
namespace {

constexpr std::size_t kFolds = 5;
constexpr std::array<double, 3> kMeasureWeights = {1.0, 1.0, 0.5};
constexpr double kFallBackShare = 0.104;  // of known messages that are missed
constexpr double kClarifyShare = 0.20;    // of known messages that are missed or asked about

std::span<const double> without_background(const Scores& scores) {
  return std::span(scores.of_class).first(scores.of_class.size() - 1);
}

double mean_loss(std::span<const Scored> scored, double temperature) {
  double loss = 0;
  for (const Scored& each : scored) {
    const std::span<const double> all = without_background(each.scores);
    const double top = *std::max_element(all.begin(), all.end());
    double sum = 0;
    for (const double score : all) sum += exact_exp((score - top) / temperature);
    loss += exact_log(sum) - (each.scores.of_class[each.label] - top) / temperature;
  }
  return loss / static_cast<double>(scored.size());
}

// The loss has one minimum over the logarithm of the temperature: golden-section search.
double best_temperature(std::span<const Scored> scored) {
  constexpr double kGolden = 0.6180339887498949;
  constexpr int kSteps = 24;  // to 0.01 %
  double low = exact_log(0.05);
  double high = exact_log(5);
  for (int step = 0; step < kSteps; ++step) {
    const double third = high - kGolden * (high - low);
    const double two_thirds = low + kGolden * (high - low);
    if (mean_loss(scored, exact_exp(third)) <= mean_loss(scored, exact_exp(two_thirds))) {
      high = two_thirds;
    } else {
      low = third;
    }
  }
  return exact_exp((low + high) / 2);
}

// A quantile of few numbers is uncertain: it is taken farther in, so that a small assistant asks back sooner.
double quantile(const std::vector<double>& sorted, double share) {
  constexpr double kFew = 15;
  share *= 1 + kFew / static_cast<double>(sorted.size());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

// As assistants of ten to twenty flows have them, for one with too few examples to tell. A little stricter.
Calibration typical() {
  Calibration out;
  out.temperature = 0.5;
  out.means = {3.0, 2.6, 0.42};
  out.scales = {1 / 0.9, 1 / 1.1, 0.5 / 0.13};
  out.fall_back_below = -2.5;
  out.accept_from = -1.0;
  return out;
}

}  // namespace

Measures measure(const Scores& scores) {
  Measures out;
  const std::size_t background = scores.of_class.size() - 1;
  for (std::size_t c = 1; c < background; ++c) {
    if (scores.of_class[c] > scores.of_class[out.best]) out.best = c;
  }
  const double best = scores.of_class[out.best];
  out.values = {best, best - scores.of_class[background], scores.nearest};
  return out;
}

double Calibration::certainty(const Measures& measures) const {
  double sum = 0;
  for (std::size_t i = 0; i < means.size(); ++i) sum += (measures.values[i] - means[i]) * scales[i];
  return sum;
}

std::vector<double> probabilities(const Scores& scores, double temperature) {
  const std::span<const double> all = without_background(scores);
  std::vector<double> out(all.begin(), all.end());
  const double top = *std::max_element(out.begin(), out.end());
  double sum = 0;
  for (double& each : out) {
    each = exact_exp((each - top) / temperature);
    sum += each;
  }
  for (double& each : out) each /= sum;
  return out;
}

std::vector<Scored> cross_validate(
    std::span<const ModelExample> examples, std::span<const bool> may_hold_out, std::size_t classes
) {
  // An example that is alone in its class would be asked of a model that does not know the class.
  std::vector<std::size_t> sizes(classes);
  for (std::size_t i = 0; i < examples.size(); ++i) sizes[examples[i].label] += may_hold_out[i] ? 1 : 0;
  std::vector<std::size_t> fold_of(examples.size(), kFolds);
  std::vector<std::size_t> seen(classes);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const std::uint32_t label = examples[i].label;
    if (may_hold_out[i] && sizes[label] > 1) fold_of[i] = seen[label]++ % kFolds;
  }
  std::vector<Scored> scored;
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    if (std::find(fold_of.begin(), fold_of.end(), fold) == fold_of.end()) continue;
    std::vector<ModelExample> others;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      if (fold_of[i] != fold) others.push_back(examples[i]);
    }
    const Model model(others, classes);
    for (std::size_t i = 0; i < examples.size(); ++i) {
      if (fold_of[i] == fold) scored.push_back({model.score(*examples[i].counts), examples[i].label, i});
    }
  }
  return scored;
}

Calibration calibrate(std::span<const Scored> scored) {
  Calibration out = typical();
  out.examples = scored.size();
  if (scored.size() < kLeastForCalibration) return out;
  out.temperature = best_temperature(scored);
  const auto count = static_cast<double>(scored.size());
  std::vector<Measures> measures;
  for (const Scored& each : scored) measures.push_back(measure(each.scores));
  for (std::size_t i = 0; i < out.means.size(); ++i) {
    double sum = 0;
    double squares = 0;
    for (const Measures& each : measures) sum += each.values[i];
    out.means[i] = sum / count;
    for (const Measures& each : measures) {
      squares += (each.values[i] - out.means[i]) * (each.values[i] - out.means[i]);
    }
    out.scales[i] = kMeasureWeights[i] / (std::sqrt(squares / count) + 1e-6);
  }
  std::vector<double> certainties;
  for (const Measures& each : measures) certainties.push_back(out.certainty(each));
  std::sort(certainties.begin(), certainties.end());
  out.fall_back_below = quantile(certainties, kFallBackShare);
  out.accept_from = quantile(certainties, kClarifyShare);
  return out;
}

}  // namespace parley::language
