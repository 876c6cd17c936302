// Failed calls are tried again: when, how often, and after which pause.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "engine/event.hpp"
#include "flow/field.hpp"

namespace parley::engine {

// The pause before the next attempt, or nothing when there is none. `attempts` have been made. A call in
// doubt is never repeated.
[[nodiscard]] std::optional<Duration> pause_before_retry(
    const flow::Retry& retry, std::uint32_t attempts, const ToolFailed& failure
);

}  // namespace parley::engine
