#include "base/regex.hpp"

#include <doctest/doctest.h>

using namespace parley;

namespace {

constexpr RegexDialect re2 = RegexDialect::re2;
constexpr RegexDialect ecma = RegexDialect::ecma;

Regex compiled(std::string_view pattern, RegexDialect dialect = re2) {
  auto regex = Regex::compile(pattern, {.dialect = dialect});
  INFO(std::string(pattern));
  INFO((regex ? std::string() : regex.error().message));
  REQUIRE(regex.has_value());
  return *regex;
}

}  // namespace

TEST_CASE("search finds a match anywhere, full_match wants the whole text") {
  struct {
    std::string pattern;
    RegexDialect dialect;
    std::string text;
    bool search;
    bool full;
  } cases[] = {
      {"", re2, "", true, true},
      {"", re2, "cows", true, false},
      {"foo|bar", re2, "", false, false},
      {"foo|bar", re2, "a bar", true, false},
      {"foo|bar|", re2, "bar", true, true},
      {"gr(a|e)y", re2, "grey", true, true},
      {"ba(na)*", re2, "banana", true, true},
      {"a+ñ+a+", re2, "mañana", true, false},
      {"a.c", re2, "a\nc", false, false},
      {"(?s)a.c", re2, "a\nc", true, true},
      {"a.c", re2, "aéc", true, true},
      {"^b", re2, "a\nb", false, false},
      {"(?m)^b$", re2, "a\nb\nc", true, false},
      {"^b$", re2, "b\n", false, false},
      {"\\Ab\\z", re2, "b", true, true},
      {"(?i)straße É", re2, "STRAßE é", true, true},
      {"(?i:a)b", re2, "Ab", true, true},
      {"(?i:a)b", re2, "AB", false, false},
      {"a(?i)b|c", re2, "C", true, true},
      {"(?i)k", re2, "\xE2\x84\xAA", true, true},
      {"\\bcat\\b", re2, "a cat.", true, false},
      {"\\bcat\\b", re2, "concat", false, false},
      {"\\Bcat", re2, "concat", true, false},
      {"a\\b", re2, "a", true, true},
      {"[[:alpha:]]+[[:^digit:]]", re2, "ab_", true, true},
      {"[]a]", re2, "]", true, true},
      {"[^]a]", re2, "]", false, false},
      {"[a-]+", re2, "-a-", true, true},
      {"[\\d\\-x]+", re2, "4-x", true, true},
      {"[^\\d]", re2, "4", false, false},
      {"[\\x41-\\x{43}]+", re2, "ABC", true, true},
      {"\\101\\x42", re2, "AB", true, true},
      {"\\Qa.b\\E+", re2, "a.bbb", true, true},
      {"x{2,3}", re2, "xxxx", true, false},
      {"x{2,3}", re2, "xxx", true, true},
      {"x{2,}", re2, "x", false, false},
      {"x{0}", re2, "x", true, false},
      {"x{,3}", re2, "x{,3}", true, true},
      {"(a*)*b", re2, "aab", true, true},
      {"(a|b)*?abb", re2, "abaabb", true, true},
      {"\\pL+\\PL", re2, "aβЖ!", true, true},
      {"\\p{Lu}\\p{^Lu}", re2, "Éa", true, true},
      {"\\p{Nd}+", re2, "٣४", true, true},
      {"\\s", re2, "\v", false, false},
      {"[^a]", re2, "\xFF", true, true},
      {"(?U)a+", re2, "aa", true, true},
      {"^\\p{Letter}+$", ecma, "aβЖ", true, true},
      {"^\\p{digit}+$", ecma, "4٢", true, true},
      {"^\\S(|(.|\\n)*\\S)$", ecma, "a b", true, true},
      {"\\d", ecma, "٣", false, false},
      {"\\w", ecma, "é", false, false},
      {"\\s", ecma, "\xC2\xA0", true, true},
      {"\\S", ecma, "\xEF\xBB\xBF", false, false},
      {"\\S", ecma, "\xC2\x85", true, true},
      {"^a$", ecma, "a\n", false, false},
      {"[^]", ecma, "\n", true, true},
      {"[]", ecma, "a", false, false},
      {"\\u00e1\\u{1F600}", ecma, "á😀", true, true},
      {"\\ud83d\\ude00", ecma, "😀", true, true},
      {"\\cC", ecma, "\x03", true, true},
      {"\\0", ecma, std::string(1, '\0'), true, true},
      {"^\\$\\/\\-$", ecma, "$/-", true, true},
      {"(?<year>\\d{4})-\\d\\d", ecma, "in 2026-11", true, false},
      {".", ecma, "\xE2\x80\xA8", false, false},
      {"^.{1,4096}$", ecma, std::string(4096, 'x'), true, true},
      {"^.{1,4096}$", ecma, std::string(4097, 'x'), false, false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.pattern);
    CAPTURE(c.text);
    Regex regex = compiled(c.pattern, c.dialect);
    CHECK(regex.search(c.text) == c.search);
    CHECK(regex.captures(c.text).has_value() == c.search);
    CHECK(regex.full_match(c.text) == c.full);
  }
}

