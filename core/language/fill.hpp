// Several values in one message: which of the wanted slots it fills, each with its own words.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "language/extract.hpp"

namespace parley::language {

struct Wanted {
  const flow::Slot* slot = nullptr;
  bool asked = false;  // the message answers a question for it, so looser readings are fine
};

struct Filling {
  const flow::Slot* slot = nullptr;
  Value value;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
};

// The surest kinds first (addresses, dates, times, amounts), so that "4 on friday at 7" is a number, a date
// and a time. No two values share words; values that the slot refuses are left out; several values for one
// slot are an ambiguity and fill nothing, unless as many slots of the type are wanted. Free text and yes or
// no are never filled this way; lists of items last, from what is left, and only when it counts something.
[[nodiscard]] std::vector<Filling> find_fillings(
    std::string_view text, std::span<const Wanted> wanted, const Circumstances& circumstances
);

// The text with the values' words taken out.
[[nodiscard]] std::string without_fillings(std::string_view text, std::span<const Filling> fillings);

// True when nothing is left but words that say nothing of their own, and words of the slots' names and
// labels.
[[nodiscard]] bool says_nothing_more(
    std::string_view rest, std::span<const Wanted> wanted, std::string_view locale
);

}  // namespace parley::language
