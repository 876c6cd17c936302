#include "language/classifier/classifier.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

#include "language/classifier/background.hpp"
#include "language/vocabulary.hpp"

namespace parley::language {
namespace {

constexpr double kLeastMargin = 0.15;  // between the first two probabilities, for the first to be taken

}  // namespace

std::string_view name(Band band) {
  switch (band) {
    case Band::accept:
      return "accept";
    case Band::clarify:
      return "clarify";
    case Band::fall_back:
      break;
  }
  return "fall_back";
}

Classifier Classifier::train(std::vector<IntentPhrase> phrases, std::string_view locale) {
  // An order of its own, so that the caller's does not matter: sums of floating point numbers would differ.
  const auto key = [](const IntentPhrase& each) { return std::tie(each.intent, each.is_name, each.text); };
  std::sort(phrases.begin(), phrases.end(), [&](const IntentPhrase& a, const IntentPhrase& b) {
    return key(a) < key(b);
  });
  const auto last = std::unique(phrases.begin(), phrases.end(), [&](const auto& a, const auto& b) {
    return key(a) == key(b);
  });
  phrases.erase(last, phrases.end());
  Classifier out;
  out.locale_ = locale;
  for (const IntentPhrase& each : phrases) {
    if (each.intent.empty()) continue;
    if (out.intents_.empty() || out.intents_.back() != each.intent) out.intents_.push_back(each.intent);
    if (each.is_name) continue;
    const std::string normal = normalise(each.text, locale);
    const auto intent = static_cast<std::uint32_t>(out.intents_.size() - 1);
    auto& owners = out.exact_[normal];
    if (!normal.empty() && (owners.empty() || owners.back() != intent)) owners.push_back(intent);
  }
  out.exact_.erase("");
  if (!out.intents_.empty()) out.learn(phrases);
  return out;
}

// Half as many as there are phrases, but enough to know the unknown by: more would drown the phrases.
std::vector<std::string_view> Classifier::background_of(std::size_t phrases) const {
  constexpr std::size_t kLeast = 50;
  const auto all = background_for(vocabulary_for(locale_).language);
  const std::size_t wanted = std::min(all.size(), std::max(kLeast, phrases / 2));
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < wanted; ++i) out.push_back(all[i * all.size() / wanted]);
  return out;
}

void Classifier::learn(const std::vector<IntentPhrase>& phrases) {
  const auto background = static_cast<std::uint32_t>(intents_.size());
  const std::vector<std::string_view> others = background_of(phrases.size());
  std::vector<FeatureCounts> counts;
  counts.reserve(phrases.size() + others.size());
  std::vector<ModelExample> examples;
  const auto may_hold_out = std::make_unique<bool[]>(phrases.size() + others.size());
  std::uint32_t label = 0;
  for (const IntentPhrase& each : phrases) {
    counts.push_back(features_of(each.text, locale_));
    if (!each.intent.empty()) {
      while (intents_[label] != each.intent) ++label;
    }
    may_hold_out[examples.size()] = !each.intent.empty() && !each.is_name;
    examples.push_back({&counts.back(), each.intent.empty() ? background : label});
  }
  for (const std::string_view each : others) {
    counts.push_back(features_of(each, locale_));
    examples.push_back({&counts.back(), background});
  }
  const std::size_t classes = intents_.size() + 1;
  const std::span<const bool> mask(may_hold_out.get(), examples.size());
  const std::vector<Scored> scored = cross_validate(examples, mask, classes);
  calibration_ = calibrate(scored);
  model_.emplace(examples, classes);
  note_confusables(phrases, scored);
}

void Classifier::note_confusables(const std::vector<IntentPhrase>& phrases, std::span<const Scored> scored) {
  for (const Scored& each : scored) {
    const auto best = static_cast<std::uint32_t>(measure(each.scores).best);
    if (best == each.label) continue;
    const auto same = std::find_if(confusables_.begin(), confusables_.end(), [&](const Confusable& row) {
      return row.intent == each.label && row.taken_for == best;
    });
    if (same != confusables_.end()) {
      ++same->phrases;
    } else {
      confusables_.push_back({each.label, best, 1, phrases[each.example].text});
    }
  }
  std::sort(confusables_.begin(), confusables_.end(), [](const Confusable& a, const Confusable& b) {
    return std::tie(b.phrases, a.intent, a.taken_for) < std::tie(a.phrases, b.intent, b.taken_for);
  });
}

Verdict Classifier::classify(std::string_view text) const {
  Verdict verdict;
  if (!model_) return verdict;
  const std::string normal = normalise(text, locale_);
  if (normal.empty()) return verdict;  // nothing was said, whatever an author's empty phrase means
  if (const auto known = exact_.find(normal); known != exact_.end()) {
    verdict.band = known->second.size() == 1 ? Band::accept : Band::clarify;
    for (const std::uint32_t intent : known->second) {
      verdict.candidates.push_back({intent, 1.0 / static_cast<double>(known->second.size())});
      if (verdict.candidates.size() == kMostCandidates) break;
    }
    return verdict;
  }
  const Scores scores = model_->score(features_of(text, locale_));
  const std::vector<double> likely = probabilities(scores, calibration_.temperature);
  for (std::uint32_t intent = 0; intent < intents_.size(); ++intent) {
    verdict.candidates.push_back({intent, likely[intent]});
  }
  const std::size_t kept = std::min(kMostCandidates, verdict.candidates.size());
  const auto end = verdict.candidates.begin() + static_cast<std::ptrdiff_t>(kept);
  std::partial_sort(
      verdict.candidates.begin(),
      end,
      verdict.candidates.end(),
      [](const Candidate& a, const Candidate& b) {
        return std::tie(b.confidence, a.intent) < std::tie(a.confidence, b.intent);
      }
  );
  verdict.candidates.erase(end, verdict.candidates.end());
  const double certainty = calibration_.certainty(measure(scores));
  if (certainty < calibration_.fall_back_below) return verdict;
  const bool close = verdict.candidates.size() > 1 &&
                     verdict.candidates[0].confidence - verdict.candidates[1].confidence < kLeastMargin;
  verdict.band = close || certainty < calibration_.accept_from ? Band::clarify : Band::accept;
  return verdict;
}

}  // namespace parley::language
