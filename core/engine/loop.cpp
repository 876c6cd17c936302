#include "engine/loop.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "engine/blocks.hpp"
#include "engine/origins.hpp"
#include "engine/repair/repair.hpp"
#include "engine/steps/registry.hpp"

namespace parley::engine {

namespace {

void end_conversation(Run& run, const std::string& flow_id) {
  State& state = run.state();
  state.ended = true;
  run.emit(End{flow_id, state.outcome});
}

// What has been done since the flow the user knows by name began is undone first. False: nothing is to undo.
bool undo_first(Run& run, const std::string& outcome, Continuation then = Continuation::abandon) {
  auto& stack = run.state().stack;
  std::vector<Undo> all;
  for (std::size_t i = stack.size(); i-- > 0;) {
    std::vector<Undo> of_frame = std::exchange(stack[i].undo, {});
    all.insert(
        all.begin(), std::make_move_iterator(of_frame.begin()), std::make_move_iterator(of_frame.end())
    );
    if (stack[i].kind == Frame::Kind::flow) break;
  }
  if (all.empty()) return false;
  repair::undo(run, std::move(all), outcome, then);
  return true;
}

// Ends flows down to and including the one the user knows by name; sub-flows go with their caller.
void abandon(Run& run, std::string outcome) {
  State& state = run.state();
  if (outcome != "escalated" && undo_first(run, outcome)) return;
  while (!state.stack.empty() && state.stack.back().kind != Frame::Kind::flow) run.pop();
  if (state.stack.empty()) return;
  const std::string flow_id = state.stack.back().flow;
  run.pop();
  state.outcome = outcome;
  if (outcome == "escalated")
    repair::give_to_human(run, "default", "Stopped in " + spoken(flow_id) + ": needs a person.");
  if (state.stack.empty()) {
    end_conversation(run, flow_id);
  } else {
    repair::resume(run);
  }
}

// The flow that the user knows by name begins anew, with what its caller or an event gave it.
void restart(Run& run) {
  State& state = run.state();
  if (undo_first(run, "abandoned", Continuation::restart)) return;
  while (!state.stack.empty() && state.stack.back().kind != Frame::Kind::flow) run.pop();
  if (state.stack.empty()) return;
  Frame old = run.pop();
  Frame anew;
  anew.flow = std::move(old.flow);
  const auto keep = [&](const std::string& name) {
    const auto slot = old.slots.find(name);
    if (slot == old.slots.end()) return;
    anew.slots.insert(old.slots.extract(slot));
    if (const auto from = old.origins.find(name); from != old.origins.end())
      anew.origins.insert(old.origins.extract(from));
  };
  for (const flow::Parameter& input : run.release().find(anew.flow)->inputs) keep(input.name);
  keep("event");
  run.push(std::move(anew));
}

void say_again(Run& run) {
  // say() replaces last_said with the first new message, so the old ones are moved out first.
  std::vector<Say> said = std::move(run.state().last_said);
  run.state().last_said.clear();
  for (Say& message : said) run.say(std::move(message));
}

void continue_below(Run& run, Frame repair) {
  switch (repair.continuation) {
    case Continuation::none:
      break;
    case Continuation::ask_again:
      if (!run.state().stack.empty()) run.frame().asked = false;
      break;
    case Continuation::say_again:
      say_again(run);
      break;
    case Continuation::rewind:
      rewind_to(run, repair.target);
      break;
    case Continuation::abandon:
      abandon(run, std::move(repair.outcome));
      break;
    case Continuation::restart:
      // What could not be undone is looked at by a person first.
      repair.outcome == "escalated" ? abandon(run, std::move(repair.outcome)) : restart(run);
      break;
    case Continuation::hand_off:
      repair::give_to_human(run, "default");
      break;
    case Continuation::conclude:
      if (run.state().stack.empty()) end_conversation(run, std::string(repair.about.text("flow")));
      break;
  }
}

struct Output {
  std::string name;
  Value value;
  Origins origins;
};

std::vector<Output> evaluate_outputs(Run& run, const flow::Flow& flow) {
  std::vector<Output> outputs;
  for (const flow::Parameter& output : flow.outputs) {
    if (auto value = output.value.evaluate(run.scope()))
      outputs.push_back({output.name, std::move(*value), origins::of(run, output.value)});
  }
  return outputs;
}

}  // namespace

void finish_frame(Run& run, std::string outcome) {
  State& state = run.state();
  if (run.frame().kind == Frame::Kind::flow && outcome == "failed" && undo_first(run, outcome)) return;
  const flow::Flow& flow = run.flow();
  auto outputs = evaluate_outputs(run, flow);
  Frame finished = run.pop();

  switch (finished.kind) {
    case Frame::Kind::repair:
      return continue_below(run, std::move(finished));
    case Frame::Kind::call:
      if (!finished.done.empty()) note_done(run.frame());
      for (Undo& each : finished.undo) run.frame().undo.push_back(std::move(each));
      for (Output& output : outputs)
        run.set_slot(run.frame(), output.name, std::move(output.value), std::move(output.origins));
      run.go_to(run.flow().steps[run.frame().step].next);
      return;
    case Frame::Kind::flow:
      break;
  }
  state.outcome = std::move(outcome);
  if (!state.stack.empty()) return repair::resume(run);
  // Who is told something out of the blue is not asked for more.
  if (state.outcome == "resolved" && !state.unprompted) {
    repair::completed(run, flow);
  } else {
    end_conversation(run, finished.flow);
  }
}

bool apply(Run& run, const flow::Step& step, Outcome outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::next:
      run.go_to(step.next);
      return false;
    case Outcome::Kind::jump:
      run.go_to(outcome.step);
      return false;
    case Outcome::Kind::wait:
      // The other branches go on; their owner waits when none of them can.
      if (run.frame().around.empty()) return true;
      put_aside(run.frame(), BranchRun::State::waiting);
      return false;
    case Outcome::Kind::call: {
      Frame callee;
      callee.kind = Frame::Kind::call;
      callee.flow = std::move(outcome.flow);
      callee.slots = std::move(outcome.slots);
      callee.origins = std::move(outcome.origins);
      run.frame().entered = true;
      run.push(std::move(callee));
      return false;
    }
    case Outcome::Kind::end:
      leave_blocks(run, {.kind = Leaving::Kind::end, .text = std::move(outcome.text)});
      return false;
    case Outcome::Kind::stay:
      return false;
    case Outcome::Kind::fail:
      raise(run, std::string(outcome.code), std::move(outcome.text));
      return false;
  }
  return true;
}

