#include "engine/matching/learnt.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/matching/intents.hpp"

namespace parley::engine::matching {

namespace {

using language::Band;
using language::Wanted;

// Of the words that made the flow start, only what cannot be anything else is taken as a value.
std::vector<Wanted> typed_slots(const flow::Flow& flow) {
  std::vector<Wanted> wanted = gathered(flow);
  std::erase_if(wanted, [](const Wanted& each) {
    const flow::SlotKind kind = each.slot->type.kind;
    const bool any_words = kind == flow::SlotKind::text && each.slot->choices.empty() && !each.slot->pattern;
    return any_words || kind == flow::SlotKind::object || kind == flow::SlotKind::list ||
           kind == flow::SlotKind::boolean;
  });
  return wanted;
}

Commands start(const Scene& scene, const flow::Flow& flow) {
  Commands commands = one({.kind = CommandKind::start_flow, .flow = flow.id});
  for (auto& filling : language::find_fillings(scene.said.text, typed_slots(flow), scene.circumstances)) {
    commands.push_back(
        {.kind = CommandKind::set_slot, .slot = filling.slot->name, .value = std::move(filling.value)}
    );
  }
  return commands;
}

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
  if (sure) return start(scene, *best);
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
