// Reviews and memory as the store keeps them, from the engine's effects. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/state.hpp"
#include "flow/flow.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// Adds what an effect means for people; nothing for other effects.
void add_people_entries(Commit& commit, const engine::Effect& effect, Timestamp at);

// The entry of a user's memory that says until when what they said is not to be recalled. Names with a dot in
// front are none of the engine's.
inline constexpr std::string_view kForgottenUntil = ".forgotten_until";

// Shows in the review of a call what would go out, made from the very text that the outbox will hold.
// `effects` are those of the same commit: the call itself may be among them.
void add_preview(
    ReviewEntry& entry,
    const engine::RequestReview& asked,
    const engine::State& state,
    std::span<const engine::Effect> effects,
    const ToolRunner& tools
);
// The fingerprint of the request that a review showed: empty when the call had none, nothing when the review
// showed no call.
[[nodiscard]] std::optional<std::string> shown_fingerprint(const ReviewEntry& entry);

// Whether the person who decides is the one that a flow was published by: "ana", "key:k1" or, who has both
// said a name and shown a key, "ana (key:k1)".
[[nodiscard]] bool is_author(std::string_view author, const engine::ReviewDecided& decision);

// What is remembered of a user, by name: slots, and facts as "user.prefers".
[[nodiscard]] Value memory_value(const std::vector<MemoryEntry>& entries);
// Where it came from, by name, as in engine::ConversationStarted::user_origins; null when all of it is
// the user's own.
[[nodiscard]] Value memory_origins(const std::vector<MemoryEntry>& entries);

// A fact as engine/memory/facts.hpp has it.
struct RememberedFact {
  std::string name;  // "prefers"
  Value value;
  std::string conversation;
  std::uint64_t turn = 0;
  Timestamp at;
  Value origins;  // as in memory_origins(): a list of names, or null
};
[[nodiscard]] std::vector<RememberedFact> facts_of(const std::vector<MemoryEntry>& entries);

// The setting of the store that says the same as kForgottenUntil, for those who are forgotten from outside.
[[nodiscard]] std::string forgotten_until(std::string_view user_id);
// What was said before this is not recalled. `setting` is that of forgotten_until().
[[nodiscard]] Timestamp forgotten_before(
    const std::vector<MemoryEntry>& entries, const std::optional<std::string>& setting
);

}  // namespace parley::turns
