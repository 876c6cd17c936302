// OpenAI's strict mode: which schemas it can say, and how. Private to dialect.
#pragma once

#include <optional>

#include "base/value.hpp"
#include "wire/dialect/dialect.hpp"

namespace parley::wire {

// Nothing when the schema cannot be said strictly.
[[nodiscard]] std::optional<Value> strict_schema(const Value& parameters, const DialectLimits& limits);

}  // namespace parley::wire
