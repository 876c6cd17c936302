// The engine: (state, event) → (state', effects). Deterministic and free of input and output; it never waits,
// reads no clock and cannot fail: what goes wrong inside a flow becomes a repair, never an error of the
// caller.
//
// Call order for one turn: advance(MessageReceived) asks with Understand what the message means; the driver
// answers with CommandsUnderstood (from match(), or a model); advance() then runs steps until the flow waits,
// ends or meets a limit. Every CallTool is answered by exactly one ToolReturned or ToolFailed. An event that
// no longer fits (an answer to a call that nobody waits for) changes nothing. Thread-safety: a State belongs
// to one caller at a time; a Release is shared.
#pragma once

#include <string_view>
#include <vector>

#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"
#include "engine/run.hpp"
#include "engine/state.hpp"
#include "language/command.hpp"

namespace parley::engine {

// `release` must be the one that state.release names (for ConversationStarted and ReleaseAdopted: the one the
// event names). Effects are appended; so are the steps that ran, when `visits` is given.
void advance(
    const Release& release,
    State& state,
    const Event& event,
    Effects& effects,
    std::vector<Visit>* visits = nullptr
);

// What a message means, without a model: button payload, command, exact phrase, typed value, correction. The
// answer is never empty: at worst one cannot_handle.
[[nodiscard]] std::vector<language::Command> match(
    const Release& release, const State& state, std::string_view text, std::string_view payload, Timestamp at
);

// "waiting", "working" (a tool runs), "pending_human", "human" or "ended".
[[nodiscard]] std::string_view status(const State& state);
// The id of the step that waits, or empty.
[[nodiscard]] std::string_view waiting_step(const Release& release, const State& state);

}  // namespace parley::engine
