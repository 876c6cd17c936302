// Reads decisions off the front of a fuzz input. At the end everything is zero, so a target always ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parley::fuzz {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  // 0 to count - 1.
  std::size_t choose(std::size_t count) { return byte() % count; }

  std::string_view text(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest() { return text(rest_.size()); }

 private:
  std::string_view rest_;
};

// The sizes of the pieces in which bytes arrive: a fixed sequence for each seed, many of them tiny.
class Pieces {
 public:
  explicit Pieces(std::uint8_t seed) : state_(seed + 1U) {}

  std::size_t next() {
    state_ = state_ * 1'664'525U + 1'013'904'223U;
    const std::uint32_t draw = state_ >> 16U;
    return draw % 4 == 0 ? 1 + draw % 199 : 1 + draw % 7;
  }

 private:
  std::uint32_t state_;
};

}  // namespace parley::fuzz
