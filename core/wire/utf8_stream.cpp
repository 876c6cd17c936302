#include "wire/utf8_stream.hpp"

#include <cstddef>
#include <cstring>

namespace parley::wire {

bool Utf8Stream::feed(std::string_view piece) {
  std::size_t at = 0;
  while (at < piece.size()) {
    if (missing_ == 0) {
      // Most text is ASCII: eight bytes a step.
      while (at + 8 <= piece.size()) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, piece.data() + at, 8);
        if ((eight & 0x8080808080808080ULL) != 0) break;
        at += 8;
      }
      if (at == piece.size()) break;
    }
    const auto byte = static_cast<std::uint8_t>(piece[at++]);
    if (missing_ > 0) {
      if (byte < lowest_ || byte > highest_) return false;
      lowest_ = 0x80, highest_ = 0xBF;
      --missing_;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      missing_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      if (byte == 0xE0) lowest_ = 0xA0;   // overlong
      if (byte == 0xED) highest_ = 0x9F;  // surrogates
      if (byte == 0xF0) lowest_ = 0x90;   // overlong
      if (byte == 0xF4) highest_ = 0x8F;  // above U+10FFFF
    }
  }
  return true;
}

bool is_utf8(std::string_view text) {
  Utf8Stream stream;
  return stream.feed(text) && stream.complete();
}

}  // namespace parley::wire
