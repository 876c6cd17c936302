// Cleaning: whatever a matcher or a model proposes becomes a list that the engine can carry out without
// contradiction.
#pragma once

#include <vector>

#include "engine/run.hpp"
#include "language/command.hpp"

namespace parley::engine {

// Invariants of the result: never empty; at most one cancel, and then nothing but a start_flow with its
// values after it; ask_human, repeat and clarify stand alone; commands about unknown flows or slots are gone;
// a set of a filled slot is a correction; at most one start_flow; a yes or no beside a change is dropped (the
// change must be confirmed anew).
[[nodiscard]] std::vector<language::Command> clean(const Run& run, std::vector<language::Command> commands);

}  // namespace parley::engine
