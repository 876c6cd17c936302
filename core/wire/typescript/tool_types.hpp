// The arguments and results of tools as TypeScript. Pure.
#pragma once

#include <span>
#include <string>

#include "wire/tool.hpp"

namespace parley::wire {

// A module: two types for each tool, and `Tools`, which maps their ids to both.
[[nodiscard]] std::string tool_types(std::span<const Tool* const> tools);

}  // namespace parley::wire
