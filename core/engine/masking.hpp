// Values that are not to be seen: what stands for them in texts and in every outside view.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"

namespace parley::engine {

// "•••• 42": the last two characters when there are at least eight, else none. Other values show nothing.
[[nodiscard]] Value masked(const Value& value);

inline constexpr std::string_view kMask = "••••";

// A map with the members of these names masked.
[[nodiscard]] Value with_masked(Value map, const std::vector<std::string>& names);
// {tool, arguments, …} with these arguments masked.
[[nodiscard]] Value with_masked_arguments(const Value& subject, const std::vector<std::string>& names);

// A part of a log as outside views show it: what the user wrote when it was about a sensitive slot, the value
// itself, where it is remembered, and the arguments of tool calls that were made from it, also where a person
// is asked about them. What a tool answers is left as it is.
void mask(std::vector<Event>& events, Effects& effects);

}  // namespace parley::engine
