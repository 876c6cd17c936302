// English nouns in lists of things: "2 pizzas with olives".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::expr {

// How many bytes a leading "a ", "an ", "the ", "some " or "one " takes; 0 when there is none.
[[nodiscard]] std::size_t article_length(std::string_view item);

// The plural of a noun phrase's head: the last word before "of", "with", "in", "for"…. What looks like a
// plural already, or has none, stays.
[[nodiscard]] std::string english_plural(std::string_view item);

}  // namespace parley::expr
