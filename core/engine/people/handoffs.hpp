// Hand-offs: a person becomes the owner of a conversation, and returns it. The closed interval stays visible
// to flows as `handoff`.
#pragma once

#include <string>
#include <string_view>

#include "engine/event.hpp"
#include "engine/run.hpp"
#include "engine/state.hpp"

namespace parley::engine::handoffs {

// The bot says nothing while a person has the conversation, or is awaited.
[[nodiscard]] bool silent(const State& state);

// The bot falls silent; the effect tells the operators. Without words of the author's own they get what the
// slots hold and what was said last.
void begin(Run& run, std::string queue, std::string summary);
// After this time without anybody the bot takes the conversation back.
void wait_at_most(Run& run, Duration time);
// Nobody has joined in time: the bot owns the conversation again. False: not the timer of a hand-off that
// still waits.
[[nodiscard]] bool give_up(Run& run, std::string_view timer_id);

void joined(Run& run, const OperatorJoined& event);
void replied(Run& run, const OperatorReplied& event);
// The person hands back.
void left(Run& run, const OperatorLeft& event);

// What a person should know before reading: the slots that may be shown, then the last exchange.
[[nodiscard]] std::string summary_of(Run& run);

}  // namespace parley::engine::handoffs
