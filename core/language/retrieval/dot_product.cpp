#include "language/retrieval/dot_product.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace parley::language {

void dot_rows_portable(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  for (std::size_t i = 0; i < count; ++i, rows += stride) {
    std::int32_t sum = 0;
    for (std::size_t j = 0; j < stride; ++j) sum += static_cast<std::int32_t>(rows[j]) * query[j];
    sums[i] = sum;
  }
}

#if defined(__x86_64__)

namespace {

// Four rows at a time, so that a piece of the query is loaded once for all of them.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) void dot_rows_vnni(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  constexpr std::size_t kTogether = 4;
  std::size_t i = 0;
  for (; i + kTogether <= count; i += kTogether, rows += kTogether * stride) {
    __m512i sum[kTogether] = {};
    for (std::size_t j = 0; j < stride; j += 64) {
      const __m512i wanted = _mm512_loadu_si512(query + j);
#pragma clang loop unroll(full)
      for (std::size_t row = 0; row < kTogether; ++row)
        sum[row] = _mm512_dpbusd_epi32(sum[row], _mm512_loadu_si512(rows + row * stride + j), wanted);
    }
#pragma clang loop unroll(full)
    for (std::size_t row = 0; row < kTogether; ++row) sums[i + row] = _mm512_reduce_add_epi32(sum[row]);
  }
  for (; i < count; ++i, rows += stride) {
    __m512i sum = _mm512_setzero_si512();
    for (std::size_t j = 0; j < stride; j += 64)
      sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(rows + j), _mm512_loadu_si512(query + j));
    sums[i] = _mm512_reduce_add_epi32(sum);
  }
}

// Products of bytes are summed as 16-bit pairs only after widening: the instruction that multiplies bytes
// directly cuts off large sums.
__attribute__((target("avx2"))) void dot_rows_avx2(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  for (std::size_t i = 0; i < count; ++i, rows += stride) {
    __m256i even = _mm256_setzero_si256();
    __m256i odd = _mm256_setzero_si256();
    for (std::size_t j = 0; j < stride; j += 32) {
      const auto* row = reinterpret_cast<const __m128i*>(rows + j);
      const auto* wanted = reinterpret_cast<const __m128i*>(query + j);
      const __m256i first = _mm256_madd_epi16(
          _mm256_cvtepu8_epi16(_mm_loadu_si128(row)), _mm256_cvtepi8_epi16(_mm_loadu_si128(wanted))
      );
      const __m256i second = _mm256_madd_epi16(
          _mm256_cvtepu8_epi16(_mm_loadu_si128(row + 1)), _mm256_cvtepi8_epi16(_mm_loadu_si128(wanted + 1))
      );
      even = _mm256_add_epi32(even, first);
      odd = _mm256_add_epi32(odd, second);
    }
    const __m256i both = _mm256_add_epi32(even, odd);
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
    sums[i] = _mm_cvtsi128_si32(sum);
  }
}

struct Variant {
  std::string_view name;
  decltype(&dot_rows_portable) run;
};

const Variant& best_variant() {
  static const Variant best = [] {
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw"))
      return Variant{"avx512vnni", dot_rows_vnni};
    if (__builtin_cpu_supports("avx2")) return Variant{"avx2", dot_rows_avx2};
    return Variant{"portable", dot_rows_portable};
  }();
  return best;
}

}  // namespace

void dot_rows(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  best_variant().run(rows, count, stride, query, sums);
}

std::string_view dot_rows_variant() {
  return best_variant().name;
}

#else

void dot_rows(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  dot_rows_portable(rows, count, stride, query, sums);
}

std::string_view dot_rows_variant() {
  return "portable";
}

#endif

}  // namespace parley::language
