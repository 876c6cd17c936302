// Random conversations on the engine, checked after every event. The same seed gives the same conversation
// everywhere. A finding is shrunk to the few lines that show it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/fuzzing/invariants.hpp"
#include "assistant/testing/dialogue.hpp"
#include "assistant/testing/stage.hpp"
#include "assistant/testing/test_document.hpp"
#include "engine/release.hpp"

namespace parley::assistant {

struct FuzzWorld {
  const engine::Release& release;
  AnswerTool answer_tool;                                  // for calls that no line answers
  std::function<bool(std::string_view tool)> has_effects;  // the call changes something outside
  const Guards* guards;                                    // of the release
};

struct FuzzedDialogue {
  std::vector<Line> lines;
  std::uint32_t turns = 0;
  std::uint64_t events = 0;
  std::vector<PlayedEvent> log;
  std::string finding;  // what is wrong; empty when nothing is
};

// `before_line` sees every line before it is played, so that one that ends the process is known.
[[nodiscard]] FuzzedDialogue random_dialogue(
    const FuzzWorld& world,
    std::uint64_t seed,
    std::uint32_t max_turns,
    const std::function<void(const Line&)>& before_line = {}
);

// Plays given lines with the same checks. Lines that have no meaning where they stand are passed over.
[[nodiscard]] FuzzedDialogue check_dialogue(const FuzzWorld& world, std::span<const Line> lines);

// The fewest lines, found by leaving out ever smaller parts, for which `fails` still holds.
[[nodiscard]] std::vector<Line> shrink(
    std::vector<Line> lines, const std::function<bool(std::span<const Line>)>& fails
);

}  // namespace parley::assistant
