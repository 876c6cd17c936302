// Tool calls as effects: their number in the conversation and their key.
#pragma once

#include <cstdint>
#include <string>

#include "engine/run.hpp"

namespace parley::engine {

// How many equal calls were made so far: the occurrence that this one would have now.
[[nodiscard]] std::uint32_t next_occurrence(const State& state, const CallTool& call);

struct EmittedCall {
  std::string effect_id;
  std::uint32_t occurrence = 0;
};

// Emits the call, under a new id unless it has one. A first attempt gets its occurrence: the count of equal
// calls so far, so that a call made on purpose a second time is another one.
EmittedCall emit_call(Run& run, CallTool call);

}  // namespace parley::engine
