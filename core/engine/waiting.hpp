// Waiting for something else than the user: timers, events, and who is woken by them. A step that waits keeps
// at most one timer; what has come is noted as Cursor::due and found by the step when it runs next, at once
// or when its frame is on top again.
#pragma once

#include <string_view>

#include "base/time.hpp"
#include "engine/event.hpp"
#include "engine/run.hpp"

namespace parley::engine {

// For the step that runs now, instead of the timer it has.
void start_timer(Run& run, Timestamp due);
void start_timer(Run& run, Duration after);
// Of the cursor and all branches inside it.
void stop_timers(Run& run, Cursor& cursor);

// The step that has this timer, or waits for this event, is woken. False: none does. `on_top`: it is in the
// frame that runs.
struct Woken {
  bool any = false;
  bool on_top = false;
};
Woken ring(State& state, std::string_view timer_id);
Woken hear(Run& run, const EventArrived& event);

// The user has said something: reminders begin anew.
void end_silence(State& state);

// True when the frame stands at a step that waits, but not for the user.
[[nodiscard]] bool waits_for_others(const flow::Flow& flow, const Frame& frame);

}  // namespace parley::engine
