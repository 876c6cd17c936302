// What is known of the user beyond the conversation: facts, and slots of scope `user`.
//
// A fact is a value with where it comes from: {value, conversation, turn, at}. It stands among the slots of
// the conversation as "user.NAME", where no slot can be, is remembered under that name, and is read as
// `user.NAME`. What is remembered in the meantime by other conversations is seen by those that begin
// afterwards.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "engine/run.hpp"
#include "flow/data.hpp"

namespace parley::engine::facts {

inline constexpr std::size_t kMostBytes = 4000;  // of a value, as JSON

// Remembers every member of `facts` under its name, this turn as where it comes from. Null forgets. Error: an
// expression failed, a value is too long or made from a sensitive slot; what stood before it is remembered.
Result<void> remember(Run& run, const flow::Data& facts);
// Once more, those that this conversation has remembered: what they were made from has changed.
void remember_again(Run& run, const flow::Data& facts);
void forget(Run& run, std::string_view name);
// The fact that was remembered last; empty when there is none.
[[nodiscard]] std::string latest(const State& state);
// All of it, in every conversation, and what the user said until now.
void forget_everything(Run& run);

// `user` as expressions see it: id, locale, and every fact that some flow remembers, null when it is not
// known. `shown`: as people see it, see as_shown().
[[nodiscard]] Value user(const Run& run, bool shown);

// Everything that is known and may be shown, by name: a list of {name, label, value, at, conversation, turn}.
// Of slots, only name, label and value.
[[nodiscard]] Value known(const Release& release, const State& state);

// What is kept under a key ("user.prefers", or the name of a slot of scope user) as people see it: what a
// model wrote has no image and no foreign link.
[[nodiscard]] Value as_shown(const Run& run, std::string_view key, const Value& value);
// The same of what known() gives.
[[nodiscard]] Value known_as_shown(const Run& run);

}  // namespace parley::engine::facts
