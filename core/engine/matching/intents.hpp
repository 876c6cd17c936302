// What an assistant's flows teach a classifier: the phrases that start them, and their names.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "engine/release.hpp"
#include "flow/diagnostic.hpp"
#include "flow/flow.hpp"
#include "language/classifier/classifier.hpp"

namespace parley::engine {

// With fewer of its own phrases a flow is never started by likeness alone: the user is asked.
inline constexpr std::size_t kFewPhrases = 5;

// An intent is a flow's id. Null when no flow has a phrase: there is nothing to learn from. Takes a few
// milliseconds for ten flows.
[[nodiscard]] std::unique_ptr<const language::Classifier> learn_intents(
    std::span<const flow::FlowPtr> flows, std::string_view locale
);

// The phrases that a user may start the flow by.
[[nodiscard]] std::size_t count_phrases(const flow::Flow& flow);

// Warns of flows with too few phrases, and of flows that their phrases do not keep apart. Learns from them,
// so it takes as long.
void check_phrases(
    std::span<const flow::FlowPtr> flows, const AssistantSettings& settings, flow::Diagnostics& diagnostics
);

}  // namespace parley::engine
