// How calls of a tool are conducted beyond its description: what travels instead of what the caller gave
// (x-parley-send), how a call in doubt is looked for (x-parley-reconcile), how the service says no in an
// answer of success (x-parley-failure). Pages are in pages.hpp. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

// Reads the keys from the operation, or from the document as a whole where the operation has none. What is
// sent without the caller being asked is no argument any more. Error::pointer is the key.
[[nodiscard]] Result<void> read_conduct(const Value& operation, const Value& document, Tool& tool);

// What a call leaves at the service so that it can be found again: the same for every attempt.
[[nodiscard]] std::string marker_of(std::string_view idempotency_key);

// The arguments as they travel.
[[nodiscard]] Result<Value> arguments_sent(const Tool& tool, const Value& arguments, std::string_view marker);

// INVARIANT of both: the tool has a reconciliation.
[[nodiscard]] Result<Value> look_up_arguments(
    const Tool& tool, const Value& arguments, std::string_view marker
);
// Nothing when it is not there. `answer` is all of what the service said.
[[nodiscard]] Result<std::optional<Value>> found_in(
    const Tool& tool, const Value& answer, const Value& arguments, std::string_view marker
);

// The service's word for why it refused, when the answer is a refusal.
[[nodiscard]] std::optional<std::string> refusal_in(const Tool& tool, const Value& answer);

}  // namespace parley::wire
