// Values as JSON in which every value says its type: {"int":"1"}, {"list":[{"string":"a"}]},
// {"map":[[{"string":"k"},{"bool":true}]]}. It is the form of CEL's conformance cases, and what
// `parley expr eval --jsonl` speaks. Pure functions.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::expr {

// int and uint are digits in a string, so that no reader rounds them; double is a string that always shows a
// point or an exponent ("1.0", "6.02e+23", "NaN", "Infinity"); bytes are base64; timestamp is RFC 3339;
// duration is "90s"; type is the type's name; optional is a list of at most one value.
void append_tagged(std::string& out, const Value& value);

// A value of the form above, already parsed as JSON. Numbers may also be plain JSON numbers.
[[nodiscard]] Result<Value> read_tagged(const Value& json);

}  // namespace parley::expr
