// The words that a model is writing, as far as they may be shown before they are final. Pure; one object for
// one call.
//
// Only a text that will be said is shown, in whole words and without images and foreign links: what a step
// saves is not. Of a message that is put into other
// words, nothing is shown from the first number, link, address or mark-up on that the author's text does not
// have.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/release.hpp"
#include "engine/state.hpp"

namespace parley::engine {

class ProvisionalText {
 public:
  // Nothing when what this call returns is not said as it comes.
  [[nodiscard]] static std::optional<ProvisionalText> of(
      const Release& release, const State& state, std::string_view effect_id
  );

  // What may be shown now that this piece has come; often empty.
  [[nodiscard]] std::string take(std::string_view piece);
  // Somebody else begins the text anew.
  void restart();

 private:
  std::optional<std::string> original_;            // of a message in other words
  std::optional<std::vector<std::string>> hosts_;  // that the words may link to; nothing: whatever they are
  std::string pending_;                            // not yet a whole word
  bool stopped_ = false;
};

}  // namespace parley::engine
