// How long a tool takes for itself of the time that its caller waits.
#pragma once

#include <algorithm>
#include <cstdint>

namespace parley::tools {

// A little less, so that the reason reaches the caller before he stops waiting.
[[nodiscard]] constexpr std::uint32_t own_timeout(std::uint32_t timeout_ms) {
  return timeout_ms - std::min<std::uint32_t>(timeout_ms / 10, 100);
}

}  // namespace parley::tools
