// What is kept of an answer: the fields that a description names, and of a long answer its beginning. What a
// conversation stores and a model reads is this, never the whole answer. Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire {

// x-parley-fields: a list of JSON pointers, "*" standing for every item: ["/id", "/lines/*/price"].
[[nodiscard]] Result<void> read_fields(const Value& list, std::vector<std::string>& fields);

// Only what the pointers lead to, in the shape of the answer. What is not there is left out.
[[nodiscard]] Value project(const Value& answer, std::span<const std::string> fields);

// The schema of what project() leaves of an answer that fits `schema`.
[[nodiscard]] Value kept_schema(const Value& schema, std::span<const std::string> fields);

// An answer whose JSON has at most `max_bytes`: longer lists keep their first items and longer texts their
// beginning, as many as fit; a map says so with "_shortened": true, and says nothing else when even that is
// too much. A list that does not fit is null then.
[[nodiscard]] Value shortened(const Value& answer, std::size_t max_bytes);

}  // namespace parley::wire
