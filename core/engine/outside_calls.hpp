// Every effect that is answered with a result or a failure, in one form, for whoever carries calls out: tools
// by their own names, models as "model.TASK", memory as "memory.recall", knowledge as "knowledge.SOURCE". No
// connector may be called model, memory or knowledge.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"

namespace parley::engine {

// Nothing for effects that are not calls. The arguments of a model call are its input, with `model` and
// `max_tokens` where given; those of a look-up are {query, k, min_score}.
[[nodiscard]] std::optional<CallTool> as_call(const Effect& effect);

// How a model finds its way among more tools than it is shown: functions of the list of those that it may
// use.
inline constexpr std::string_view kSearchTools = "tools.search";
inline constexpr std::string_view kDescribeTools = "tools.describe";
inline constexpr std::string_view kAgentCall = "model.agent";
// A model's answer to an agent with what each call that it proposes does to the world, as {…, effect: "read"
// or "write"}. The model's own word for it does not count.
[[nodiscard]] Value with_effects(
    const Value& answer, const std::function<bool(std::string_view tool)>& only_reads
);

// The event that tells what became of the call of this tool.
[[nodiscard]] EventBody returned(
    std::string_view tool, std::string effect_id, Value result, bool test_mode = false
);
[[nodiscard]] EventBody failed(
    std::string_view tool,
    std::string effect_id,
    std::string code,
    std::string message,
    bool in_doubt = false,
    std::uint32_t dice = 0
);

}  // namespace parley::engine
