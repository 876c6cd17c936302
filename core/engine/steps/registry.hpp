// The registry of step types: one row a type. A new step type is one new file in this folder plus one row in
// registry.cpp.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/event.hpp"
#include "engine/run.hpp"
#include "engine/state.hpp"
#include "flow/flow.hpp"

namespace parley::engine {

struct StepType {
  const flow::StepSpec& spec;
  // Called when the flow comes to the step, and again after each change while it waits.
  Outcome (*run)(Run& run, const flow::Step& step);
  // While the step waits: what kind of answer it expects. Null: none.
  Expectation (*expects)(
      const flow::Flow& flow, const flow::Step& step, const Frame& frame, const State& state
  ) = nullptr;
  // While the step waits: a yes or a no. Null: the step has no use for them.
  Outcome (*answer)(Run& run, const flow::Step& step, bool yes) = nullptr;
  // While the step waits: an event that is not a message. Nothing: not for this step.
  std::optional<Outcome> (*resume)(Run& run, const flow::Step& step, const EventBody& event) = nullptr;
  // Whether the step, as it stands at the cursor, waits for an outside event of this name.
  bool (*hears)(const flow::Step& step, const Cursor& cursor, std::string_view event) = nullptr;
  // One of the step's blocks is left before its end; the frame stands at the step. True: the step has taken
  // over (an error is caught, or something must be done first). Null: it lets go.
  bool (*leave)(Run& run, const flow::Step& step, const Leaving& leaving) = nullptr;
};

[[nodiscard]] std::span<const StepType* const> step_types();
[[nodiscard]] std::span<const flow::StepSpec* const> step_specs();  // for flow::load
// INVARIANT: the spec is one of step_specs().
[[nodiscard]] const StepType& step_type(const flow::StepSpec& spec);
// What the waiting step of a frame expects of the next message; nothing when it does not wait for one.
[[nodiscard]] Expectation expectation_of(const State& state, const flow::Flow& flow, const Frame& frame);

}  // namespace parley::engine
