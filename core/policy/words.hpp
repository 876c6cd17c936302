// Small readers for the words that times are written in. ASCII only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::policy {

[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

[[nodiscard]] inline std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  for (std::size_t begin = text.find_first_not_of(separators); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(separators, end);
  }
  return words;
}

[[nodiscard]] inline std::vector<std::string_view> split_words(std::string_view text) {
  return split(text, " \t");
}

// One or two digits, within bounds.
[[nodiscard]] inline std::optional<std::int32_t> parse_number(
    std::string_view text, std::int32_t min, std::int32_t max
) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  std::int32_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number >= min && number <= max ? std::optional(number) : std::nullopt;
}

}  // namespace parley::policy
