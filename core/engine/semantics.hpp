// Levels of interpreter behaviour. A conversation records the level it runs at, so that a log replays on
// later programs although these do something differently for new conversations. A change that old logs would
// notice is a new level, and code that differs asks for `State::semantics`. Numbers are never used again;
// docs/adr/0010 has the rules.
#pragma once

#include <cstdint>

namespace parley::engine {

inline constexpr std::uint32_t kFirstSemantics = 1;  // of logs that name none
// From here on values carry where they came from (origins.hpp), a call that is not the user's or the author's
// alone waits for a person, and what a person refuses or lets expire can be caught like any error.
inline constexpr std::uint32_t kOriginSemantics = 2;
inline constexpr std::uint32_t kStyleForModels = 3;  // models that write are told the tone and the length
// Origins last: a loop's items keep those that their list had when the loop began, a model's and a tool's
// words in a failure carry theirs, a yes clears only what was seen as it is, and a text put into other words
// links nowhere new. Models and reviewers are not shown sensitive values.
inline constexpr std::uint32_t kLastingOrigins = 4;
// What a model wrote is shown without images and foreign links also where it was remembered as a fact.
inline constexpr std::uint32_t kFactsAsShown = 5;
// A question which of several things was meant keeps the words it is about, for the choice to go on with.
inline constexpr std::uint32_t kOfferedWordsSemantics = 6;
// Who has not just said something is not asked whether there is anything else; what Parley says by itself is
// said in French and Spanish too, and all of it in German; times are told as the user's clocks show them.
// What a sub-flow has done before it failed is done. A question for several slots is not put again for what
// is left.
inline constexpr std::uint32_t kListenersSemantics = 9;
// Of conversations that begin, or go on to newer flows, now.
inline constexpr std::uint32_t kNewestSemantics = kListenersSemantics;

}  // namespace parley::engine
