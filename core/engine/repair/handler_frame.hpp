// Starting a handler: shared by the sources of this folder.
#pragma once

#include <string>
#include <string_view>

#include "base/value.hpp"
#include "engine/run.hpp"

namespace parley::engine::repair {

// The frame that the conversation is about: the topmost one that is not itself a repair; null when nothing
// runs.
[[nodiscard]] Frame* working_frame(Run& run);

// The flow that the user knows the running work by: sub-flows belong to the flow that called them. Empty when
// nothing runs.
[[nodiscard]] std::string title(Run& run);

// A slot's value as the user reads it: the label of a choice.
[[nodiscard]] std::string shown(Run& run, const flow::Slot& slot, const Value& value);

// Pushes the handler's frame; `about` is what it sees as `repair`, `details` what its continuation needs.
void begin(
    Run& run, std::string_view repair, MapBuilder about, Continuation continuation, Frame details = {}
);

}  // namespace parley::engine::repair
