#include "base/murmur3.hpp"

#include <bit>
#include <cstddef>

namespace parley {

namespace {

constexpr std::uint32_t scramble(std::uint32_t block) {
  return std::rotl(block * 0xcc9e2d51U, 15) * 0x1b873593U;
}

std::uint32_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

}  // namespace

std::uint32_t murmur3_32(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t hash = seed;
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    const std::uint32_t block =
        byte(bytes, at) | byte(bytes, at + 1) << 8U | byte(bytes, at + 2) << 16U | byte(bytes, at + 3) << 24U;
    hash = std::rotl(hash ^ scramble(block), 13) * 5 + 0xe6546b64U;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = bytes.size(); i > at; --i) tail = tail << 8U | byte(bytes, i - 1);
  hash ^= scramble(tail) ^ static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16U) * 0x85ebca6bU;
  hash = (hash ^ hash >> 13U) * 0xc2b2ae35U;
  return hash ^ hash >> 16U;
}

}  // namespace parley
