// The difference of two texts, line by line. Pure function.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::assistant {

// "- old", "+ new" and, around each change, `context` lines as "  same"; "  …" where lines are left out.
// Empty when the texts are equal.
[[nodiscard]] std::string line_diff(std::string_view before, std::string_view after, std::size_t context = 2);

}  // namespace parley::assistant
