// What may happen next in a conversation, chosen at random but with sense: valid and invalid values for the
// open question, corrections, digressions, buttons, silence, failing tools, operators, and what a model might
// make of a message. Every move is a line of a conversation test.
#pragma once

#include "assistant/fuzzing/dice.hpp"
#include "assistant/testing/stage.hpp"
#include "assistant/testing/test_document.hpp"

namespace parley::assistant {

[[nodiscard]] LineKind next_move(const Stage& stage, Dice& dice);

}  // namespace parley::assistant
