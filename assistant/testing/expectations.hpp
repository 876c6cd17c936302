// What a test expects against what came. Pure functions.
#pragma once

#include <string_view>

#include "base/value.hpp"

namespace parley::assistant {

// "…pizzas…" matches any text around; without an ellipsis the text must be equal.
[[nodiscard]] bool text_matches(std::string_view expected, std::string_view said);

// Every member that the test names is there with an equal value; the rest does not matter.
[[nodiscard]] bool covers(const Value& expected, const Value& actual);

}  // namespace parley::assistant
