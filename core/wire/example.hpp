// A value that fits a JSON Schema, for tools in test mode and for documentation.
#pragma once

#include "base/value.hpp"

namespace parley::wire {

// The same every time: the schema's example, default, const or first enum member, else made up from its type,
// format and limits. `schema` has no $ref (without_references()).
[[nodiscard]] Value example_of(const Value& schema);

}  // namespace parley::wire
