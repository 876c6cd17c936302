// Tokens of the GraphQL schema definition language. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::wire::graphql {

enum class TokenKind : std::uint8_t { name, text, number, sign, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view source;  // as written; a sign has one character, or three for "..."
  std::uint32_t line = 0;
};

// Ends with an `end` token. Characters that begin nothing are left out.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view text);

// What a text token says: block strings without their common indentation.
[[nodiscard]] std::string text_value(const Token& token);

}  // namespace parley::wire::graphql
