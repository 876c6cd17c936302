// A conversation between two turns as bytes, for caches outside of the process: what lists show of it, and
// its snapshot. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/state.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

struct SessionState {
  ConversationSummary summary;
  engine::State state;
};

[[nodiscard]] std::string encode_session(const ConversationSummary& summary, const engine::State& state);
// Anything else than what encode_session() wrote, of this version, is an error.
[[nodiscard]] Result<SessionState> decode_session(std::string_view bytes);

}  // namespace parley::turns
