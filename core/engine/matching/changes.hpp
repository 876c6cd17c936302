// The message as a change of answers that were given before, in the running flow or in one that waits below.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/matching/scene.hpp"

namespace parley::engine::matching {

// Announced by words such as "actually", "no, …", "change … to …".
[[nodiscard]] std::optional<Commands> announced_change(const Scene& scene);
// By the name of an answer: "the time should be 8", "wrong address"; where `alone`, also just "the time".
[[nodiscard]] std::optional<Commands> named_change(const Scene& scene, bool alone);
// New values without a word of announcement, as at a summary. `sure`: only values that cannot be read
// otherwise.
[[nodiscard]] std::optional<Commands> implied_change(
    const Scene& scene, std::string_view text, bool sure, bool announced = false
);
// An answer that is corrected in the same breath: "at 7, no wait, make it 8", "two pizzas and a coke,
// actually make it three". An open question.
[[nodiscard]] std::optional<Commands> corrected_answer(const Scene& scene);
// language::find_fillings on the scene's message, where a list of items that is corrected in the same breath
// is the corrected one.
[[nodiscard]] std::vector<language::Filling> fillings_as_corrected(
    const Scene& scene, std::span<const language::Wanted> wanted
);
// "Add a coke", "leave out the salad": words that can only be about a list that is held.
[[nodiscard]] std::optional<Commands> list_change(const Scene& scene, std::string_view text);

}  // namespace parley::engine::matching
