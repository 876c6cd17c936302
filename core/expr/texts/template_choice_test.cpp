// Texts that choose between phrasings: ICU's plural, select and selectordinal beside {{ expressions }}.
#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "expr/template.hpp"

namespace parley::expr {
namespace {

constexpr std::string_view kNames =
    R"({"n": 1, "zero": 0, "two": 2, "five": 5, "name": "Ada", "who": "female", "ok": true,
  "items": ["pizza", "coke"], "guests": 4, "price": "1.50", "rank": 22})";

std::string rendered(std::string_view source, std::string_view locale = "en") {
  const auto made = Template::compile(source);
  if (!made) return "problem: " + made.error().message;
  const auto table = parse_json(kNames);
  const auto text = made->render(Scope::of_map(*table), locale);
  return text ? *text : "error: " + text.error().message;
}

}  // namespace

TEST_CASE("a choice takes the phrase that fits") {
  struct {
    std::string_view source;
    std::string_view expected;
    std::string_view locale = "en";
  } cases[] = {
      {"{n, plural, one {# pizza} other {# pizzas}}", "1 pizza"},
      {"You have {two, plural, one {# pizza} other {# pizzas}}.", "You have 2 pizzas."},
      {"{zero, plural, =0 {nothing} one {# thing} other {# things}}", "nothing"},
      {"{zero, plural, one {# thing} other {# things}}", "0 things"},
      {"{zero, plural, one {# chose} other {# choses}}", "0 chose", "fr"},
      {"{size(items), plural, one {# item} other {# items}}", "2 items"},
      {"{ two ,plural, one{a}other{b} }", "b"},
      {"{five, plural, one {# файл} few {# файла} many {# файлов} other {# файла}}", "5 файлов", "ru"},
      {"{two, plural, one {# файл} few {# файла} many {# файлов} other {# файла}}", "2 файла", "ru"},
      {"{two * 1.25, plural, one {# Stück} other {# Stücke}}", "2,5 Stücke", "de"},
      {"{price, plural, one {# euro} other {# euros}}", "1.50 euros"},
      {"{rank, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}", "22nd"},
      {"{who, select, female {her} male {his} other {their}} order", "her order"},
      {"{name, select, female {her} other {their}} order", "their order"},
      {"{ok, select, true {yes!} other {no!}}", "yes!"},
      {"{guests, plural, offset:1 =0 {nobody} one {you and # other} other {you and # others}}",
       "you and 3 others"},
      {"{two, plural, offset:1 one {you and # other} other {you and # others}}", "you and 1 other"},
      {"{who, select, female {{n, plural, one {her one pizza} other {her # pizzas}}} other {#}}",
       "her one pizza"},
      {"{two, plural, one {x} other {{{ name }} has #}}", "Ada has 2"},
      {"{two, plural, one {x} other {{ok, select, true {# for {{ name }}} other {}}}}", "2 for Ada"},
      {"{two, plural, other {a '{'#'}' and it''s '#' \\# \\{}}", "a {2} and it's # # {"},
      {"{who, select, other {# stays}}", "# stays"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.source);
    CHECK(rendered(test.source, test.locale) == test.expected);
  }
}

TEST_CASE("braces that are no choice are plain text") {
  for (const std::string_view source :
       {"a {b} c", "{", "{a, b}", "choose {one, two, three}", "{\"a\": 1, \"b\": [2]}", "f(x) = {x, y}, done"
       }) {
    CAPTURE(source);
    CHECK(rendered(source) == source);
  }
}

TEST_CASE("a plural of something that is no number says so") {
  CHECK(rendered("{items, plural, other {#}}") == "error: a plural is chosen by a number, not by list");
  CHECK(rendered("{name, plural, other {#}}") == "error: a plural is chosen by a number, not by string");
}

TEST_CASE("problems of choices are located in the source") {
  struct {
    std::string_view source;
    std::string_view marked;
    std::string_view message;
  } cases[] = {
      {"{n, plural, one {a}}", "{n, plural, one {a}}", "The choice lacks 'other'."},
      {"{n, plurall, one {a} other {b}}", "plurall", "'plurall' is not a choice between phrases."},
      {"{n, number}", "number", "'number' is not a choice between phrases."},
      {"{n, plural}", "plural", "There are no phrases to choose from."},
      {"x {n, plural, one {a} other {b}", "{", "This { is never closed."},
      {"{n, plural, one {a} other {b", "{", "This { is never closed."},
      {"{n, plural, single {a} other {b}}", "single", "'single' is not a plural form."},
      {"{n, plural, =x {a} other {b}}", "=x", "'=x' is not a number."},
      {"{n, plural, one {a} one {b} other {c}}", "one", "'one' is given twice."},
      {"{n, plural, one other {c}}", "one", "A word and its phrase in braces are expected here."},
      {"{n, plural, offset:x other {c}}", "offset:", "The offset is not a number."},
      {"{n, plural, other {{name}}}", "{", "This { opens nothing that is known here."},
      {"{n +, plural, other {c}}", "", "Expected a value, but the expression ends here."},
      {"{n, plural, other {{{ n & }}}}", "&", "Unexpected &."},
  };
  for (const auto& test : cases) {
    CAPTURE(test.source);
    const auto made = Template::compile(test.source);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message == test.message);
    CHECK(test.source.substr(made.error().begin, made.error().end - made.error().begin) == test.marked);
  }
}

TEST_CASE("names inside of phrases are references, and plurals can be listed") {
  const auto made =
      Template::compile("{n, plural, one {{{ name }}} other {{rank, selectordinal, other {#th}}}}");
  REQUIRE(made.has_value());
  CHECK_FALSE(made->constant());
  std::string names;
  for (const Reference& reference : made->references()) {
    names += made->source().substr(reference.begin, reference.end - reference.begin) + " ";
  }
  CHECK(names == "n name rank ");
  const auto plurals = made->plurals();
  REQUIRE(plurals.size() == 2);
  CHECK(plurals[0].words == std::vector<std::string>{"one", "other"});
  CHECK(plurals[1].kind == PluralKind::ordinal);
}

}  // namespace parley::expr
