// Numbers that look random and are the same for the same seed everywhere (splitmix64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace parley::assistant {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // 0 … sides-1
  std::size_t roll(std::size_t sides) { return sides == 0 ? 0 : static_cast<std::size_t>(next() % sides); }
  bool chance(std::uint32_t percent) { return roll(100) < percent; }
  template <typename T>
  const T& pick(std::span<const T> choices) {
    return choices[roll(choices.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace parley::assistant
