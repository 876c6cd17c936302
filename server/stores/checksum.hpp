// CRC-32C, and the checksum of a table row made with it: rows carry one so that a byte changed on disk is
// noticed instead of served. It finds accidents, not forgers. Pure functions.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

namespace parley::stores {

// Uses the processor's instruction where there is one. Start with 0; feed an earlier result to go on.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);
// The same without the instruction: for other processors, and to check the fast one.
[[nodiscard]] std::uint32_t crc32c_portable(std::uint32_t crc, std::string_view bytes);

// Every text goes in with its length, so that bytes cannot wander from one column to the next unnoticed.
class RowChecksum {
 public:
  template <typename... Values>
  explicit RowChecksum(const Values&... values) {
    (add(values), ...);
  }

  void add(std::integral auto number) {
    const auto wide = static_cast<std::int64_t>(number);
    crc_ = crc32c(crc_, std::string_view(reinterpret_cast<const char*>(&wide), sizeof wide));
  }
  void add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    crc_ = crc32c(crc_, text);
  }
  [[nodiscard]] std::int64_t value() const { return crc_; }

 private:
  std::uint32_t crc_ = 0;
};

}  // namespace parley::stores
