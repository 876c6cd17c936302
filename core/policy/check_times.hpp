// What flows say about times, checked when they are loaded: schedules that can be read, calendars that exist.
#pragma once

#include <span>

#include "base/value.hpp"
#include "flow/diagnostic.hpp"
#include "flow/flow.hpp"

namespace parley::policy {

// `calendars`: the assistant's, by name.
void check_times(
    std::span<const flow::FlowPtr> flows, const Value& calendars, flow::Diagnostics& diagnostics
);

}  // namespace parley::policy
