// UTF-8: checking, decoding, encoding and simple case mapping (one code point to one code point) for the
// scripts in which people chat with us: ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic, Armenian and
// full-width forms. Pure functions; nothing fails except by the return value described.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

struct DecodedCodePoint {
  char32_t code_point = 0;
  std::uint32_t length =
      0;  // bytes taken; 0 = not well-formed here (overlong, surrogate, truncated, out of range)
};

// The code point that starts at `at`. `at` must be inside `text`.
[[nodiscard]] DecodedCodePoint decode_utf8(std::string_view text, std::size_t at);

// The code point that ends just before `at`; `at` must be greater than 0 and text well-formed.
[[nodiscard]] DecodedCodePoint decode_utf8_before(std::string_view text, std::size_t at);

[[nodiscard]] bool is_utf8(std::string_view text);

// Invalid code points (surrogates, above U+10FFFF) are written as U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

// Replaces every ill-formed byte by U+FFFD, for text from peers that must not be refused.
[[nodiscard]] std::string repair_utf8(std::string_view text);

// Of well-formed text.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

// The longest prefix of at most `max_bytes` that does not cut a code point.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

[[nodiscard]] char32_t to_lower(char32_t code_point);
[[nodiscard]] char32_t to_upper(char32_t code_point);
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
[[nodiscard]] std::string ascii_lower(std::string_view text);

}  // namespace parley
