#include "base/utf8.hpp"

#include <doctest/doctest.h>

using namespace parley;

TEST_CASE("well-formed and ill-formed UTF-8 are told apart") {
  struct {
    std::string name;
    std::string text;
    bool valid;
  } cases[] = {
      {"empty", "", true},
      {"ASCII", "hello, world and more", true},
      {"two, three and four bytes", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", true},
      {"last code point", "\xF4\x8F\xBF\xBF", true},
      {"beyond the last", "\xF4\x90\x80\x80", false},
      {"overlong slash", "\xC0\xAF", false},
      {"overlong three bytes", "\xE0\x80\xAF", false},
      {"overlong four bytes", "\xF0\x80\x80\xAF", false},
      {"surrogate", "\xED\xA0\x80", false},
      {"lone continuation", "abcdefgh\x80", false},
      {"truncated", "abcdefg\xE2\x82", false},
      {"wrong continuation", "\xC3(", false},
      {"lead byte FF", "\xFF", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(is_utf8(c.text) == c.valid);
    CHECK(is_utf8(repair_utf8(c.text)));
    if (c.valid) CHECK(repair_utf8(c.text) == c.text);
  }
}

TEST_CASE("every code point survives encoding and decoding in both directions") {
  bool all = true;
  for (char32_t code_point = 0; code_point <= 0x10FFFF; code_point += code_point < 0x3000 ? 1 : 61) {
    if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
    std::string text = "x";
    append_utf8(text, code_point);
    DecodedCodePoint forward = decode_utf8(text, 1);
    DecodedCodePoint backward = decode_utf8_before(text, text.size());
    all = all && forward.code_point == code_point && forward.length == text.size() - 1;
    all = all && backward.code_point == code_point && backward.length == forward.length;
  }
  CHECK(all);
}

TEST_CASE("prefixes never cut a code point") {
  CHECK(utf8_prefix("a\xE2\x82\xAC", 3) == "a");
  CHECK(utf8_prefix("a\xE2\x82\xAC", 4) == "a\xE2\x82\xAC");
  CHECK(utf8_prefix("abc", 2) == "ab");
  CHECK(count_code_points("a\xE2\x82\xAC\xF0\x9F\x98\x80") == 3);
}

TEST_CASE("case mapping covers the scripts of everyday chat") {
  struct {
    std::string upper;
    std::string lower;
  } cases[] = {
      {"ABC xyz 1", "abc xyz 1"},
      {"ÄÖÜÉÇØÞ", "äöüéçøþ"},
      {"ŁÓDŹ ŠČŽ ĐŊŸ", "łódź ščž đŋÿ"},
      {"ΑΒΓΩ ΆΈΊΌΎΏ", "αβγω άέίόύώ"},
      {"ПРИВЕТ ЁЂЏ ҐӁ", "привет ёђџ ґӂ"},
      {"ԱՖ", "աֆ"},
      {"ẠẾỸ", "ạếỹ"},
      {"ＡＺ", "ａｚ"},
      {"×÷ 日本 İ", "×÷ 日本 i"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.upper);
    CHECK(to_lower(c.upper) == c.lower);
    CHECK(to_lower(c.lower) == c.lower);
  }
  CHECK(to_upper("straße éŷя") == "STRAßE ÉŶЯ");
}
