// What a model is told when the matchers are not sure of a message: the flows it may start, what runs and
// what was asked, what was said before, and the closed vocabulary that its answer must keep to. Pure.
//
// Sensitive slots are neither named nor shown, and a message about one is not for a model at all.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"
#include "language/command.hpp"

namespace parley::engine::proposals {

// The matchers found nothing, or several things that fit alike, or an answer that cannot be taken.
[[nodiscard]] bool unsure(std::span<const language::Command> commands);

struct PastTurn {
  std::string user;
  std::string assistant;
};

// The input of the call "model.understand":
//   {message, locale, flows: [{id, about, phrases, slots}], running?: {flow, question, asked?, yes_or_no,
//   slots},
//    offered?: what the user was last asked to choose from, turns: [{user, assistant}], context?, schema}
// A slot is {name, type, about, choices?, value?}. Texts are cut to lengths that do not depend on the user.
[[nodiscard]] Value question(
    const Release& release,
    const State& state,
    std::string_view message,
    std::span<const PastTurn> turns,
    std::string_view context = {}  // see engine/memory/context.hpp
);

}  // namespace parley::engine::proposals
