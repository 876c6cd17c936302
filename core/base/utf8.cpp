#include "base/utf8.hpp"

#include <cstring>

namespace parley {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

bool within(char32_t code_point, char32_t first, char32_t last) {
  return code_point >= first && code_point <= last;
}

// Ranges where upper case is even and lower case the next code point.
bool is_even_upper_pair(char32_t code_point) {
  return within(code_point, 0x100, 0x12F) || within(code_point, 0x132, 0x137) ||
         within(code_point, 0x14A, 0x177) || within(code_point, 0x1DE, 0x1EF) ||
         within(code_point, 0x1F8, 0x21F) || within(code_point, 0x222, 0x233) ||
         within(code_point, 0x3D8, 0x3EF) || within(code_point, 0x460, 0x481) ||
         within(code_point, 0x48A, 0x4BF) || within(code_point, 0x4D0, 0x52F) ||
         within(code_point, 0x1E00, 0x1E95) || within(code_point, 0x1EA0, 0x1EFF);
}

// Ranges where upper case is odd and lower case the next code point.
bool is_odd_upper_pair(char32_t code_point) {
  return within(code_point, 0x139, 0x148) || within(code_point, 0x179, 0x17E) ||
         within(code_point, 0x1CD, 0x1DC) || within(code_point, 0x4C1, 0x4CE);
}

template <char32_t (*map)(char32_t)>
std::string map_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    DecodedCodePoint decoded = decode_utf8(text, at);
    if (decoded.length == 0) {
      out += text[at++];
      continue;
    }
    append_utf8(out, map(decoded.code_point));
    at += decoded.length;
  }
  return out;
}

}  // namespace

DecodedCodePoint decode_utf8(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[at + offset]); };
  unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t left = text.size() - at;
  if (lead < 0xC2) return {};
  if (lead < 0xE0) {
    if (left < 2 || !is_continuation(byte(1))) return {};
    return {(static_cast<char32_t>(lead & 0x1F) << 6) | (byte(1) & 0x3Fu), 2};
  }
  if (lead < 0xF0) {
    if (left < 3 || !is_continuation(byte(1)) || !is_continuation(byte(2))) return {};
    char32_t code_point =
        (static_cast<char32_t>(lead & 0x0F) << 12) | ((byte(1) & 0x3Fu) << 6) | (byte(2) & 0x3Fu);
    if (code_point < 0x800 || within(code_point, 0xD800, 0xDFFF)) return {};
    return {code_point, 3};
  }
  if (lead > 0xF4 || left < 4) return {};
  if (!is_continuation(byte(1)) || !is_continuation(byte(2)) || !is_continuation(byte(3))) return {};
  char32_t code_point = (static_cast<char32_t>(lead & 0x07) << 18) | ((byte(1) & 0x3Fu) << 12) |
                        ((byte(2) & 0x3Fu) << 6) | (byte(3) & 0x3Fu);
  if (code_point < 0x10000 || code_point > 0x10FFFF) return {};
  return {code_point, 4};
}

DecodedCodePoint decode_utf8_before(std::string_view text, std::size_t at) {
  std::size_t start = at - 1;
  while (start > 0 && at - start < 4 && is_continuation(static_cast<unsigned char>(text[start]))) --start;
  DecodedCodePoint decoded = decode_utf8(text, start);
  if (decoded.length == at - start) return decoded;
  return {kReplacement, 1};
}

bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (at + 8 <= text.size()) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, 8);
      if ((word & 0x8080808080808080) != 0) break;
      at += 8;
    }
    if (at == text.size()) break;
    std::uint32_t length = decode_utf8(text, at).length;
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void append_utf8(std::string& out, char32_t code_point) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  if (code_point > 0x10FFFF || within(code_point, 0xD800, 0xDFFF)) code_point = kReplacement;
  if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | (code_point >> 6));
  } else {
    if (code_point < 0x10000) {
      out += static_cast<char>(0xE0 | (code_point >> 12));
    } else {
      out += static_cast<char>(0xF0 | (code_point >> 18));
      out += static_cast<char>(0x80 | ((code_point >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (code_point & 0x3F));
}

std::string repair_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t length = decode_utf8(text, at).length;
    if (length == 0) {
      append_utf8(out, kReplacement);
      ++at;
    } else {
      out.append(text, at, length);
      at += length;
    }
  }
  return out;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += is_continuation(static_cast<unsigned char>(c)) ? 0 : 1;
  return count;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && is_continuation(static_cast<unsigned char>(text[max_bytes]))) --max_bytes;
  return text.substr(0, max_bytes);
}

char32_t to_lower(char32_t c) {
  if (c < 0x80) return within(c, 'A', 'Z') ? c + 32 : c;
  if (within(c, 0xC0, 0xDE)) return c == 0xD7 ? c : c + 32;
  if (c == 0x130) return 'i';
  if (c == 0x178) return 0xFF;
  if (c == 0x1E9E) return 0xDF;
  if (is_even_upper_pair(c)) return c | 1;
  if (is_odd_upper_pair(c)) return c + (c & 1);
  if (c == 0x386) return 0x3AC;
  if (within(c, 0x388, 0x38A)) return c + 37;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 63;
  if (within(c, 0x391, 0x3AB)) return c == 0x3A2 ? c : c + 32;
  if (within(c, 0x400, 0x40F)) return c + 80;
  if (within(c, 0x410, 0x42F)) return c + 32;
  if (c == 0x4C0) return 0x4CF;
  if (within(c, 0x531, 0x556)) return c + 48;
  if (within(c, 0xFF21, 0xFF3A)) return c + 32;
  return c;
}

char32_t to_upper(char32_t c) {
  if (c < 0x80) return within(c, 'a', 'z') ? c - 32 : c;
  if (c == 0xB5) return 0x39C;
  if (c == 0xFF) return 0x178;
  if (within(c, 0xE0, 0xFE)) return c == 0xF7 ? c : c - 32;
  if (c == 0x131) return 'I';
  if (is_even_upper_pair(c)) return c == 0x130 ? c : c & ~char32_t{1};
  if (is_odd_upper_pair(c)) return (c & 1) != 0 ? c : c - 1;
  if (c == 0x3AC) return 0x386;
  if (within(c, 0x3AD, 0x3AF)) return c - 37;
  if (c == 0x3CC) return 0x38C;
  if (c == 0x3CD || c == 0x3CE) return c - 63;
  if (c == 0x3C2) return 0x3A3;
  if (within(c, 0x3B1, 0x3CB)) return c - 32;
  if (within(c, 0x450, 0x45F)) return c - 80;
  if (within(c, 0x430, 0x44F)) return c - 32;
  if (c == 0x4CF) return 0x4C0;
  if (within(c, 0x561, 0x586)) return c - 48;
  if (within(c, 0xFF41, 0xFF5A)) return c - 32;
  return c;
}

std::string to_lower(std::string_view text) {
  return map_text<to_lower>(text);
}

std::string to_upper(std::string_view text) {
  return map_text<to_upper>(text);
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

}  // namespace parley
