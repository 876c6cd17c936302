// SHA-1 and base64, for the WebSocket handshake and nothing else: RFC 6455 prescribes them.
// SHA-1 is broken as a signature; never use this to protect anything.
// Pure functions, safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::wire {

[[nodiscard]] std::array<std::uint8_t, 20> sha1(std::string_view text);
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace parley::wire
