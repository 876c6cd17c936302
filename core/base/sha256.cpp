#include "base/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/encoding.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace parley {
namespace {

constexpr std::size_t kBlockBytes = 64;

alignas(16) constexpr std::uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

std::uint32_t load_big_endian(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

void store_big_endian(std::uint8_t* bytes, std::uint32_t word) {
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(word >> (24 - 8 * i));
}

void compress_portable(std::uint32_t* state, const std::uint8_t* data, std::size_t blocks) {
  for (; blocks > 0; --blocks, data += kBlockBytes) {
    std::uint32_t w[64];
    for (int i = 0; i < 16; ++i) w[i] = load_big_endian(data + 4 * i);
    for (int i = 16; i < 64; ++i) {
      std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
      std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    std::uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    std::uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; ++i) {
      std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kRoundConstants[i] + w[i];
      std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    std::uint32_t out[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; ++i) state[i] += out[i];
  }
}

#if defined(__x86_64__)

bool has_sha_instructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b & (1U << 29)) == 0) return false;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0 && (c & bit_SSSE3) != 0;
}

// The instructions keep the state as ABEF and CDGH and do two rounds each; w holds the 16 message words in
// use.
__attribute__((target("sha,sse4.1,ssse3"))) void compress_accelerated(
    std::uint32_t* state, const std::uint8_t* data, std::size_t blocks
) {
  const __m128i byte_order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i dcba = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state));
  __m128i hgfe = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state + 4));
  __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1);
  __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1B);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);

  for (; blocks > 0; --blocks, data += kBlockBytes) {
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; ++i) {
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data + 16 * i)), byte_order);
    }
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; ++group) {
      __m128i& words = w[group & 3];
      if (group >= 4) {
        __m128i next = w[(group + 3) & 3];
        __m128i mixed = _mm_add_epi32(
            _mm_sha256msg1_epu32(words, w[(group + 1) & 3]), _mm_alignr_epi8(next, w[(group + 2) & 3], 4)
        );
        words = _mm_sha256msg2_epu32(mixed, next);
      }
      __m128i keyed =
          _mm_add_epi32(words, _mm_load_si128(reinterpret_cast<const __m128i*>(kRoundConstants + 4 * group)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, keyed);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(keyed, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
  __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

void compress(std::uint32_t* state, const std::uint8_t* data, std::size_t blocks) {
  static const bool accelerated = has_sha_instructions();
  (accelerated ? compress_accelerated : compress_portable)(state, data, blocks);
}

#else

void compress(std::uint32_t* state, const std::uint8_t* data, std::size_t blocks) {
  compress_portable(state, data, blocks);
}

#endif

}  // namespace

Sha256& Sha256::update(std::string_view octets) {
  if (octets.empty()) return *this;
  const auto* data = reinterpret_cast<const std::uint8_t*>(octets.data());
  std::size_t size = octets.size();
  total_size_ += size;
  if (pending_size_ > 0) {
    std::size_t taken = std::min(size, kBlockBytes - pending_size_);
    std::memcpy(pending_.data() + pending_size_, data, taken);
    pending_size_ += taken;
    data += taken;
    size -= taken;
    if (pending_size_ < kBlockBytes) return *this;
    compress(state_.data(), pending_.data(), 1);
    pending_size_ = 0;
  }
  std::size_t blocks = size / kBlockBytes;
  compress(state_.data(), data, blocks);
  pending_size_ = size % kBlockBytes;
  if (pending_size_ > 0) std::memcpy(pending_.data(), data + blocks * kBlockBytes, pending_size_);
  return *this;
}

Sha256Digest Sha256::finish() {
  std::uint8_t tail[2 * kBlockBytes]{};
  std::memcpy(tail, pending_.data(), pending_size_);
  tail[pending_size_] = 0x80;
  std::size_t blocks = pending_size_ + 9 <= kBlockBytes ? 1 : 2;
  std::uint64_t bits = total_size_ * 8;
  store_big_endian(tail + blocks * kBlockBytes - 8, static_cast<std::uint32_t>(bits >> 32));
  store_big_endian(tail + blocks * kBlockBytes - 4, static_cast<std::uint32_t>(bits));
  compress(state_.data(), tail, blocks);
  Sha256Digest digest{};
  for (std::size_t i = 0; i < 8; ++i) store_big_endian(digest.data() + 4 * i, state_[i]);
  return digest;
}

Sha256Digest sha256(std::string_view octets) {
  return Sha256().update(octets).finish();
}

std::string sha256_hex(std::string_view octets) {
  return hex_encode(sha256(octets));
}

std::string hex_encode(const Sha256Digest& digest) {
  return hex_encode(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view octets) {
  char padded[kBlockBytes]{};
  if (key.size() > kBlockBytes) {
    Sha256Digest short_key = sha256(key);
    std::memcpy(padded, short_key.data(), short_key.size());
  } else if (!key.empty()) {
    std::memcpy(padded, key.data(), key.size());
  }
  char inner[kBlockBytes];
  char outer[kBlockBytes];
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    inner[i] = static_cast<char>(padded[i] ^ 0x36);
    outer[i] = static_cast<char>(padded[i] ^ 0x5c);
  }
  Sha256Digest digest = Sha256().update({inner, kBlockBytes}).update(octets).finish();
  return Sha256()
      .update({outer, kBlockBytes})
      .update({reinterpret_cast<const char*>(digest.data()), digest.size()})
      .finish();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace parley
