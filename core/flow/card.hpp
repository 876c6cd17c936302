// Buttons and cards: what a message can show besides its text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/data.hpp"
#include "flow/text.hpp"

namespace parley::flow {

struct Button {
  Text label;
  Data payload;  // evaluates to a string; the label's text when it is null
};
using Buttons = std::vector<Button>;

struct Card {
  struct Fact {
    Text label;
    Data value;
  };

  Text title;
  Text subtitle;
  std::optional<Data> image;  // evaluates to an https address
  Text alt;                   // what the image shows, for those who do not see it
  std::vector<Fact> facts;
  Buttons actions;
};
// Several cards stand side by side.
using Cards = std::vector<Card>;

}  // namespace parley::flow
