#include "engine/waiting.hpp"

#include <string>
#include <utility>

#include "engine/steps/registry.hpp"

namespace parley::engine {

namespace {

bool ring_in(Cursor& cursor, std::string_view timer_id) {
  if (cursor.timer == timer_id) {
    cursor.timer.clear();
    cursor.due = true;
    return true;
  }
  if (cursor.scopes.empty()) return false;
  for (BranchRun& branch : cursor.scopes.back().branches) {
    if (branch.state != BranchRun::State::waiting || !ring_in(branch.at, timer_id)) continue;
    branch.state = BranchRun::State::ready;
    return true;
  }
  return false;
}

// Everyone in the frame who waits for the event hears it.
bool hear_in(Run& run, const flow::Flow& flow, Cursor& cursor, const EventArrived& event) {
  if (cursor.step >= flow.steps.size()) return false;
  const flow::Step& step = flow.steps[cursor.step];
  const StepType& type = step_type(*step.spec);
  if (type.hears != nullptr && cursor.entered && !cursor.due && type.hears(step, cursor, event.name)) {
    stop_timers(run, cursor);
    cursor.due = true;
    cursor.held = MapBuilder().set("data", event.data).set("event", event.name).build();
    if (!event.origin.empty()) cursor.held = cursor.held.with("origin", event.origin);
    return true;
  }
  bool heard = false;
  if (cursor.scopes.empty()) return heard;
  for (BranchRun& branch : cursor.scopes.back().branches) {
    if (branch.state != BranchRun::State::waiting || !hear_in(run, flow, branch.at, event)) continue;
    branch.state = BranchRun::State::ready;
    heard = true;
  }
  return heard;
}

}  // namespace

void start_timer(Run& run, Timestamp due) {
  Frame& frame = run.frame();
  stop_timers(run, frame);
  frame.timer = "t" + std::to_string(++run.state().timers_so_far);
  run.emit(StartTimer{frame.timer, due});
}

void start_timer(Run& run, Duration after) {
  // A time beyond the calendar never comes, so no timer is needed for it.
  if (const auto due = add(run.at(), after)) start_timer(run, *due);
}

void stop_timers(Run& run, Cursor& cursor) {
  if (!cursor.timer.empty()) run.emit(CancelTimer{std::exchange(cursor.timer, {})});
  for (Scope& scope : cursor.scopes) {
    for (BranchRun& branch : scope.branches) stop_timers(run, branch.at);
  }
}

Woken ring(State& state, std::string_view timer_id) {
  if (timer_id.empty()) return {};
  for (std::size_t i = state.stack.size(); i-- > 0;) {
    if (ring_in(state.stack[i], timer_id)) return {.any = true, .on_top = i + 1 == state.stack.size()};
  }
  return {};
}

Woken hear(Run& run, const EventArrived& event) {
  auto& stack = run.state().stack;
  for (std::size_t i = stack.size(); i-- > 0;) {
    if (hear_in(run, run.flow_of(stack[i]), stack[i], event)) {
      return {.any = true, .on_top = i + 1 == stack.size()};
    }
  }
  return {};
}

void end_silence(State& state) {
  for (Frame& frame : state.stack) {
    if (frame.held.is_map() && frame.held.find("silent") != nullptr) {
      frame.held = frame.held.with("silent", false);
    }
  }
}

bool waits_for_others(const flow::Flow& flow, const Frame& frame) {
  if (frame.step >= flow.steps.size() || !frame.entered) return false;
  const flow::StepSpec& spec = *flow.steps[frame.step].spec;
  return spec.waits && !spec.needs_person;
}

}  // namespace parley::engine
