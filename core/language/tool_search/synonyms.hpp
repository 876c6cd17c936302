// Words that stand for the same thing where people ask for something to be done and services describe what
// they do: "song" and "track", "film" and "movie", "unfollow" and "remove". English. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace parley::language {

// The number of a set of words; a word may be in several.
using SynonymSet = std::uint16_t;

// `word` in lower case, in any form that stem() brings to the same; empty for a word without synonyms.
[[nodiscard]] std::span<const SynonymSet> synonym_sets_of(std::string_view word);

}  // namespace parley::language
