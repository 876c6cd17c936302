// What a run of a flow may use up, by its `limits`: calls are reserved before they are made, tokens settled
// when the model has answered. A sub-flow's calls count for its callers as well. What undoes a call is never
// limited.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/event.hpp"
#include "engine/run.hpp"

namespace parley::engine::spending {

inline constexpr std::string_view kLimitReached = "limit_reached";  // the error that steps catch

// Counts a call that the top frame is about to make. Says which limit forbids it; nothing is counted then.
[[nodiscard]] std::optional<std::string> reserve_tool_call(Run& run);
// `tokens`: the longest answer that is asked for, 0 when nobody limits it.
[[nodiscard]] std::optional<std::string> reserve_model_call(Run& run, std::uint32_t tokens);

// For the top frame, whose step waited for this answer.
void settle(Run& run, const ModelReturned& answer);

}  // namespace parley::engine::spending
