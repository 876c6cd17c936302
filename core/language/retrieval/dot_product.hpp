// Inner products of one vector of bytes with many, as fast as the processor can: AVX-512 VNNI, AVX2 or plain
// code, chosen when first called; all give the same numbers. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parley::language {

// Rows are this many bytes long, or a multiple.
inline constexpr std::size_t kRowAlignment = 64;

// sums[i] = Σ rows[i * stride + j] * query[j]. `rows` are unsigned, `query` is signed; stride is a multiple
// of kRowAlignment of at most 65,536 (the sums fit into 32 bits).
void dot_rows(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
);

// The same of rows of half bytes: the lower half of byte j goes with query[j], the upper one with
// query[stride + j]; the query is twice as long as a row. No byte of it is -128.
void dot_half_rows(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
);

// The plain code, for comparison.
void dot_rows_portable(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
);
void dot_half_rows_portable(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
);

// "avx512vnni", "avx2" or "portable".
[[nodiscard]] std::string_view dot_rows_variant();

}  // namespace parley::language
