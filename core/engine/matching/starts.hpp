// A flow that a message starts, with the answers that the message gives already.
#pragma once

#include <string_view>

#include "engine/matching/scene.hpp"

namespace parley::engine::matching {

// How surely the words are about this flow: of words that only resemble its phrases, a list of things is read
// when they begin with a count; of words that the user wanted it for, wherever it counts something.
enum class About { resembling, chosen };

// start_flow, then set_slot for what `text` says that can be nothing else. Of a list that is corrected in the
// same breath ("…, actually make it three") the corrected one.
[[nodiscard]] Commands start_with(
    const Scene& scene, const flow::Flow& flow, std::string_view text, About about
);
// The words begin with a count, and name a list of things that the flow asks for.
[[nodiscard]] bool lists_what_is_wanted(const Scene& scene, const flow::Flow& flow);
// A choice among what was offered: the flow, with what the user had said when it was.
[[nodiscard]] Commands start_offered(const Scene& scene, const flow::Flow& flow);

}  // namespace parley::engine::matching
