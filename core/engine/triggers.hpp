// Outside events that start flows.
#pragma once

#include "engine/event.hpp"
#include "engine/run.hpp"

namespace parley::engine {

// Starts the flow that an event triggers, above what runs. False: no flow wants it now.
bool start_by_event(Run& run, const EventArrived& event);

}  // namespace parley::engine
