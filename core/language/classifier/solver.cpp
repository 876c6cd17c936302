#include "language/classifier/solver.hpp"

#include <algorithm>
#include <cmath>

#include "language/classifier/exact_math.hpp"

namespace parley::language {
namespace {

// The w with w + ln w = t.
double wright_omega(double t) {
  if (t < -18) return 0;
  if (t < -4) {
    const double e = exact_exp(t);
    return e * (1 - e * (1 - e * (1.5 - e * (8.0 / 3))));
  }
  double w = t > 1 ? t - exact_log(t) * t / (1 + t) : exact_exp(t) / (1 + exact_exp(t) * 0.75);
  // One step of Fritsch, Shafer and Crowley leaves the fourth power of the error: below 1e-5.
  const double rest = t - w - exact_log(w);
  const double next = 1 + w;
  const double twice = 2 * next * (next + rest * (2.0 / 3));
  return w * (1 + rest / next * (twice - rest) / (twice - 2 * rest));
}

class Solver {
 public:
  Solver(const TrainingSet& set, const SolverOptions& options)
      : set_(set),
        options_(options),
        classes_(set.classes),
        coefficients_(set.examples.size() * set.classes),
        scores_(set.classes),
        omegas_(set.classes),
        shifts_(set.examples.size(), -1e9) {
    share_features();
    weights_.resize(shared_ * classes_);
  }

  std::vector<float> run() {
    const std::vector<std::size_t> order = interleaved();
    for (int round = 0; round < options_.most_rounds; ++round) {
      double most = 0;
      for (const std::size_t example : order) most = std::max(most, improve(example));
      if (most < options_.tolerance) break;
    }
    return std::move(coefficients_);
  }

 private:
  struct Example {
    std::vector<WeighedFeature> shared;
    double own = 0;     // squared length of what no other example has
    double square = 0;  // of everything
  };

  // A feature that only one example has moves no other's score: it is kept as a number instead of a row.
  void share_features() {
    std::vector<std::uint32_t> users(set_.features);
    for (const auto& example : set_.examples) {
      for (const WeighedFeature& each : example) ++users[each.feature];
    }
    constexpr std::uint32_t kNone = 0xFFFF'FFFF;
    std::vector<std::uint32_t> rows(set_.features, kNone);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (users[i] > 1) rows[i] = static_cast<std::uint32_t>(shared_++);
    }
    examples_.resize(set_.examples.size());
    for (std::size_t i = 0; i < examples_.size(); ++i) {
      Example& example = examples_[i];
      for (const WeighedFeature& each : set_.examples[i]) {
        const double square = static_cast<double>(each.weight) * static_cast<double>(each.weight);
        example.square += square;
        if (rows[each.feature] == kNone) {
          example.own += square;
        } else {
          example.shared.push_back({rows[each.feature], each.weight});
        }
      }
    }
  }

  // One example of each class in turn, so that no class runs ahead.
  [[nodiscard]] std::vector<std::size_t> interleaved() const {
    std::vector<std::vector<std::size_t>> queues(classes_);
    for (std::size_t i = 0; i < set_.labels.size(); ++i) queues[set_.labels[i]].push_back(i);
    std::vector<std::size_t> order;
    for (std::size_t turn = 0; order.size() < set_.labels.size(); ++turn) {
      for (const auto& queue : queues) {
        if (turn < queue.size()) order.push_back(queue[turn]);
      }
    }
    return order;
  }

  // Solves for one example with all others held; how far a probability moved.
  double improve(std::size_t index) {
    const Example& example = examples_[index];
    float* const coefficients = coefficients_.data() + index * classes_;
    std::fill(scores_.begin(), scores_.end(), 0.0F);
    for (const WeighedFeature& each : example.shared) {
      const float* const row = weights_.data() + each.feature * classes_;
      for (std::size_t c = 0; c < classes_; ++c) scores_[c] += each.weight * row[c];
    }
    const double scale = options_.cost * example.square;  // of a probability's effect on its own score
    if (scale <= 0) return 0;
    const double others = example.own - example.square;
    for (std::size_t c = 0; c < classes_; ++c) {
      scores_[c] += static_cast<float>(others * static_cast<double>(coefficients[c]));
    }
    const std::size_t label = set_.labels[index];
    scores_[label] += static_cast<float>(scale);
    share_out(scale, shifts_[index]);
    float most = 0;
    for (std::size_t c = 0; c < classes_; ++c) {
      const double probability = omegas_[c] / scale;
      const double wanted = options_.cost * ((c == label ? 1.0 : 0.0) - probability);
      const float moved = static_cast<float>(wanted) - coefficients[c];
      coefficients[c] = static_cast<float>(wanted);
      scores_[c] = moved;
      most = std::max(most, std::fabs(moved));
    }
    for (const WeighedFeature& each : example.shared) {
      float* const row = weights_.data() + each.feature * classes_;
      for (std::size_t c = 0; c < classes_; ++c) row[c] += each.weight * scores_[c];
    }
    return static_cast<double>(most) / options_.cost;
  }

  // omegas = scale · p, where p = softmax(scores − scale · p). In logarithms: omega + ln omega = score + ln
  // scale − shift for each class, with the shift that makes them add up to `scale`.
  void share_out(double scale, double& shift) {
    constexpr int kMostSteps = 60;
    const double top = static_cast<double>(*std::max_element(scores_.begin(), scores_.end()));
    const double log_scale = exact_log(scale);
    // Here the largest alone is `scale`: the sum is too large, from where Newton's method never overshoots.
    // The last round's shift is nearer; from beyond the root the first step comes back before it.
    const double lowest = top - scale;
    shift = std::max(shift, lowest);
    for (int step = 0; step < kMostSteps; ++step) {
      double sum = 0;
      double slope = 0;
      for (std::size_t c = 0; c < classes_; ++c) {
        const double omega = wright_omega(static_cast<double>(scores_[c]) + log_scale - shift);
        omegas_[c] = omega;
        sum += omega;
        slope += omega / (1 + omega);
      }
      const double excess = sum - scale;
      if (std::fabs(excess) < 1e-4 * scale) return;
      shift = std::max(shift + excess / slope, lowest);
    }
  }

  const TrainingSet& set_;
  const SolverOptions& options_;
  std::size_t classes_;
  std::size_t shared_ = 0;
  std::vector<Example> examples_;
  std::vector<float> coefficients_;
  std::vector<float> weights_;  // shared features × classes
  std::vector<float> scores_;
  std::vector<double> omegas_;
  std::vector<double> shifts_;  // of each example, from the round before
};

}  // namespace

std::vector<float> solve(const TrainingSet& set, const SolverOptions& options) {
  return Solver(set, options).run();
}

}  // namespace parley::language
