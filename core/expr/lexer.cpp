#include "expr/lexer.hpp"

#include <charconv>
#include <cmath>
#include <string>

#include "base/utf8.hpp"
#include "expr/numbers.hpp"

namespace parley::expr {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool starts_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_identifier_char(char c) {
  return starts_identifier(c) || is_digit(c);
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  std::expected<std::vector<Token>, SyntaxProblem> run() {
    if (!is_utf8(source_)) {
      return std::unexpected(SyntaxProblem{0, source_.size(), "The expression is not valid UTF-8.", ""});
    }
    while (problem_.message.empty()) {
      skip_space();
      if (at_ == source_.size()) break;
      start_ = at_;
      next();
    }
    if (!problem_.message.empty()) return std::unexpected(std::move(problem_));
    start_ = at_;
    push(TokenKind::end);
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool rest_starts_with(std::string_view text) const {
    return source_.substr(at_).starts_with(text);
  }

  void push(TokenKind kind, Value value = {}, std::uint16_t symbol = 0) {
    tokens_.push_back(
        {kind, symbol, static_cast<std::uint32_t>(start_), static_cast<std::uint32_t>(at_), std::move(value)}
    );
  }

  void fail(std::size_t begin, std::size_t end, std::string message, std::string hint) {
    problem_ = {begin, end, std::move(message), std::move(hint)};
  }

  void skip_space() {
    while (at_ < source_.size()) {
      if (is_space(source_[at_])) {
        ++at_;
      } else if (rest_starts_with("//")) {
        while (at_ < source_.size() && source_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  void next() {
    char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (std::size_t prefix = string_prefix(); prefix != kNotAString) return string(prefix);
    if (starts_identifier(c)) {
      while (is_identifier_char(peek())) ++at_;
      return push(TokenKind::identifier);
    }
    if (c == '`') return quoted_identifier();
    symbols();
  }

  void number() {
    bool is_double = false;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex_digit(peek(2))) {
      at_ += 2;
      while (is_hex_digit(peek())) ++at_;
      return finish_integer(start_ + 2, 16);
    }
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      is_double = true;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      std::size_t digits = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (is_digit(peek(digits))) {
        is_double = true;
        at_ += digits;
        while (is_digit(peek())) ++at_;
      }
    }
    if (!is_double) return finish_integer(start_, 10);
    if (starts_identifier(peek())) return stray_letters();
    push(TokenKind::literal, parse_double(source_.substr(start_, at_ - start_)).value_or(INFINITY));
  }

  void finish_integer(std::size_t digits, int base) {
    std::uint64_t magnitude = 0;
    auto status = std::from_chars(source_.data() + digits, source_.data() + at_, magnitude, base).ec;
    if (status != std::errc{}) {
      return fail(start_, at_, "The number is too large for 64 bits.", "write it as a decimal: 1e20");
    }
    bool is_unsigned = peek() == 'u' || peek() == 'U';
    if (is_unsigned) ++at_;
    if (is_identifier_char(peek())) return stray_letters();
    push(is_unsigned ? TokenKind::literal : TokenKind::integer, magnitude);
  }

  void stray_letters() {
    std::size_t begin = at_;
    while (is_identifier_char(peek())) ++at_;
    fail(begin, at_, "Letters directly after a number.", "put an operator or a space between them");
  }

  static constexpr std::size_t kNotAString = 3;

  // How many of the letters b and r stand before an opening quote here.
  [[nodiscard]] std::size_t string_prefix() const {
    std::size_t length = 0;
    bool bytes = false;
    bool raw = false;
    for (; length < 2; ++length) {
      char c = peek(length);
      if ((c == 'b' || c == 'B') && !bytes) {
        bytes = true;
      } else if ((c == 'r' || c == 'R') && !raw) {
        raw = true;
      } else {
        break;
      }
    }
    char quote = peek(length);
    return quote == '"' || quote == '\'' ? length : kNotAString;
  }

  void string(std::size_t prefix) {
    bool bytes = false;
    bool raw = false;
    for (std::size_t i = 0; i < prefix; ++i) (peek(i) == 'b' || peek(i) == 'B' ? bytes : raw) = true;
    at_ += prefix;
    char quote = peek();
    bool triple = peek(1) == quote && peek(2) == quote;
    std::size_t quotes = triple ? 3 : 1;
    at_ += quotes;
    std::string text;
    while (!closes(quote, quotes)) {
      char c = peek();
      if (at_ == source_.size() || (!triple && (c == '\n' || c == '\r'))) {
        return fail(
            start_,
            at_,
            "Unterminated string.",
            std::string("add the closing ") + (quotes == 3 ? "triple " : "") + quote
        );
      }
      if (c == '\\' && !raw) {
        if (!escape(text, bytes)) return;
      } else {
        text += c;
        ++at_;
      }
    }
    at_ += quotes;
    push(TokenKind::literal, bytes ? Value::bytes(text) : Value(text));
  }

  [[nodiscard]] bool closes(char quote, std::size_t quotes) const {
    for (std::size_t i = 0; i < quotes; ++i) {
      if (peek(i) != quote || at_ + i >= source_.size()) return false;
    }
    return true;
  }

  bool escape(std::string& text, bool bytes) {
    constexpr std::string_view kLetters = "abfnrtv\\?\"'`";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\?\"'`";
    char c = peek(1);
    if (std::size_t known = kLetters.find(c); c != '\0' && known != std::string_view::npos) {
      text += kMeanings[known];
      at_ += 2;
      return true;
    }
    if (c == 'x' || c == 'X') return numeric_escape(text, 2, 2, 16, bytes);
    if (c == 'u' && !bytes) return numeric_escape(text, 2, 4, 16, false);
    if (c == 'U' && !bytes) return numeric_escape(text, 2, 8, 16, false);
    if (c >= '0' && c <= '3') return numeric_escape(text, 1, 3, 8, bytes);
    std::size_t end = std::min(at_ + 2, source_.size());
    fail(at_, end, "Unknown escape in a string.", "write \\\\ for a backslash, or r'…' for raw text");
    return false;
  }

  bool numeric_escape(std::string& text, std::size_t skip, std::size_t digits, int base, bool bytes) {
    std::size_t begin = at_ + skip;
    std::uint32_t code = 0;
    const char* first = source_.data() + std::min(begin, source_.size());
    const char* last = source_.data() + std::min(begin + digits, source_.size());
    auto [stop, status] = std::from_chars(first, last, code, base);
    bool complete = status == std::errc{} && stop == first + digits;
    bool valid = complete && code <= (bytes ? 0xFFU : 0x10FFFFU) && (code < 0xD800 || code > 0xDFFF);
    if (!valid) {
      std::size_t end = std::min(begin + digits, source_.size());
      fail(
          at_,
          end,
          complete ? "The escape is not a valid code point." : "The escape has too few digits.",
          "\\x takes 2 hexadecimal digits, \\u 4, \\U 8; octal escapes take 3 digits"
      );
      return false;
    }
    if (bytes) {
      text += static_cast<char>(code);
    } else {
      append_utf8(text, code);
    }
    at_ = begin + digits;
    return true;
  }

  void quoted_identifier() {
    std::size_t close = source_.find('`', at_ + 1);
    if (close == std::string_view::npos || close == at_ + 1) {
      return fail(start_, source_.size(), "Unterminated field name.", "close it with another `");
    }
    at_ = close + 1;
    push(TokenKind::quoted_identifier, source_.substr(start_ + 1, close - start_ - 1));
  }

  void symbols() {
    if (rest_starts_with("===") || rest_starts_with("!==")) {
      return fail(at_, at_ + 3, "Unknown operator.", "CEL compares with == and !=");
    }
    for (std::string_view two : {"&&", "||", "==", "!=", "<=", ">="}) {
      if (!rest_starts_with(two)) continue;
      at_ += 2;
      return push(TokenKind::symbol, {}, symbol(two[0], two[1]));
    }
    char c = peek();
    if (std::string_view("+-*/%<>!?:.,()[]{}").find(c) != std::string_view::npos) {
      if (rest_starts_with("<>"))
        return fail(at_, at_ + 2, "Unknown operator <>.", "use != for \"not equal\"");
      ++at_;
      return push(TokenKind::symbol, {}, symbol(c));
    }
    unknown_character(c);
  }

  void unknown_character(char c) {
    std::string hint;
    if (c == '&') hint = "did you mean &&?";
    if (c == '|') hint = "did you mean ||?";
    if (c == '=') hint = "use == to compare";
    if (c == '$') hint = "names need no $";
    if (c == ';') hint = "an expression has no ; at its end";
    if (c == '~') hint = "use text.matches(pattern)";
    for (std::string_view quote : {"“", "”", "‘", "’", "„"}) {
      if (rest_starts_with(quote)) hint = "use straight quotes: ' or \"";
    }
    std::size_t length = decode_utf8(source_, at_).length;
    fail(at_, at_ + length, "Unexpected " + std::string(source_.substr(at_, length)) + ".", std::move(hint));
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  std::vector<Token> tokens_;
  SyntaxProblem problem_;
};

}  // namespace

std::expected<std::vector<Token>, SyntaxProblem> scan(std::string_view source) {
  return Scanner(source).run();
}

}  // namespace parley::expr
