#include "base/encoding.hpp"

#include <array>
#include <cstdint>

namespace parley {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> kDigitOf = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 64; ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = i;
    digits[static_cast<unsigned char>(kUrlAlphabet[i])] = i;
  }
  return digits;
}();

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_digits(std::string& out, std::string_view octets, std::string_view alphabet, bool padded) {
  out.reserve(out.size() + (octets.size() + 2) / 3 * 4);
  std::size_t at = 0;
  auto byte = [&](std::size_t index) -> std::uint32_t { return static_cast<unsigned char>(octets[index]); };
  for (; at + 3 <= octets.size(); at += 3) {
    std::uint32_t group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (int shift = 18; shift >= 0; shift -= 6) out += alphabet[group >> shift & 63];
  }
  std::size_t rest = octets.size() - at;
  if (rest == 0) return;
  std::uint32_t group = byte(at) << 16 | (rest == 2 ? byte(at + 1) << 8 : 0);
  out += alphabet[group >> 18 & 63];
  out += alphabet[group >> 12 & 63];
  if (rest == 2) out += alphabet[group >> 6 & 63];
  if (padded) out.append(3 - rest, '=');
}

}  // namespace

std::string base64_encode(std::string_view octets) {
  std::string out;
  append_base64(out, octets);
  return out;
}

void append_base64(std::string& out, std::string_view octets) {
  append_digits(out, octets, kAlphabet, true);
}

std::string base64url_encode(std::string_view octets) {
  std::string out;
  append_digits(out, octets, kUrlAlphabet, false);
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  auto refused = [] {
    return fail(
        ErrorCode::invalid_input,
        "The text is not base64.",
        {},
        "Use letters, digits, '+' and '/' (or '-' and '_') and, if at all, the right number of '=' at the "
        "end."
    );
  };
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::size_t rest = text.size() % 4;
  if (rest == 1 || (padding != 0 && (rest == 0 || rest + padding != 4))) return refused();

  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (char c : text) {
    std::uint8_t digit = kDigitOf[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return refused();
    bits = (bits << 6 | digit) & 0xFFFFFF;
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      out += static_cast<char>(bits >> bit_count & 0xFF);
    }
  }
  if ((bits & ((1U << bit_count) - 1)) != 0) return refused();
  return out;
}

std::string hex_encode(std::string_view octets) {
  std::string out;
  out.reserve(octets.size() * 2);
  for (char c : octets) {
    auto byte = static_cast<unsigned char>(c);
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
  return out;
}

Result<std::string> hex_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 2);
  bool valid = text.size() % 2 == 0;
  for (std::size_t at = 0; valid && at < text.size(); at += 2) {
    int high = hex_digit(text[at]);
    int low = hex_digit(text[at + 1]);
    valid = high >= 0 && low >= 0;
    if (valid) out += static_cast<char>(high * 16 + low);
  }
  if (!valid) {
    return fail(ErrorCode::invalid_input, "The text is not hexadecimal.", {}, "Use pairs of 0-9 and a-f.");
  }
  return out;
}

}  // namespace parley
