// Mistakes in an expression's text: where, what, and how to mend them.
#include "expr/parser.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace parley::expr;

TEST_CASE("syntax problems point at the mistake") {
  // The marked part of the source is what the problem covers.
  struct {
    const char* source;
    const char* marked;
    const char* message;
    const char* hint;
  } cases[] = {
      {"", "", "The expression is empty.", ""},
      {"a & b", "&", "Unexpected &.", "did you mean &&?"},
      {"a | b", "|", "Unexpected |.", "did you mean ||?"},
      {"a = 1", "=", "Unexpected =.", "use == to compare"},
      {"a === 1", "===", "Unknown operator.", "CEL compares with == and !="},
      {"a <> 1", "<>", "Unknown operator <>.", "use != for \"not equal\""},
      {"a and b", "and", "Unexpected and.", "write && for \"and\""},
      {"a or b", "or", "Unexpected or.", "write || for \"or\""},
      {"not a", "a", "Unexpected a.", "an operator is missing before it"},
      {"(a or b)", "or", "Expected ), found or.", "write || for \"or\""},
      {"name contains 'x'", "contains", "Unexpected contains.", "call it on the text: text.contains('…')"},
      {"'open", "'open", "Unterminated string.", "add the closing '"},
      {"'''open'", "'''open'", "Unterminated string.", "add the closing triple '"},
      {"“x”", "“", "Unexpected “.", "use straight quotes: ' or \""},
      {"'\\q'", "\\q", "Unknown escape in a string.", "write \\\\ for a backslash, or r'…' for raw text"},
      {"'\\ud800'",
       "\\ud800",
       "The escape is not a valid code point.",
       "\\x takes 2 hexadecimal digits, \\u 4, \\U 8; octal escapes take 3 digits"},
      {"$total", "$", "Unexpected $.", "names need no $"},
      {"12abc", "abc", "Letters directly after a number.", "put an operator or a space between them"},
      {"9223372036854775808",
       "9223372036854775808",
       "The number is too large for an int.",
       "write 1u for uint, 1.0 for double"},
      {"99999999999999999999",
       "99999999999999999999",
       "The number is too large for 64 bits.",
       "write it as a decimal: 1e20"},
      {"(1 + 2", "(", "This ( is never closed.", "add the missing )"},
      {"[1, 2", "[", "This [ is never closed.", "add the missing ]"},
      {"{'a': 1", "{", "This { is never closed.", "add the missing }"},
      {"1 + 2)", ")", "Unexpected ).", "there is no ( for it"},
      {"1 +", "", "Expected a value, but the expression ends here.", ""},
      {"a.", "", "Expected a field name after the dot, but the expression ends here.", ""},
      {"a ? b", "", "Expected :, but the expression ends here.", "a condition is written c ? a : b"},
      {"{'a' 1}", "1", "Expected :, found 1.", "a map is written {'key': value}"},
      {"if a", "if", "'if' is a reserved word.", "write condition ? a : b"},
      {"while", "while", "'while' is a reserved word.", "choose another name"},
      {"text.startswith('a')",
       "startswith",
       "There is no function startswith().",
       "did you mean startsWith()?"},
      {"length(a)", "length", "There is no function length().", "did you mean size()?"},
      {"items.any(x, x > 1)", "any", "There is no function any().", "did you mean exists()?"},
      {"frobnicate(a)", "frobnicate", "There is no function frobnicate().", ""},
      {"startsWith(a, 'b')",
       "startsWith(a, 'b')",
       "startsWith() is called in another way.",
       "write text.startsWith(prefix)"},
      {"a.startsWith()",
       "startsWith()",
       "startsWith() takes other arguments.",
       "write text.startsWith(prefix)"},
      {"math.roundd(1.5)", "roundd", "There is no function roundd().", "did you mean math.round()?"},
      {"items.map(x)",
       "map",
       "map() takes other arguments.",
       "write items.map(x, result) or items.map(x, condition, result)"},
      {"items.all(x, y, z, w)", "all", "all() takes other arguments.", "write items.all(x, condition)"},
      {"has(a)", "has(a)", "has() needs exactly one field.", "write has(user.name)"},
      {"Order{id: 1}",
       "Order{",
       "Messages of a named type cannot be made here.",
       "write a map: {'field': value}"},
      {"a in", "", "Expected a value, but the expression ends here.", ""},
  };
  for (const auto& test : cases) {
    CAPTURE(test.source);
    auto ast = parse(test.source, {});
    REQUIRE_FALSE(ast.has_value());
    const SyntaxProblem& problem = ast.error();
    CHECK(problem.message == test.message);
    CHECK(problem.hint == test.hint);
    REQUIRE(problem.begin <= problem.end);
    REQUIRE(problem.end <= std::string(test.source).size());
    CHECK(std::string(test.source).substr(problem.begin, problem.end - problem.begin) == test.marked);
  }
}

TEST_CASE("a pattern that is not a regular expression is found before it runs") {
  auto ast = parse("name.matches('a(')", {});
  REQUIRE_FALSE(ast.has_value());
  CHECK(ast.error().begin == 13);
  CHECK(ast.error().end == 17);
  CHECK_FALSE(ast.error().message.empty());
}

TEST_CASE("depth is limited, length of a chain is not") {
  auto repeat = [](std::string_view part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  CHECK(parse(repeat("(", 100) + "1" + repeat(")", 100), {}).has_value());
  CHECK_FALSE(parse(repeat("(", 10'000) + "1" + repeat(")", 10'000), {}).has_value());
  CHECK_FALSE(parse(repeat("!-", 5'000) + "1", {}).has_value());
  CHECK_FALSE(parse(repeat("a ? b : ", 5'000) + "c", {}).has_value());
  CHECK_FALSE(parse("a" + repeat(".b", 5'000), {}).has_value());
  CHECK_FALSE(parse("1" + repeat(" + 1", 5'000), {}).has_value());
  CHECK(parse("true" + repeat(" && true", 5'000), {}).has_value());
  CHECK(parse(repeat("!", 5'001) + "true", {}).has_value());
  CHECK_FALSE(parse(std::string(100'000, ' ') + "1", {}).has_value());
}
