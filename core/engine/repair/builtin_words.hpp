// What Parley says by itself, in the languages it ships. An assistant replaces any of it, or adds a language,
// with messages of the same keys.
#pragma once

#include "flow/messages.hpp"

namespace parley::engine {

// Compiled once, at the first call.
[[nodiscard]] const flow::Messages& builtin_words();
// Those that conversations of levels before kListenersSemantics hear: in English and German, not all of it.
[[nodiscard]] const flow::Messages& builtin_words_before();

}  // namespace parley::engine
