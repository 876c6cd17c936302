// The message as an answer to the open question, and to questions that come later.
#pragma once

#include <optional>
#include <string_view>

#include "engine/matching/scene.hpp"

namespace parley::engine::matching {

struct Answers {
  Commands commands;                         // set_slot, or skip; empty when nothing was answered
  std::optional<language::Refusal> refused;  // why the asked slot cannot take it
};
// A question for slots must be open.
[[nodiscard]] Answers answers(const Scene& scene, std::string_view text);

}  // namespace parley::engine::matching
