// Answers as people type them, for each type of slot, and values as tools return them. Pure functions.
#pragma once

#include <string>

#include "assistant/fuzzing/dice.hpp"
#include "base/value.hpp"
#include "flow/slot.hpp"

namespace parley::assistant {

// Of the slot's type; its limits and checks may still refuse it.
[[nodiscard]] std::string valid_answer(const flow::Slot& slot, Dice& dice);
[[nodiscard]] std::string invalid_answer(const flow::Slot& slot, Dice& dice);
[[nodiscard]] Value random_value(Dice& dice);

}  // namespace parley::assistant
