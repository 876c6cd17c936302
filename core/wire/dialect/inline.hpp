// Schemas with their "$defs" written out, for readers that follow no $ref. Pure.
#pragma once

#include <cstddef>

#include "base/value.hpp"

namespace parley::wire {

struct InlineLimits {
  std::size_t max_depth = 12;      // references inside references
  std::size_t max_nodes = 20'000;  // of the result
};

// What contains itself, or lies beyond the limits, becomes a schema that accepts anything (of the right type
// when that is known), so whatever the schema accepts is still accepted: check values against the original.
[[nodiscard]] Value without_references(const Value& schema, const InlineLimits& limits = {});

}  // namespace parley::wire
