// Bytes as text: base64 (RFC 4648, with and without padding, both alphabets) and lower-case hexadecimal.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley {

[[nodiscard]] std::string base64_encode(std::string_view octets);
void append_base64(std::string& out, std::string_view octets);
// The URL alphabet ("-_"), without padding.
[[nodiscard]] std::string base64url_encode(std::string_view octets);

// Takes both alphabets; padding may be there or not, but must be right when it is. Left-over bits must be
// zero.
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);

[[nodiscard]] std::string hex_encode(std::string_view octets);
[[nodiscard]] Result<std::string> hex_decode(std::string_view text);

}  // namespace parley
