// Which of an assistant's intents a message means, learnt from a few phrases each; no model, no network.
//
// Trained once (20 intents of 10 phrases: well under 200 ms), then immutable and thread-safe. The same
// phrases give the same bits on every platform and in whatever order they come. An exact phrase, compared in
// its normal form, wins outright. For other messages: a linear classifier over words, pairs of words and
// pieces of words (model.hpp), with probabilities and thresholds fitted to the phrases themselves
// (calibration.hpp). Nothing fails: without phrases every message falls back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "language/classifier/calibration.hpp"
#include "language/phrases.hpp"

namespace parley::language {

struct IntentPhrase {
  std::string text;
  std::string intent;    // empty: an example of what no intent is about
  bool is_name = false;  // a name or description: learnt from, but nothing that a user says
};

enum class Band : std::uint8_t {
  accept,     // do it
  clarify,    // ask which of the first two was meant
  fall_back,  // it is none of them
};
[[nodiscard]] std::string_view name(Band band);

struct Candidate {
  std::uint32_t intent = 0;  // index into Classifier::intents()
  double confidence = 0;     // calibrated probability, 0…1
};

struct Verdict {
  Band band = Band::fall_back;
  std::vector<Candidate> candidates;  // most likely first, at most kMostCandidates
};
inline constexpr std::size_t kMostCandidates = 5;

// Two intents that the phrases themselves do not keep apart.
struct Confusable {
  std::uint32_t intent = 0;
  std::uint32_t taken_for = 0;
  std::size_t phrases = 0;  // of `intent` that cross-validation gave to `taken_for`
  std::string example;      // one of them
};

class Classifier {
 public:
  [[nodiscard]] static Classifier train(std::vector<IntentPhrase> phrases, std::string_view locale = "en");

  [[nodiscard]] Verdict classify(std::string_view text) const;

  [[nodiscard]] std::span<const std::string> intents() const { return intents_; }
  [[nodiscard]] const Calibration& calibration() const { return calibration_; }
  // Most phrases first.
  [[nodiscard]] std::span<const Confusable> confusables() const { return confusables_; }
  [[nodiscard]] std::size_t bytes() const { return model_ ? model_->bytes() : 0; }

 private:
  Classifier() = default;
  [[nodiscard]] std::vector<std::string_view> background_of(std::size_t phrases) const;
  void learn(const std::vector<IntentPhrase>& phrases);
  void note_confusables(const std::vector<IntentPhrase>& phrases, std::span<const Scored> scored);

  std::string locale_;
  std::vector<std::string> intents_;
  // Normal form → intents that have the phrase.
  std::unordered_map<std::string, std::vector<std::uint32_t>> exact_;
  std::optional<Model> model_;
  Calibration calibration_;
  std::vector<Confusable> confusables_;
};

}  // namespace parley::language
