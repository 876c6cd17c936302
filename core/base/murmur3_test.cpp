// Judged by the reference vectors of MurmurHash3_x86_32.
#include "base/murmur3.hpp"

#include <doctest/doctest.h>

#include <string_view>

TEST_CASE("MurmurHash3 gives the reference values") {
  struct Row {
    std::string_view text;
    std::uint32_t seed;
    std::uint32_t hash;
  };
  constexpr Row kRows[] = {
      {"", 0, 0},
      {"", 1, 0x514e28b7},
      {"", 0xffffffff, 0x81f16f39},
      {"hello", 0, 0x248bfa47},
      {"hello, world", 0, 0x149bbb7f},
      {"The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723},
      {"test", 0, 0xba6bd213},
      {"test", 0x9747b28c, 0x704b81dc},
      {"a", 0x9747b28c, 0x7fa09ea6},
      {"aa", 0x9747b28c, 0x5d211726},
      {"aaa", 0x9747b28c, 0x283e0130},
      {"aaaa", 0x9747b28c, 0x5a97808a},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    CHECK(parley::murmur3_32(row.text, row.seed) == row.hash);
  }
}
