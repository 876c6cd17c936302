#include "expr/template.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"

using namespace parley;
using namespace parley::expr;

namespace {

Value names() {
  return *parse_json(R"({"name": "Ada", "n": 3, "ok": true, "nothing": null, "user": {},
                         "items": [{"item": "pizza", "quantity": 2}, {"item": "a coke", "quantity": 1}]})");
}

}  // namespace

TEST_CASE("templates render their expressions") {
  struct {
    const char* source;
    const char* expected;
  } cases[] = {
      {"", ""},
      {"Plain text.", "Plain text."},
      {"Hello {{ name }}!", "Hello Ada!"},
      {"{{name}}{{n}}", "Ada3"},
      {"Confirm your cart: {{ items }}.", "Confirm your cart: 2 pizzas and a coke."},
      {"{{ ok }}, {{ n * 2.5 }}", "yes, 7.5"},
      {"[{{ nothing }}]", "[]"},
      {"{{ {'a': {'b': 1}}.a.b }}", "1"},
      {"{{ {'a': 1}}}", "a: 1"},
      {"{{ '}}' + \"{{\" }}", "}}{{"},
      {"{{ 'it\\'s }}' }}", "it's }}"},
      {"{{ r'\\' }}|", "\\|"},
      {"{{ '''a'b}}''' }}", "a'b}}"},
      {"\\{{ name }} is {{ name }}", "{{ name }} is Ada"},
      {"a } b }} c { d", "a } b }} c { d"},
      {"{{\n  name\n}}", "Ada"},
      {"{{ n > 2 ? 'many' : 'few' }}", "many"},
  };
  Value table = names();
  for (const auto& test : cases) {
    CAPTURE(test.source);
    auto made = Template::compile(test.source);
    REQUIRE_MESSAGE(made.has_value(), made.error().message);
    Result<std::string> text = made->render(Scope::of_map(table));
    REQUIRE_MESSAGE(text.has_value(), text.error().message);
    CHECK(*text == test.expected);
  }
}

TEST_CASE("a template of one expression keeps its type") {
  struct {
    const char* source;
    const char* expected;
  } cases[] = {
      {"{{ n }}", "3"},
      {"{{ items[0] }}", R"({"item":"pizza","quantity":2})"},
      {"{{ nothing }}", "null"},
      {"{{ user.?name }}", "null"},
      {" {{ n }}", R"(" 3")"},
      {"n", R"("n")"},
  };
  Value table = names();
  for (const auto& test : cases) {
    CAPTURE(test.source);
    auto made = Template::compile(test.source);
    REQUIRE(made.has_value());
    Result<Value> value = made->evaluate(Scope::of_map(table));
    REQUIRE(value.has_value());
    CHECK(write_typed(*value) == test.expected);
  }
}

TEST_CASE("problems are located in the template's source") {
  struct {
    const char* source;
    const char* marked;
    const char* message;
  } cases[] = {
      {"Hi {{ name", "{{", "This {{ is never closed."},
      {"Hi {{ 'a }}", "{{", "This {{ is never closed."},
      {"Hi {{ }}!", "{{ }}", "There is no expression between the braces."},
      {"Hi {{}}!", "{{}}", "There is no expression between the braces."},
      {"Hi {{ name & n }}", "&", "Unexpected &."},
      {"{{ n }} and {{ n n }}", "n", "Unexpected n."},
  };
  for (const auto& test : cases) {
    CAPTURE(test.source);
    auto made = Template::compile(test.source);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message == test.message);
    CHECK(
        std::string(test.source).substr(made.error().begin, made.error().end - made.error().begin) ==
        test.marked
    );
  }
}

TEST_CASE("a failing expression fails the rendering") {
  auto made = Template::compile("Hi {{ nobody }}");
  REQUIRE(made.has_value());
  Value table = names();
  Result<std::string> text = made->render(Scope::of_map(table));
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().code == ErrorCode::evaluation);
}

TEST_CASE("constant templates and references") {
  CHECK(Template::compile("no expression \\{{ here }}")->constant());
  CHECK(Template().constant());
  auto made = Template::compile("é {{ name }} and {{  user.age }}");
  REQUIRE(made.has_value());
  CHECK_FALSE(made->constant());
  auto references = made->references();
  REQUIRE(references.size() == 2);
  CHECK(made->source().substr(references[0].begin, references[0].end - references[0].begin) == "name");
  CHECK(made->source().substr(references[1].begin, references[1].end - references[1].begin) == "user.age");
}
