// parallel: runs branches side by side. Each runs until it waits, in the order in which they are written, so
// several tool calls are under way at once; what comes back wakes the branch that waits for it.
#include <algorithm>
#include <utility>

#include "engine/steps/step_files.hpp"

namespace parley::engine::steps {

namespace {

using flow::FieldKind;

enum Keyword : std::size_t { k_branches, k_join };

constexpr flow::Keyword kKeywords[] = {
    {"branches", FieldKind::step_lists, true, "List of {id, steps}: what runs side by side."},
    {"join",
     FieldKind::join,
     false,
     "How many branches must be done before the flow goes on: `all` (default), `any`, or a number. The "
     "others are "
     "given up: what comes back for them later changes nothing."},
};

std::size_t needed(const flow::Step& step) {
  const std::size_t branches = step.get<flow::Blocks>(k_branches)->size();
  const auto* join = step.get<Value>(k_join);
  return join == nullptr ? branches : std::min(branches, static_cast<std::size_t>(join->as_int()));
}

std::size_t count(const Scope& scope, BranchRun::State state) {
  return static_cast<std::size_t>(std::ranges::count(scope.branches, state, &BranchRun::state));
}

Outcome run(Run& run, const flow::Step& step) {
  Frame& frame = run.frame();
  Scope* scope = open_scope(frame);
  if (scope == nullptr) {
    scope = &frame.scopes.emplace_back(Scope{.owner = frame.step});
    for (const flow::Block& block : *step.get<flow::Blocks>(k_branches)) {
      BranchRun branch;
      branch.at.step = block.first;
      scope->branches.push_back(std::move(branch));
    }
    frame.entered = true;
    // What is under way must not be begun again by a correction.
    frame.segment = step.next;
  }
  if (count(*scope, BranchRun::State::done) >= needed(step)) return close_blocks(run, step);
  const auto ready = std::ranges::find(scope->branches, BranchRun::State::ready, &BranchRun::state);
  if (ready == scope->branches.end()) return Outcome::wait();
  take_up(frame, static_cast<std::uint32_t>(ready - scope->branches.begin()));
  return Outcome::stay();
}

// A branch that fails is lost; as long as enough others can still finish, that is all.
bool leave(Run& run, const flow::Step& step, const Leaving& leaving) {
  if (leaving.kind != Leaving::Kind::error) return false;
  const Scope& scope = *open_scope(run.frame());
  return scope.branches.size() - count(scope, BranchRun::State::failed) >= needed(step);
}

constexpr flow::StepSpec kSpec{
    .type = "parallel",
    .doc = "Runs several lists of steps side by side.",
    .keywords = kKeywords,
    .waits = true,
    .parallel = true,
};

}  // namespace

extern const StepType parallel{.spec = kSpec, .run = run, .leave = leave};

}  // namespace parley::engine::steps
