// JSONPath (RFC 9535), as far as overlays need it: $, .name, ['name', "name"], [0], [-1], *, .., and filters
// [?@.a.b == 'x' && !(@.c)] with ==, !=, existence, &&, || and !. No slices, no functions. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire {

// The keys and indices that lead from the root to one place.
using Location = std::vector<Value>;

// Every place that the path names, in document order, each once. Error::pointer is the 1-based column.
[[nodiscard]] Result<std::vector<Location>> select(const Value& root, std::string_view path);

// What lies at a location; null pointer when nothing does.
[[nodiscard]] const Value* at(const Value& root, const Location& location);

}  // namespace parley::wire
