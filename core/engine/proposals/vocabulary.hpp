// The closed vocabulary that a model may answer in, here and now. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"

namespace parley::engine::proposals {

inline constexpr std::size_t kMostCommands = 12;

// The flows that users may start by words, by id.
[[nodiscard]] std::vector<const flow::Flow*> startable(const Release& release);
// The slots of a flow that users may fill by words: those that its steps gather and that are not sensitive.
[[nodiscard]] std::vector<const flow::Slot*> settable(const flow::Flow& flow);

// Of {commands: [{do, flow?, slot?, value?, options?, topic?}]}; flows, slots and topics are enumerated, so a
// server that decodes by the schema cannot make any up.
[[nodiscard]] Value answer_schema(const Release& release, const State& state);

// What the user may talk about besides, as Command::reason of chitchat has it.
[[nodiscard]] bool is_topic(std::string_view topic);

}  // namespace parley::engine::proposals
