#include "engine/masking.hpp"

#include "base/utf8.hpp"

namespace parley::engine {

Value masked(const Value& value) {
  if (value.is_null()) return value;
  std::string mask(kMask);
  if (value.is_string() && count_code_points(value.as_string()) >= 8) {
    const std::string_view text = value.as_string();
    std::size_t at = text.size();
    for (int characters = 0; characters < 2; ++characters) {
      do --at;
      while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
    }
    mask.append(" ").append(text.substr(at));
  }
  return Value(mask);
}

}  // namespace parley::engine
