// A whole message without a driver: what the server does around its store, for everything that has none — the
// terminal, conversation tests, the browser.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/advance.hpp"

namespace parley::engine {

// Receives the message, understands it with the built-in matchers when the engine asks, and collects the
// effects. `events` gets the two events that a log would hold.
void take_message(
    const Release& release,
    State& state,
    Timestamp at,
    MessageReceived message,
    std::vector<Event>& events,
    Effects& effects,
    std::vector<Visit>* visits = nullptr
);

// The answer to an Understand effect among `effects`, or nothing when the engine did not ask.
[[nodiscard]] std::optional<CommandsUnderstood> understand(
    const Release& release, const State& state, Timestamp at, std::span<const Effect> effects
);

}  // namespace parley::engine
