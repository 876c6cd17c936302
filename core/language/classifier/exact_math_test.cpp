#include <bit>
#include <cmath>
#include <cstdint>

#include <doctest/doctest.h>

#include "language/classifier/exact_math.hpp"

namespace parley::language {

TEST_CASE("exp and log are as good as the C library's") {
  for (double x = -30; x < 30; x += 0.037) {
    CAPTURE(x);
    CHECK(exact_exp(x) == doctest::Approx(std::exp(x)).epsilon(1e-14));
    CHECK(exact_log(std::exp(x)) == doctest::Approx(x).epsilon(1e-13));
  }
  CHECK(exact_exp(0) == 1);
  CHECK(exact_log(1) == 0);
  CHECK(exact_exp(-1000) == 0);
  CHECK(exact_exp(1000) == exact_exp(700));
}

// On every platform: a change of these bits changes what messages are understood as.
TEST_CASE("exp and log have the same bits everywhere") {
  struct Row {
    double x;
    std::uint64_t exp;
    std::uint64_t log;
  };
  constexpr Row kRows[] = {
      {0.5, 0x3FFA61298E1E069C, 0xBFE62E42FEFA39EF},
      {1.0, 0x4005BF0A8B14576A, 0x0000000000000000},
      {3.75, 0x404542B2D0A266E7, 0x3FF525E973A0564F},
      {12.125, 0x4106834AB893CD16, 0x4003F64FD28EEC7D},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.x);
    CHECK(std::bit_cast<std::uint64_t>(exact_exp(row.x)) == row.exp);
    CHECK(std::bit_cast<std::uint64_t>(exact_log(row.x)) == row.log);
  }
}

}  // namespace parley::language
