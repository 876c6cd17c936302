// Programs that ask line by line: JSON on standard input, one line of answer for each, in order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::cli {

enum class BlankLines : std::uint8_t { skipped, answered };

// Calls `answer` with each line; it appends its line of answer. What is ready is written
// before waiting for more. Returns the exit code.
int answer_lines(
    const std::function<void(std::string_view line, std::string& out)>& answer,
    BlankLines blank = BlankLines::skipped
);

// The line as a JSON object with a text under `text`.
[[nodiscard]] Result<Value> object_with_text(std::string_view line, std::string_view text);

// {"error": …}
void append_error(std::string& out, const Error& error);

}  // namespace parley::cli
