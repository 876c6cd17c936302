// Pins: arguments that a flow or an overlay fixes, so that nobody else sees or chooses them. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

// By the argument's name, or by what the service calls it. The value is checked against the argument's
// schema.
[[nodiscard]] Result<void> pin(Tool& tool, std::string_view argument, const Value& value);

// The parameters without one of the arguments: nobody is asked for it any more.
[[nodiscard]] Value without_argument(Value parameters, std::string_view name);

// Every argument of a map.
[[nodiscard]] Result<void> pin_all(Tool& tool, const Value& pins);

}  // namespace parley::wire
