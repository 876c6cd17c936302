// Blocks: steps inside steps. Entering them, coming to their end, leaving them early, and errors on their way
// out. What a step type wants to happen when one of its blocks is left is its own matter (StepType::leave).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/run.hpp"

namespace parley::engine {

// What the step that runs now remembers, when one of its blocks is open; else null.
[[nodiscard]] Scope* open_scope(Frame& frame);

// Opens a block of the step that runs now, or goes from one of its blocks to another.
void enter_block(Run& run, const flow::Step& step, std::uint32_t number);
// The step that runs now is done with its blocks and goes on.
[[nodiscard]] Outcome close_blocks(Run& run, const flow::Step& step);

// Run::go_to while blocks are open.
void go_in_blocks(Run& run, flow::StepIndex step);
// Leaves blocks from the inside out, as far as `leaving` wants, and arrives.
void leave_blocks(Run& run, Leaving leaving);
// The step, or the one that holds it when its block is not open.
[[nodiscard]] flow::StepIndex enterable(const flow::Flow& flow, const Frame& frame, flow::StepIndex step);
// Goes back to an earlier step, or to the step whose closed block holds it.
void rewind_to(Run& run, flow::StepIndex step);
// What a person said no to, as errors that a block may catch; else the flow stops with their words.
inline constexpr std::string_view kApprovalRejected = "approval_rejected";
inline constexpr std::string_view kReviewRejected = "review_rejected";
// An error: the innermost block that catches it, or the error repair.
void raise(Run& run, std::string code, std::string message, bool in_doubt = false);

// Branches that run side by side. The frame stands either outside of them or in exactly one.
void take_up(Frame& frame, std::uint32_t branch);
void put_aside(Frame& frame, BranchRun::State state);
// Takes up the branches that lead to where the frame waits for a tool call. False: it does not.
bool take_up_waiting(Frame& frame, std::string_view effect_id);
// True when the frame, or one of its branches, waits for this call; for any call when the id is empty.
[[nodiscard]] bool waits_for(const Cursor& cursor, std::string_view effect_id);

// The frame's step has had an effect on the world: the last one, whatever it did in earlier rounds.
void note_done(Frame& frame);

}  // namespace parley::engine
