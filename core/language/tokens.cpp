#include "language/tokens.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace parley::language {
namespace {

bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_letter(char32_t c) {
  if (c < 0x80) return is_ascii_letter(static_cast<char>(c));
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7) return false;
  if (c >= 0x2000 && c < 0x2C00) return false;  // punctuation, currency, arrows, pictographs
  if (c >= 0x3000 && c < 0x3040) return false;  // CJK punctuation
  if (c >= 0xFE00 && c < 0xFE70) return false;  // variation selectors, small forms
  if (c >= 0xFF00 && c < 0xFF21) return false;  // full-width punctuation
  return c != 0xFFFD && (c < 0x1F000 || c >= 0x20000);
}

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

bool is_apostrophe(char32_t c) {
  return c == '\'' || c == 0x2019 || c == 0x02BC;
}

// What a symbol is called in tables.
std::string plain_symbol(char32_t c, std::string_view bytes) {
  if (is_apostrophe(c) || c == 0x2018 || c == 0x2032) return "'";
  if (c == 0x201C || c == 0x201D || c == 0x2033) return "\"";
  if (c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 || c == 0x2014 || c == 0x2212) return "-";
  return std::string(bytes);
}

class Tokeniser {
 public:
  explicit Tokeniser(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    tokens_.reserve(text_.size() / 4 + 2);
    bool spaced = true;
    while (at_ < text_.size()) {
      if (text_[at_] == ' ') {
        spaced = true;
        ++at_;
        continue;
      }
      const DecodedCodePoint here = decode(at_);
      if (is_space(here.code_point)) {
        spaced = true;
        at_ += here.length;
        continue;
      }
      read_token(here, spaced);
      spaced = false;
    }
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] DecodedCodePoint decode(std::size_t at) const {
    if (static_cast<unsigned char>(text_[at]) < 0x80) return {static_cast<unsigned char>(text_[at]), 1};
    const DecodedCodePoint decoded = decode_utf8(text_, at);
    return decoded.length > 0 ? decoded : DecodedCodePoint{0xFFFD, 1};
  }

  void read_token(DecodedCodePoint here, bool spaced) {
    Token token;
    token.spaced = spaced;
    token.begin = at_;
    if (is_digit(here.code_point)) {
      token.kind = Token::Kind::digits;
      while (at_ < text_.size() && is_digit(static_cast<unsigned char>(text_[at_])))
        token.text += text_[at_++];
    } else if (is_letter(here.code_point)) {
      token.kind = Token::Kind::word;
      read_word(token);
    } else {
      token.text = plain_symbol(here.code_point, text_.substr(at_, here.length));
      at_ += here.length;
    }
    token.end = at_;
    tokens_.push_back(std::move(token));
  }

  void read_word(Token& token) {
    while (at_ < text_.size()) {
      read_ascii_letters(token);
      if (at_ >= text_.size()) return;
      const DecodedCodePoint here = decode(at_);
      if (is_letter(here.code_point)) {
        append_utf8(token.text, to_lower(here.code_point));
        at_ += here.length;
        continue;
      }
      const std::size_t after = at_ + here.length;
      if (!is_apostrophe(here.code_point) || after >= text_.size() || !is_letter(decode(after).code_point))
        return;
      token.text += '\'';
      at_ = after;
    }
  }

  // Nearly all words are nothing but these, and need no decoding.
  void read_ascii_letters(Token& token) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_ascii_letter(text_[at_])) ++at_;
    const std::size_t length = token.text.size();
    token.text.append(text_, begin, at_ - begin);
    for (std::size_t i = length; i < token.text.size(); ++i) token.text[i] = ascii_lower(token.text[i]);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenise(std::string_view text) {
  return Tokeniser(text).run();
}

std::size_t match_phrase(const std::vector<Token>& tokens, std::size_t at, std::string_view phrase) {
  std::size_t taken = 0;
  while (!phrase.empty()) {
    const std::string_view word = first_word(phrase);
    if (at + taken >= tokens.size() || tokens[at + taken].text != word) return 0;
    ++taken;
    phrase.remove_prefix(std::min(phrase.size(), word.size() + 1));
  }
  return taken;
}

std::size_t longest_phrase(
    const std::vector<Token>& tokens, std::size_t at, const Table<std::string_view>& phrases
) {
  if (at >= tokens.size()) return 0;
  std::size_t most = 0;
  for (const std::string_view phrase : phrases.beginning_with(tokens[at].text)) {
    most = std::max(most, match_phrase(tokens, at, phrase));
  }
  return most;
}

}  // namespace parley::language
