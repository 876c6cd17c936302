#include "language/retrieval/dot_product.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace parley::language;

TEST_CASE("every variant gives the sums of the plain code, at the ends of the range too") {
  for (const std::size_t stride : {64, 128, 192, 384, 1024}) {
    CAPTURE(stride);
    constexpr std::size_t kRows = 9;
    std::vector<std::uint8_t> rows(kRows * stride);
    std::vector<std::int8_t> query(stride);
    std::uint32_t dice = 7;
    for (auto& each : rows) each = static_cast<std::uint8_t>((dice = dice * 1664525 + 1013904223) >> 24);
    for (auto& each : query) each = static_cast<std::int8_t>((dice = dice * 1664525 + 1013904223) >> 24);
    // Nothing may overflow on the way.
    for (std::size_t i = 0; i < stride; ++i) rows[i] = 255;
    for (std::size_t i = 0; i < stride; ++i) rows[stride + i] = 0;
    std::vector<std::int32_t> plain(kRows);
    std::vector<std::int32_t> fast(kRows);
    dot_rows_portable(rows.data(), kRows, stride, query.data(), plain.data());
    dot_rows(rows.data(), kRows, stride, query.data(), fast.data());
    CHECK(fast == plain);
    for (auto& each : query) each = 127;
    dot_rows_portable(rows.data(), kRows, stride, query.data(), plain.data());
    dot_rows(rows.data(), kRows, stride, query.data(), fast.data());
    CHECK(fast == plain);
    CHECK(fast[0] == static_cast<std::int32_t>(255 * 127 * stride));
  }
}

TEST_CASE("halves of bytes: every variant gives the sums of the plain code, at the ends of the range too") {
  for (const std::size_t stride : {64, 128, 192, 1024}) {
    CAPTURE(stride);
    constexpr std::size_t kRows = 9;
    std::vector<std::uint8_t> rows(kRows * stride);
    std::vector<std::int8_t> query(2 * stride);
    std::uint32_t dice = 7;
    for (auto& each : rows) each = static_cast<std::uint8_t>((dice = dice * 1664525 + 1013904223) >> 24);
    for (auto& each : query) {
      each = static_cast<std::int8_t>((dice = dice * 1664525 + 1013904223) >> 24);
      if (each == -128) each = -127;
    }
    for (std::size_t i = 0; i < stride; ++i) rows[i] = 255;
    for (std::size_t i = 0; i < stride; ++i) rows[stride + i] = 0x0F;
    std::vector<std::int32_t> plain(kRows);
    std::vector<std::int32_t> fast(kRows);
    const auto compare = [&] {
      dot_half_rows_portable(rows.data(), kRows, stride, query.data(), plain.data());
      dot_half_rows(rows.data(), kRows, stride, query.data(), fast.data());
      CHECK(fast == plain);
    };
    compare();
    for (auto& each : query) each = 127;
    compare();
    CHECK(fast[0] == static_cast<std::int32_t>(15 * 127 * 2 * stride));
    CHECK(fast[1] == static_cast<std::int32_t>(15 * 127 * stride));
    for (auto& each : query) each = -127;
    compare();
    CHECK(fast[0] == -static_cast<std::int32_t>(15 * 127 * 2 * stride));
  }
}
