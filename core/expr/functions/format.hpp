// text.format([…]) of CEL's string extension: %s %d %f %e %b %o %x %X, with a precision for %f and %e.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "expr/functions.hpp"

namespace parley::expr {

// False on a mistake (`problem` says which) or when the budget is exhausted.
[[nodiscard]] bool format_text(
    std::string_view pattern,
    std::span<const Value> arguments,
    Budget& budget,
    std::string& out,
    std::string& problem
);

// A value as %s writes it: map keys in order, no quotes. False when the budget is exhausted.
[[nodiscard]] bool append_plain(std::string& out, const Value& value, Budget& budget);

}  // namespace parley::expr
