// What all pictures of a flow show: its steps with their words, nested as their blocks are, and the arrows
// between them. Internal to core/flow/drawing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flow/flow.hpp"

namespace parley::flow::drawing {

enum class Family : std::uint8_t { say, ask, act, person, control, end };
[[nodiscard]] std::string_view name(Family family);

struct Group {  // a block
  std::string title;
  std::vector<StepIndex> steps;  // those that stand in it directly
};

struct Card {
  StepIndex step = 0;
  Family family = Family::control;
  std::string title;   // the step's id
  std::string detail;  // "tool stripe.charge"
  std::string tip;     // the first words that it says, if any
  std::vector<Group> groups;
};

struct Arrow {
  StepIndex from = 0;
  StepIndex to = kNoStep;  // kNoStep: the end
  std::string label;
  bool dashed = false;  // a failure, silence, an `if` that was false
};

struct Scene {
  std::vector<Card> cards;       // by step
  std::vector<StepIndex> outer;  // steps outside of all blocks
  std::vector<Arrow> arrows;     // without those into and out of blocks, which the nesting shows
};

[[nodiscard]] Scene scene_of(const Flow& flow);
// At most so many code points, with … in place of the rest.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);
[[nodiscard]] std::string xml(std::string_view text);

}  // namespace parley::flow::drawing
