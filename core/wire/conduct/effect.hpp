// What a description says of the effect that a call has. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire {

// "read", "keyed", "natural", "reconcile" or "unsafe"; `otherwise` where it says nothing. Error::pointer is
// the keyword.
[[nodiscard]] Result<std::string> read_effect(
    const Value& source, std::string_view otherwise, std::string_view keyword = "x-parley-effect"
);

}  // namespace parley::wire
