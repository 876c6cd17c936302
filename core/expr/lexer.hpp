// Source text → tokens. The whole text is scanned before parsing, so the parser may look ahead freely.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "base/value.hpp"
#include "expr/expression.hpp"

namespace parley::expr {

enum class TokenKind : std::uint8_t {
  end,
  identifier,
  quoted_identifier,  // `content-type`, only as a field
  integer,            // magnitude, as uint: the parser applies the sign
  literal,            // uint, double, string or bytes
  symbol,
};

// Symbols of two characters are kept as first + 256 * second.
constexpr std::uint16_t symbol(char first, char second = 0) {
  return static_cast<std::uint16_t>(
      static_cast<unsigned char>(first) + 256 * static_cast<unsigned char>(second)
  );
}

struct Token {
  TokenKind kind = TokenKind::end;
  std::uint16_t symbol = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  Value value;  // of literals
};

// The last token is always TokenKind::end.
[[nodiscard]] std::expected<std::vector<Token>, SyntaxProblem> scan(std::string_view source);

}  // namespace parley::expr
