// Descriptions as models should read them: plain text, one line, not long. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/value.hpp"

namespace parley::wire {

inline constexpr std::size_t kMaxDescription = 1024;

// Without HTML tags and Markdown images, white space collapsed, at most kMaxDescription bytes.
[[nodiscard]] std::string plain_text(std::string_view text);
// `summary`, or else the first sentence of `description`, as plain text.
[[nodiscard]] std::string tool_description(std::string_view summary, std::string_view description);
// What `description` and the texts of the list `tags` say beyond `told`, as plain text; empty when nothing.
[[nodiscard]] std::string beyond(std::string_view told, std::string_view description, const Value& tags = {});

}  // namespace parley::wire
