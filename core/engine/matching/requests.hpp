// The message as a request: for a flow, by an author's phrase with words and values around it, or for a
// command inside a longer message.
#pragma once

#include <optional>

#include "engine/matching/scene.hpp"

namespace parley::engine::matching {

// A phrase and nothing around it but values for the flow and words that say nothing of their own. Two flows
// that fit equally give `clarify`.
[[nodiscard]] std::optional<Commands> clear_request(const Scene& scene);
// A phrase at the beginning of a longer message; or a part of phrases ("my order"), which is a request when
// only one flow has it, and else `clarify`.
[[nodiscard]] std::optional<Commands> likely_request(const Scene& scene);
// Messages of several parts: "cancel that, I want to order food", "4 people. is there parking?".
[[nodiscard]] std::optional<Commands> request_in_parts(const Scene& scene);
// Commands and small talk, exactly; null when the words are an answer here.
[[nodiscard]] std::optional<Commands> builtin(const Scene& scene);
// The same with words around them or a typing mistake.
[[nodiscard]] std::optional<Commands> builtin_inside(const Scene& scene);
// A whole message that is a command or small talk in another of the languages that Parley knows: "stop" and
// "help" are said everywhere.
[[nodiscard]] std::optional<Commands> foreign_command(const Scene& scene);
// Which of what the last message offered is meant.
[[nodiscard]] std::optional<Commands> chosen_offer(const Scene& scene);

}  // namespace parley::engine::matching
