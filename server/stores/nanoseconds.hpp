// Timestamps as stores keep them: nanoseconds since 1970 in 64 bits, which reach from 1678 to 2262.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "base/time.hpp"

namespace parley::stores {

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

[[nodiscard]] constexpr std::optional<std::int64_t> to_nanoseconds(Timestamp time) {
  constexpr std::int64_t kLastSecond = std::numeric_limits<std::int64_t>::max() / kNanosPerSecond - 1;
  if (time.seconds < -kLastSecond || time.seconds > kLastSecond) return std::nullopt;
  return time.seconds * kNanosPerSecond + time.nanos;
}

[[nodiscard]] constexpr Timestamp from_nanoseconds(std::int64_t nanoseconds) {
  std::int64_t seconds = nanoseconds / kNanosPerSecond;
  std::int64_t nanos = nanoseconds % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  return {seconds, static_cast<std::int32_t>(nanos)};
}

}  // namespace parley::stores
