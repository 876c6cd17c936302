// What a server tells whoever started it, on standard error, and where it runs.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley {

void say(std::string_view text);
[[nodiscard]] bool on_terminal();
// Says it, and gives back the exit code.
[[nodiscard]] int report(const Error& error, int code);
// HOST:PID, for people who look into the table of workers.
[[nodiscard]] std::string process_name();

}  // namespace parley
