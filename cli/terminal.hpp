// Printing: results to stdout, messages to stderr. Main thread only.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"

namespace parley::cli {

void print(std::string_view text);
void print_json(const Value& value);
// One line for the person, not part of the result.
void note(std::string_view line);
// "error: …" and, below it, what to do. Returns `exit_code`, so that a command can return it.
int report(const Error& error, int exit_code);

// A terminal, and neither NO_COLOR nor TERM=dumb.
[[nodiscard]] bool wants_colour(std::FILE* stream);
[[nodiscard]] bool is_terminal(std::FILE* stream);

// What somebody else has written, for a terminal: what would move its cursor, change its colours or turn the
// direction of writing is shown as its number, "\\u{1b}".
[[nodiscard]] std::string visible(std::string_view text);

// Columns two spaces apart; the first row is the heading. Cells are made visible.
using Rows = std::vector<std::vector<std::string>>;
[[nodiscard]] std::string table(const Rows& rows);

// "2 errors", "1 error".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);
// "2026-11-23 04:30:51", UTC.
[[nodiscard]] std::string shown(Timestamp time);

}  // namespace parley::cli
