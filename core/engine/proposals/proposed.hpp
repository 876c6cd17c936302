// A model's answer as commands that the engine can carry out. Pure.
//
// The model only points: values are its words for them, and the same readers as for a user's own words make
// values of them. Whatever does not belong to the vocabulary, to the flows or to the slots here is dropped;
// engine::clean() makes the rest consistent.
#pragma once

#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"
#include "language/command.hpp"

namespace parley::engine::proposals {

// Empty when the answer says nothing that could be done here; the matchers' own reading stands then.
// `answer` may be anything.
[[nodiscard]] std::vector<language::Command> proposed(
    const Release& release, const State& state, std::string_view message, const Value& answer, Timestamp at
);

}  // namespace parley::engine::proposals
