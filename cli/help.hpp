// Help texts, made from the table of commands. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace parley::cli {

// What a call without a command prints: how to begin.
[[nodiscard]] std::string short_help();
// Every command with its line.
[[nodiscard]] std::string full_help();
// The commands of a group such as "conv".
[[nodiscard]] std::string group_help(std::string_view group);
[[nodiscard]] std::string help(const Command& command);

}  // namespace parley::cli
