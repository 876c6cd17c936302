#include "engine/matching/intents.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/run.hpp"

namespace parley::engine {

namespace {

using language::IntentPhrase;

bool is_handler(const flow::Flow& flow) {
  return flow.id.starts_with("repair.");
}

std::vector<IntentPhrase> phrases_of(std::span<const flow::FlowPtr> flows) {
  std::vector<IntentPhrase> phrases;
  for (const flow::FlowPtr& flow : flows) {
    if (count_phrases(*flow) == 0 || is_handler(*flow)) continue;
    for (const flow::Trigger& trigger : flow->triggers) {
      for (const std::string& phrase : trigger.phrases) phrases.push_back({phrase, flow->id});
    }
    phrases.push_back({spoken(flow->id), flow->id, true});
    if (!flow->description.empty() && flow->descriptions.empty())
      phrases.push_back({flow->description, flow->id, true});
    for (const flow::Wording& each : flow->descriptions) phrases.push_back({each.text, flow->id, true});
  }
  return phrases;
}

// Where the author would add one.
flow::Position place_of_phrases(const flow::Flow& flow) {
  for (const flow::Trigger& trigger : flow.triggers) {
    if (!trigger.phrases.empty()) return trigger.position;
  }
  return {};
}

const flow::Flow* find(std::span<const flow::FlowPtr> flows, std::string_view id) {
  const auto found = std::ranges::find_if(flows, [&](const auto& flow) { return flow->id == id; });
  return found == flows.end() ? nullptr : found->get();
}

}  // namespace

std::size_t count_phrases(const flow::Flow& flow) {
  std::size_t count = 0;
  for (const flow::Trigger& trigger : flow.triggers) count += trigger.phrases.size();
  return count;
}

std::unique_ptr<const language::Classifier> learn_intents(
    std::span<const flow::FlowPtr> flows, std::string_view locale
) {
  std::vector<IntentPhrase> phrases = phrases_of(flows);
  if (phrases.empty()) return nullptr;
  return std::make_unique<const language::Classifier>(language::Classifier::train(std::move(phrases), locale)
  );
}

void check_phrases(
    std::span<const flow::FlowPtr> flows, const AssistantSettings& settings, flow::Diagnostics& diagnostics
) {
  const auto warn = [&](std::string_view code, const flow::Flow& flow, std::string message, std::string help
                    ) {
    diagnostics.push_back(
        {std::string(code),
         flow::Severity::warning,
         flow.file,
         place_of_phrases(flow),
         std::move(message),
         std::move(help)}
    );
  };
  for (const flow::FlowPtr& flow : flows) {
    const std::size_t count = count_phrases(*flow);
    if (count == 0 || count >= kFewPhrases || is_handler(*flow)) continue;
    warn(
        "F0901",
        *flow,
        "'" + flow->id + "' has " + std::to_string(count) + (count == 1 ? " phrase" : " phrases") +
            "; other words for it are only asked about",
        "write at least " + std::to_string(kFewPhrases) + " ways in which users ask for it"
    );
  }
  const auto learnt = learn_intents(flows, settings.locale);
  if (learnt == nullptr) return;
  // One phrase that could be either is no reason to doubt the others.
  constexpr std::size_t kWorthSaying = 2;
  for (const language::Confusable& pair : learnt->confusables()) {
    const flow::Flow* flow = find(flows, learnt->intents()[pair.intent]);
    const std::string& other = learnt->intents()[pair.taken_for];
    if (flow == nullptr || pair.phrases < kWorthSaying) continue;
    warn(
        "F0902",
        *flow,
        std::to_string(pair.phrases) + " of " + std::to_string(count_phrases(*flow)) + " phrases of '" +
            flow->id + "' read like '" + other + "', such as \"" + pair.example + "\"",
        "give both flows phrases with words that the other one lacks, or make them one flow"
    );
  }
}

}  // namespace parley::engine
