// Data with {{ expressions }} in its texts: examples, what is sent instead of what was given, look-ups. Pure.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "expr/scope.hpp"

namespace parley::wire {

// A text that is one expression becomes its value, with its type. One that fails becomes null.
[[nodiscard]] Value filled(const Value& data, const expr::Scope& scope);

// The same, but the first expression that fails is the error; members whose value is null are left out.
[[nodiscard]] Result<Value> filled_strictly(const Value& data, const expr::Scope& scope);

}  // namespace parley::wire