void run_steps(Run& run) {
  std::uint32_t steps = 0;
  std::uint32_t limit = run.release().settings().max_steps_per_turn;
  while (!run.state().stack.empty()) {
    const flow::Flow& flow = run.flow();
    const auto own = flow.limits ? flow.limits->steps_per_turn : std::nullopt;
    if (own && steps < *own) limit = std::min(limit, *own);
    if (run.frame().step >= flow.steps.size()) {
      finish_frame(run, "resolved");
      continue;
    }
    if (++steps == limit) raise(run, "step_limit", "the flow ran too many steps in one turn");
    // The handler of the limit gets a few steps of its own; a flow that still does not rest is cut off.
    if (steps > limit + 20) {
      while (!run.state().stack.empty()) run.pop();
      run.state().outcome = "failed";
      return end_conversation(run, flow.id);
    }
    if (steps == limit) continue;
    const flow::Step& step = flow.steps[run.frame().step];
    if (step.condition.has_value() && !run.frame().entered) {
      const auto holds = run.test(*step.condition);
      if (!holds) {
        raise(run, "flow_error", std::move(holds.error().message));
        continue;
      }
      if (!*holds) {
        run.visit(flow, run.frame().step, Visit::Kind::skipped);
        run.go_to(step.next);
        continue;
      }
    }
    run.visit(flow, run.frame().step);
    if (apply(run, step, step_type(*step.spec).run(run, step))) return;
  }
}

}  // namespace parley::engine
