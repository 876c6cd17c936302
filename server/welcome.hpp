// What an assistant without flows says: how to write the first one.
#pragma once

#include "flow/flow.hpp"

namespace parley {

[[nodiscard]] flow::FlowPtr welcome_flow();

}  // namespace parley
