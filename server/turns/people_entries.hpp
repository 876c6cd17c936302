// Reviews and memory as the store keeps them, from the engine's effects. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/effect.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// Adds what an effect means for people; nothing for other effects.
void add_people_entries(Commit& commit, const engine::Effect& effect, Timestamp at);

// What is remembered of a user, by slot name.
[[nodiscard]] Value memory_value(const std::vector<MemoryEntry>& entries);

// The setting of the store that says (typed JSON) until when what a user said is not to be recalled.
[[nodiscard]] std::string forgotten_until(std::string_view user_id);

}  // namespace parley::turns
