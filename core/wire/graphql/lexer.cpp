#include "wire/graphql/lexer.hpp"

#include "base/json.hpp"

namespace parley::wire::graphql {
namespace {

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Bytes of the string that begins here, quotes included.
std::size_t text_length(std::string_view text) {
  constexpr std::string_view kBlock = "\"\"\"";
  if (text.starts_with(kBlock)) {
    std::size_t end = text.find(kBlock, 3);
    while (end != std::string_view::npos && text[end - 1] == '\\') end = text.find(kBlock, end + 3);
    return end == std::string_view::npos ? text.size() : end + 3;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    } else if (text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::uint32_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::string_view rest = text.substr(at);
    std::size_t length = 1;
    if (c == '\n') {
      ++line;
    } else if (c == '#') {
      length = std::min(rest.find('\n'), rest.size());
    } else if (c == '"') {
      length = text_length(rest);
      tokens.push_back({TokenKind::text, rest.substr(0, length), line});
      for (const char each : rest.substr(0, length)) line += each == '\n' ? 1 : 0;
    } else if (begins_name(c)) {
      while (length < rest.size() && (begins_name(rest[length]) || is_digit(rest[length]))) ++length;
      tokens.push_back({TokenKind::name, rest.substr(0, length), line});
    } else if (is_digit(c) || c == '-') {
      while (length < rest.size() && (is_digit(rest[length]) || begins_name(rest[length]) ||
                                      rest[length] == '.' || rest[length] == '+' || rest[length] == '-')) {
        ++length;
      }
      tokens.push_back({TokenKind::number, rest.substr(0, length), line});
    } else if (rest.starts_with("...")) {
      length = 3;
      tokens.push_back({TokenKind::sign, rest.substr(0, length), line});
    } else if (std::string_view("!$&():=@[]{}|").contains(c)) {
      tokens.push_back({TokenKind::sign, rest.substr(0, 1), line});
    }
    at += length;
  }
  tokens.push_back({TokenKind::end, {}, line});
  return tokens;
}

std::string text_value(const Token& token) {
  std::string_view source = token.source;
  constexpr std::string_view kBlock = "\"\"\"";
  if (!source.starts_with(kBlock)) {
    const auto value = parse_json(source);
    return value && value->is_string() ? std::string(value->as_string()) : std::string(source);
  }
  source.remove_prefix(3);
  if (source.ends_with(kBlock)) source.remove_suffix(3);
  // Descriptions are joined to one line later, so indentation does not matter.
  std::string out;
  for (std::size_t at = 0; at < source.size(); ++at) {
    if (source.substr(at).starts_with("\\\"\"\"")) ++at;
    out += source[at];
  }
  return out;
}

}  // namespace parley::wire::graphql
