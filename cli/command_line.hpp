// From words to the values of a command's options. The only place that knows the parsing library, which costs
// ten times more to compile than anything else here.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace parley::cli {

// Errors are for the person who typed: what is wrong and what was probably meant.
[[nodiscard]] Result<Arguments> parse(const Command& command, std::vector<std::string> words);

}  // namespace parley::cli
