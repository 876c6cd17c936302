// Values that are not to be seen: what stands for them in texts and in every outside view.
#pragma once

#include <string>
#include <string_view>

#include "base/value.hpp"

namespace parley::engine {

// "•••• 42": the last two characters when there are at least eight, else none. Other values show nothing.
[[nodiscard]] Value masked(const Value& value);

inline constexpr std::string_view kMask = "••••";

}  // namespace parley::engine
