// Documents cut into passages that can be found, shown and cited one by one. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::language {

struct Passage {
  std::string text;     // as written, without its heading
  std::string heading;  // "Returns > How long do I have?"; empty before the first one
  std::uint32_t line = 1;
};

// Markdown, or plain text, which is Markdown without headings. A passage is what stands under one heading; a
// long one is cut between paragraphs, at about kPassageWords words. What stands in ``` fences is text, not
// headings.
inline constexpr std::size_t kPassageWords = 150;
[[nodiscard]] std::vector<Passage> passages_of(std::string_view markdown);

}  // namespace parley::language
