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

void dot_half_rows_portable(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  for (std::size_t i = 0; i < count; ++i, rows += stride) {
    std::int32_t sum = 0;
    for (std::size_t j = 0; j < stride; ++j) {
      sum += static_cast<std::int32_t>(rows[j] & 0x0FU) * query[j];
      sum += static_cast<std::int32_t>(rows[j] >> 4U) * query[stride + j];
    }
    sums[i] = sum;
  }
}

#if defined(__x86_64__)

namespace {

// The sums of four vectors, in their order.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) inline __m128i sums_of_four(const __m512i (&each)[4]) {
  const __m512i first =
      _mm512_add_epi32(_mm512_unpacklo_epi32(each[0], each[1]), _mm512_unpackhi_epi32(each[0], each[1]));
  const __m512i second =
      _mm512_add_epi32(_mm512_unpacklo_epi32(each[2], each[3]), _mm512_unpackhi_epi32(each[2], each[3]));
  const __m512i all =
      _mm512_add_epi32(_mm512_unpacklo_epi64(first, second), _mm512_unpackhi_epi64(first, second));
  const __m256i halves = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

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
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + i), sums_of_four(sum));
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

// Both halves of a piece of a row, times what goes with each.
__attribute__((target("avx512f,avx512bw,avx512vnni"))) inline __m512i add_halves(
    __m512i sum, const std::uint8_t* row, __m512i lower, __m512i upper
) {
  const __m512i mask = _mm512_set1_epi8(0x0F);
  const __m512i both = _mm512_loadu_si512(row);
  sum = _mm512_dpbusd_epi32(sum, _mm512_and_si512(both, mask), lower);
  return _mm512_dpbusd_epi32(sum, _mm512_and_si512(_mm512_srli_epi16(both, 4), mask), upper);
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) void dot_half_rows_vnni(
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
      const __m512i lower = _mm512_loadu_si512(query + j);
      const __m512i upper = _mm512_loadu_si512(query + stride + j);
#pragma clang loop unroll(full)
      for (std::size_t row = 0; row < kTogether; ++row)
        sum[row] = add_halves(sum[row], rows + row * stride + j, lower, upper);
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + i), sums_of_four(sum));
  }
  for (; i < count; ++i, rows += stride) {
    __m512i sum = _mm512_setzero_si512();
    for (std::size_t j = 0; j < stride; j += 64)
      sum = add_halves(sum, rows + j, _mm512_loadu_si512(query + j), _mm512_loadu_si512(query + stride + j));
    sums[i] = _mm512_reduce_add_epi32(sum);
  }
}

// A half byte times a byte is small enough for the instruction that multiplies bytes directly: four products,
// of two pairs, stay within 16 bits.
__attribute__((target("avx2"))) void dot_half_rows_avx2(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  const __m256i mask = _mm256_set1_epi8(0x0F);
  const __m256i ones = _mm256_set1_epi16(1);
  for (std::size_t i = 0; i < count; ++i, rows += stride) {
    __m256i sum = _mm256_setzero_si256();
    for (std::size_t j = 0; j < stride; j += 32) {
      const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows + j));
      const __m256i lower = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + j));
      const __m256i upper = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + stride + j));
      const __m256i products = _mm256_add_epi16(
          _mm256_maddubs_epi16(_mm256_and_si256(both, mask), lower),
          _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(both, 4), mask), upper)
      );
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(products, ones));
    }
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1));
    sums[i] = _mm_cvtsi128_si32(four);
  }
}

struct Variant {
  std::string_view name;
  decltype(&dot_rows_portable) run;
  decltype(&dot_half_rows_portable) run_halves;
};

const Variant& best_variant() {
  static const Variant best = [] {
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw"))
      return Variant{"avx512vnni", dot_rows_vnni, dot_half_rows_vnni};
    if (__builtin_cpu_supports("avx2")) return Variant{"avx2", dot_rows_avx2, dot_half_rows_avx2};
    return Variant{"portable", dot_rows_portable, dot_half_rows_portable};
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

void dot_half_rows(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  best_variant().run_halves(rows, count, stride, query, sums);
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

void dot_half_rows(
    const std::uint8_t* rows,
    std::size_t count,
    std::size_t stride,
    const std::int8_t* query,
    std::int32_t* sums
) {
  dot_half_rows_portable(rows, count, stride, query, sums);
}

std::string_view dot_rows_variant() {
  return "portable";
}

#endif

}  // namespace parley::language
