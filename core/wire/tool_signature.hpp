// What flows and agents need to know of a compiled tool. Pure.
#pragma once

#include <vector>

#include "base/value.hpp"
#include "flow/load.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

[[nodiscard]] flow::ToolSignature signature_of(const Tool& tool);

// What an answer of this schema (with "$defs") holds identifiers of, told by the names of members and
// definitions: {"track": {"id": …}} gives a track; without a name, what the tool is about. At most four
// objects deep; what is nearest comes first and no name twice.
[[nodiscard]] std::vector<flow::GivenThing> given_things(const Value& result_schema);

}  // namespace parley::wire
