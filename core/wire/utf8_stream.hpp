// Checks UTF-8 that arrives in pieces: no overlong forms, no surrogates, nothing above U+10FFFF.
// A wrong byte is reported as soon as it is seen, so a peer cannot keep a doomed message open.
// One object per text; not shared between threads.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::wire {

class Utf8Stream {
 public:
  // False as soon as the text can no longer become valid.
  [[nodiscard]] bool feed(std::string_view piece);
  // True when the text so far ends on a character boundary.
  [[nodiscard]] bool complete() const { return missing_ == 0; }
  void reset() { *this = {}; }

 private:
  std::uint8_t missing_ = 0;    // continuation bytes still to come
  std::uint8_t lowest_ = 0x80;  // range of the next one; narrower right after some lead bytes
  std::uint8_t highest_ = 0xBF;
};

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace parley::wire
