// SHA-256 (FIPS 180-4). Uses the processor's SHA instructions when it has them; the result is the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

using Sha256Digest = std::array<std::uint8_t, 32>;

// Streaming: any number of update() calls, then finish() once.
class Sha256 {
 public:
  Sha256& update(std::string_view octets);
  [[nodiscard]] Sha256Digest finish();

 private:
  std::array<std::uint32_t, 8> state_{
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };
  std::array<std::uint8_t, 64> pending_{};
  std::size_t pending_size_ = 0;
  std::uint64_t total_size_ = 0;
};

[[nodiscard]] Sha256Digest sha256(std::string_view octets);
// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view octets);
[[nodiscard]] std::string hex_encode(const Sha256Digest& digest);

// Keyed with HMAC (RFC 2104).
[[nodiscard]] Sha256Digest hmac_sha256(std::string_view key, std::string_view octets);

// Takes the same time wherever the difference lies; for comparing secrets and signatures.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace parley
