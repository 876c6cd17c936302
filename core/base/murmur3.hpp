// MurmurHash3, 32 bits: the hash that flag systems share for dividing users into groups. Not for security.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley {

[[nodiscard]] std::uint32_t murmur3_32(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace parley
