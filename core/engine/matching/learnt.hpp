// The message as a request in words of its own, by its likeness to the phrases of the flows.
#pragma once

#include <optional>

#include "engine/matching/scene.hpp"

namespace parley::engine::matching {

// start_flow for what is surely one flow's, `clarify` for what may be one or two flows'. Only for messages
// that nothing else explains, while no question is open.
[[nodiscard]] std::optional<Commands> learnt_request(const Scene& scene);

}  // namespace parley::engine::matching
