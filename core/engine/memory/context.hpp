// What a model is told of the user besides what the author gives it: what is known of them, and what they
// said and were told before. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/run.hpp"

namespace parley::engine {

inline constexpr std::uint32_t kContextHits = 5;           // that are looked for at most
inline constexpr std::uint32_t kContextTimeoutMs = 3'000;  // after which a model is asked without them

// `known` is that of facts::known(), `hits` what `recall` found, best first; either may be null. Lines of
// text, with the day of each, as many as fit into about so many tokens; what is known takes at most half of
// them.
[[nodiscard]] std::string context_text(const Value& known, const Value& hits, std::uint32_t tokens);

// Whether models are told anything about this conversation's user.
[[nodiscard]] bool tells_context(const Release& release, const State& state);
// What to look for in what the user said before: their last message, else the text given. Nothing when the
// message is about something sensitive.
[[nodiscard]] std::optional<std::string> context_query(const State& state, std::string_view otherwise);

}  // namespace parley::engine
