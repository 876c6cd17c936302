// Tokens of JSON pointers (RFC 6901): "a/b~c" is written "a~1b~0c". Pure.
#pragma once

#include <string>
#include <string_view>

namespace parley {

void append_pointer_token(std::string& out, std::string_view token);
[[nodiscard]] std::string escape_pointer_token(std::string_view token);
// A "~" that begins no escape stays.
[[nodiscard]] std::string unescape_pointer_token(std::string_view token);

}  // namespace parley