TEST_CASE("captures choose as Perl does") {
  struct {
    std::string pattern;
    std::string text;
    std::vector<std::string> groups;  // "-" = took no part
  } cases[] = {
      {"(a+)(b+)?", "xaab", {"aab", "aa", "b"}},
      {"(a+)(c+)?", "xaab", {"aa", "aa", "-"}},
      {"a|ab", "ab", {"a"}},
      {"ab|a", "ab", {"ab"}},
      {"(a+?)(a*)", "aaa", {"aaa", "a", "aa"}},
      {"(?U)(a+)(a*)", "aaa", {"a", "a", ""}},
      {"(a|(b))+", "ab", {"ab", "b", "b"}},
      {"(\\w+)@(\\w+)\\.com", "mail to jo@shop.com now", {"jo@shop.com", "jo", "shop"}},
      {"x*", "aaa", {""}},
      {"(?:(a)|b)*", "ab", {"ab", "a"}},
      {"^(\\d{1,2}):(\\d\\d)(?: ?([ap]m))?$", "9:30 pm", {"9:30 pm", "9", "30", "pm"}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.pattern);
    auto groups = compiled(c.pattern).captures(c.text);
    REQUIRE(groups.has_value());
    std::vector<std::string> texts;
    for (std::string_view group : *groups)
      texts.push_back(group.data() == nullptr ? "-" : std::string(group));
    CHECK(texts == c.groups);
  }
}

TEST_CASE("successive matches start where the caller says, with the real context") {
  Regex word = compiled("\\b(?P<first>\\w)\\w*");
  std::string text = "one two, three";
  std::string firsts;
  std::size_t from = 0;
  while (auto groups = word.captures(text, from)) {
    firsts += (*groups)[*word.group_named("first")];
    from = static_cast<std::size_t>((*groups)[0].data() - text.data()) + (*groups)[0].size();
  }
  CHECK(firsts == "ott");
  CHECK_FALSE(compiled("^t").captures("one two", 4).has_value());
  CHECK_FALSE(word.captures("ab", 1).has_value());
  CHECK_FALSE(word.group_named("second").has_value());
}

TEST_CASE("broken and unsupported patterns say where and why") {
  struct {
    std::string pattern;
    RegexDialect dialect;
    std::string column;
    ErrorCode code;
  } cases[] = {
      {"a(b", re2, "4", ErrorCode::invalid_input},
      {"a)b", re2, "2", ErrorCode::invalid_input},
      {"é[b", re2, "2", ErrorCode::invalid_input},
      {"*a", re2, "1", ErrorCode::invalid_input},
      {"a**", re2, "3", ErrorCode::invalid_input},
      {"a{2}{3}", re2, "5", ErrorCode::invalid_input},
      {"a{3,2}", re2, "7", ErrorCode::invalid_input},
      {"a{1001}", re2, "8", ErrorCode::too_large},
      {"[b-a]", re2, "2", ErrorCode::invalid_input},
      {"a\\", re2, "3", ErrorCode::invalid_input},
      {"\\y", re2, "3", ErrorCode::invalid_input},
      {"\\x{110000}", re2, "11", ErrorCode::invalid_input},
      {"[[:nope:]]", re2, "2", ErrorCode::invalid_input},
      {"(a)\\1", re2, "4", ErrorCode::unsupported},
      {"(?=a)", re2, "1", ErrorCode::unsupported},
      {"(?<!a)", ecma, "1", ErrorCode::unsupported},
      {"(?>a)", re2, "3", ErrorCode::unsupported},
      {"\\p{Klingon}", re2, "1", ErrorCode::unsupported},
      {"(?P<a>x)(?P<a>y)", re2, "14", ErrorCode::invalid_input},
      {"^(abc]", ecma, "7", ErrorCode::invalid_input},
      {"^\\S\\Z", ecma, "6", ErrorCode::invalid_input},
      {"\\a", ecma, "3", ErrorCode::invalid_input},
      {"\\u12", ecma, "5", ErrorCode::invalid_input},
      {"\xFF", re2, "1", ErrorCode::invalid_input},
      {"((a{100}){100}){100}", re2, "1", ErrorCode::too_large},
      {"(((|){1000}){1000}){1000}", re2, "1", ErrorCode::too_large},
      {std::string(300, '(') + std::string(300, ')'), re2, "201", ErrorCode::too_large},
  };
  for (const auto& c : cases) {
    CAPTURE(c.pattern);
    auto regex = Regex::compile(c.pattern, {.dialect = c.dialect});
    REQUIRE_FALSE(regex.has_value());
    CHECK(regex.error().pointer == c.column);
    CHECK(regex.error().code == c.code);
    CHECK_FALSE(regex.error().hint.empty());
  }
}

TEST_CASE("patterns that make backtracking explode stay linear") {
  // A backtracking matcher would need more than 2^1000 steps for each.
  const std::string text(20'000, 'a');
  CHECK_FALSE(compiled("(a*)*b").search(text));
  CHECK_FALSE(compiled("(a|aa)+$b").search(text));
  CHECK_FALSE(compiled("(a+a+)+y").full_match(text));
  CHECK(compiled("(x+x+)+y|a$").search(text));
  // Too large for an automaton, so the threads run; each still visits an instruction once a character.
  CHECK(compiled("(a?){500}a{500}").search(text.substr(0, 1'000)));
  CHECK_FALSE(compiled("(a?){300}a{300}b").search(text.substr(0, 1'000)));
  CHECK_FALSE(compiled("[ab]*a[ab]{200}c").search(text.substr(0, 2'000)));
}

TEST_CASE("escaped text matches itself") {
  const std::string text = "1+1=2? (a|b) [x] {y} ^$ \\ é.";
  CHECK(compiled(regex_escape(text)).full_match(text));
  CHECK(compiled(regex_escape(text), ecma).full_match(text));
}
