#include "engine/matching/learnt.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/matching/intents.hpp"
#include "engine/matching/starts.hpp"

namespace parley::engine::matching {

namespace {

using language::Band;
std::size_t count_words(const Scene& scene) {
  return static_cast<std::size_t>(std::ranges::count_if(scene.said.tokens, [](const auto& token) {
    return token.is_word();
  }));
}

}  // namespace

std::optional<Commands> learnt_request(const Scene& scene) {
  const language::Classifier* classifier = scene.release.classifier();
  if (classifier == nullptr) return std::nullopt;
  const std::size_t words = count_words(scene);
  if (words == 0) return std::nullopt;
  const language::Verdict verdict = classifier->classify(scene.said.text);
  if (verdict.band == Band::fall_back || verdict.candidates.empty()) return std::nullopt;
  const auto flow_of = [&](const language::Candidate& candidate) {
    return scene.release.find(classifier->intents()[candidate.intent]);
  };
  const flow::Flow* best = flow_of(verdict.candidates.front());
  if (best == nullptr) return std::nullopt;
  // One word, or an author's handful of phrases, is too little to act on without asking.
  const bool sure = verdict.band == Band::accept && words > 1 && count_phrases(*best) >= kFewPhrases;
  // "Two pizzas and a coke": the words resemble it, and they answer what it asks.
  if (sure || lists_what_is_wanted(scene, *best))
    return start_with(scene, *best, scene.said.text, About::resembling);
  std::vector<std::string> options{best->id};
  // Whom nothing speaks against is the only one to ask about.
  constexpr double kLeastLikely = 0.15;
  if (verdict.candidates.size() > 1 && verdict.candidates[1].confidence >= kLeastLikely) {
    if (const flow::Flow* second = flow_of(verdict.candidates[1])) options.push_back(second->id);
  }
  return one(
      {.kind = CommandKind::clarify, .text = std::string(scene.said.text), .options = std::move(options)}
  );
}

}  // namespace parley::engine::matching
