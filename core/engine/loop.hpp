// Runs steps until the conversation waits, ends or meets a limit.
#pragma once

#include "engine/run.hpp"

namespace parley::engine {

void run_steps(Run& run);

// The top frame ends: repair frames apply their continuation, sub-flows return to their caller, flows resume
// what they interrupted.
void finish_frame(Run& run, std::string outcome);

// What a step's outcome means for the top frame. True: the turn waits here.
bool apply(Run& run, const flow::Step& step, Outcome outcome);

}  // namespace parley::engine
