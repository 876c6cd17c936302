#include "engine/blocks.hpp"

#include <algorithm>
#include <utility>

#include "engine/loop.hpp"
#include "engine/repair/repair.hpp"
#include "engine/steps/registry.hpp"
#include "engine/waiting.hpp"

namespace parley::engine {

namespace {

// True when the block stays open.
bool reaches_into(const flow::Flow& flow, const Scope& scope, const Leaving& leaving) {
  switch (leaving.kind) {
    case Leaving::Kind::jump:
      return flow.contains(scope.owner, scope.block, leaving.step);
    case Leaving::Kind::again:
      return scope.owner == leaving.step;
    default:
      return false;
  }
}

// An error that no block of the top frame caught.
void uncaught(Run& run, Leaving error) {
  auto& stack = run.state().stack;
  // A broken handler is dropped, so that repair cannot go in circles.
  if (run.frame().kind == Frame::Kind::repair) return finish_frame(run, "failed");
  for (std::size_t i = stack.size() - 1; i > 0 && stack[i].kind == Frame::Kind::call; --i) {
    if (stack[i - 1].scopes.empty()) continue;
    Frame callee = run.pop();
    for (Undo& each : callee.undo) run.frame().undo.push_back(std::move(each));
    // What it has done before it failed stays done: no correction may call it again.
    if (!callee.done.empty() && run.state().semantics >= kListenersSemantics) note_done(run.frame());
    return leave_blocks(run, std::move(error));
  }
  if (error.code == kApprovalRejected || error.code == kReviewRejected)
    return repair::review_rejected(run, error.text);
  repair::error(run, error.code, error.text, error.in_doubt);
}

void arrive(Run& run, Leaving leaving) {
  switch (leaving.kind) {
    case Leaving::Kind::jump:
      return run.stand_at(leaving.step);
    case Leaving::Kind::again:
      run.stand_at(leaving.step);
      run.frame().entered = true;
      return;
    case Leaving::Kind::end:
      return finish_frame(run, std::move(leaving.text));
    case Leaving::Kind::error:
      return uncaught(run, std::move(leaving));
    case Leaving::Kind::past:
    case Leaving::Kind::none:
      break;
  }
  INVARIANT(false, "only an open block can be left");
}

// The end of a block: back to its owner, which decides how to go on.
void come_to_end(Run& run) {
  Frame& frame = run.frame();
  if (frame.scopes.empty()) return put_aside(frame, BranchRun::State::done);
  run.stand_at(frame.scopes.back().owner);
  frame.entered = true;
}

}  // namespace

void note_done(Frame& frame) {
  std::erase(frame.done, frame.step);
  frame.done.push_back(frame.step);
}

Scope* open_scope(Frame& frame) {
  if (frame.scopes.empty() || frame.scopes.back().owner != frame.step) return nullptr;
  return &frame.scopes.back();
}

void enter_block(Run& run, const flow::Step& step, std::uint32_t number) {
  Frame& frame = run.frame();
  Scope* scope = open_scope(frame);
  if (scope == nullptr) scope = &frame.scopes.emplace_back(Scope{.owner = frame.step});
  scope->block = number;
  const flow::StepIndex first = step.block_at(number)->first;
  run.stand_at(first);
  // A correction inside the block does not go back to before it.
  frame.segment = first;
}

Outcome close_blocks(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  if (open_scope(frame) != nullptr) {
    stop_timers(run, frame);
    frame.scopes.pop_back();
    frame.segment = step.next;
  }
  return Outcome::next();
}

void go_in_blocks(Run& run, flow::StepIndex step) {
  const flow::StepIndex from = run.frame().step;
  switch (step) {
    case flow::kEndOfBlock:
      return come_to_end(run);
    case flow::kBreak:
      return leave_blocks(run, {.kind = Leaving::Kind::past, .step = run.flow().loop_around(from)});
    case flow::kContinue:
      return leave_blocks(run, {.kind = Leaving::Kind::again, .step = run.flow().loop_around(from)});
    case flow::kNoStep:
      return leave_blocks(run, {.kind = Leaving::Kind::end, .text = "resolved"});
    default:
      return leave_blocks(run, {.kind = Leaving::Kind::jump, .step = step});
  }
}

void leave_blocks(Run& run, Leaving leaving) {
  Frame& frame = run.frame();
  const flow::Flow& flow = run.flow();
  while (!frame.scopes.empty() || !frame.around.empty()) {
    if (frame.scopes.empty()) {
      if (reaches_into(flow, frame.around.back().scopes.back(), leaving)) break;
      put_aside(frame, BranchRun::State::failed);
    }
    const flow::StepIndex owner = frame.scopes.back().owner;
    if (reaches_into(flow, frame.scopes.back(), leaving)) break;
    const StepType& type = step_type(*flow.steps[owner].spec);
    run.stand_at(owner);
    frame.entered = true;
    if (type.leave != nullptr && type.leave(run, flow.steps[owner], leaving)) return;
    for (BranchRun& branch : frame.scopes.back().branches) stop_timers(run, branch.at);
    frame.scopes.pop_back();
    if (leaving.kind == Leaving::Kind::past && owner == leaving.step) {
      frame.segment = flow.steps[owner].next;
      return run.go_to(flow.steps[owner].next);
    }
  }
  arrive(run, std::move(leaving));
}

flow::StepIndex enterable(const flow::Flow& flow, const Frame& frame, flow::StepIndex step) {
  if (step >= flow.steps.size()) return step;
  const auto open = [&](const flow::Step& inner) {
    return std::ranges::any_of(frame.scopes, [&](const Scope& scope) {
      return scope.owner == inner.parent && scope.block == inner.block;
    });
  };
  for (flow::StepIndex i = step; flow.steps[i].parent != flow::kNoStep; i = flow.steps[i].parent) {
    if (!open(flow.steps[i])) step = flow.steps[i].parent;
  }
  return step;
}

void rewind_to(Run& run, flow::StepIndex step) {
  run.go_to(enterable(run.flow(), run.frame(), step));
}

void raise(Run& run, std::string code, std::string message, bool in_doubt) {
  leave_blocks(
      run,
      {.kind = Leaving::Kind::error, .text = std::move(message), .code = std::move(code), .in_doubt = in_doubt
      }
  );
}

void take_up(Frame& frame, std::uint32_t branch) {
  Scope& scope = frame.scopes.back();
  scope.block = branch;
  Cursor inside = std::move(scope.branches[branch].at);
  Cursor& cursor = frame;
  frame.around.push_back(std::exchange(cursor, std::move(inside)));
}

bool waits_for(const Cursor& cursor, std::string_view effect_id) {
  if (!cursor.pending_effect.empty() && (effect_id.empty() || cursor.pending_effect == effect_id))
    return true;
  if (cursor.scopes.empty()) return false;
  return std::ranges::any_of(cursor.scopes.back().branches, [&](const BranchRun& branch) {
    return branch.state == BranchRun::State::waiting && waits_for(branch.at, effect_id);
  });
}

bool take_up_waiting(Frame& frame, std::string_view effect_id) {
  if (!waits_for(frame, effect_id)) return false;
  while (frame.pending_effect != effect_id) {
    const auto& branches = frame.scopes.back().branches;
    std::uint32_t number = 0;
    while (branches[number].state != BranchRun::State::waiting || !waits_for(branches[number].at, effect_id)
    ) {
      ++number;
    }
    take_up(frame, number);
  }
  return true;
}

void put_aside(Frame& frame, BranchRun::State state) {
  Cursor& cursor = frame;
  Cursor inside = std::exchange(cursor, std::move(frame.around.back()));
  frame.around.pop_back();
  Scope& scope = frame.scopes.back();
  scope.branches[scope.block] = {.state = state, .at = std::move(inside)};
}

}  // namespace parley::engine
