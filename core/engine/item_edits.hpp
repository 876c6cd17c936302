// Changes to a list of items in a user's words: "add a coke", "no coke", "make it three pizzas", "a sprite
// instead of the coke".
#pragma once

#include <optional>
#include <string_view>

#include "base/value.hpp"
#include "flow/slot.hpp"
#include "language/extract.hpp"

namespace parley::engine {

// The list after the change, or nothing when the words are no change of it. `rest` is the message without the
// words that announce a correction, `said` the full message in normal form.
[[nodiscard]] std::optional<Value> edit_items(
    const Value& items,
    std::string_view rest,
    std::string_view said,
    const flow::Slot& slot,
    const language::Circumstances& circumstances
);

// "two cokes", "a coke", but not "coke".
[[nodiscard]] bool begins_with_count(std::string_view words, const language::Circumstances& circumstances);

// "change the pizzas to salads", "a sprite instead of the coke": one thing for another. `said` is in normal
// form.
[[nodiscard]] bool names_a_replacement(std::string_view said);

// The words can only be about a list: they add, remove or replace something. `said` is in normal form.
[[nodiscard]] bool names_an_edit(std::string_view said);

}  // namespace parley::engine
