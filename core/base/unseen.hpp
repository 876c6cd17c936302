// Characters that nobody sees, or that change what is seen around them: control characters, zero-width ones,
// those that turn the direction of writing. Whoever decides by what stands there must not be shown something
// else than what is meant. Pure.
#pragma once

namespace parley {

// Not tab and line feed, which only move on.
[[nodiscard]] constexpr bool is_unseen(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n';
  if (c >= 0x7F && c <= 0x9F) return true;
  switch (c) {
    case 0x00AD:  // soft hyphen
    case 0x061C:  // Arabic letter mark
    case 0x180E:  // Mongolian vowel separator
    case 0xFEFF:  // zero-width no-break space
      return true;
    default:
      break;
  }
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace parley
