// Moving a conversation that is in the middle of flows to newer versions of them. The plan is made outside of
// advance(), from both releases, and recorded whole in ReleaseAdopted: to replay it needs only the new one.
#pragma once

#include "base/value.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"

namespace parley::engine {

// One entry a running flow, the lowest first, for ReleaseAdopted::moves: null where it stays as it is,
// otherwise {step, anew, segment, done, slots: {old: new}}; a slot without a new name is dropped. Null: the
// conversation cannot move now, because a flow has no `migrate` for its version, or it waits for something
// else than the user's words.
[[nodiscard]] Value plan_moves(const Release& old, const Release& fresh, const State& state);

// False when the moves do not fit what runs; nothing has changed then.
[[nodiscard]] bool apply_moves(State& state, const Release& fresh, const Value& moves);

}  // namespace parley::engine
