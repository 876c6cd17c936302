#include "expr/display.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"
#include "expr/plural.hpp"

using namespace parley;
using namespace parley::expr;

TEST_CASE("values are shown as a person reads them") {
  struct {
    const char* typed;
    const char* expected;
    const char* locale = "en";
  } cases[] = {
      {"null", ""},
      {"true", "yes"},
      {"false", "no"},
      {"42", "42"},
      {"-3", "-3"},
      {"12.0", "12"},
      {"12.50", "12.5"},
      {"0.1", "0.1"},
      {R"("text")", "text"},
      {"[]", ""},
      {R"(["a"])", "a"},
      {R"(["a","b"])", "a and b"},
      {R"(["a","b","c"])", "a, b and c"},
      {R"([{"item":"pizza","quantity":2},{"item":"a coke","quantity":1}])", "2 pizzas and a coke"},
      {R"([{"item":"pizza","quantity":2},{"item":"coke","quantity":1}])", "2 pizzas and 1 coke"},
      {R"({"item":"a coke","quantity":3})", "3 cokes"},
      {R"({"item":"fries","quantity":2})", "2 fries"},
      {R"({"item":"cup of tea","quantity":2})", "2 cups of tea"},
      {R"({"item":"pizza","quantity":1.5})", "1.5 pizzas"},
      {R"({"amount":12.5,"currency":"EUR"})", "12.50 EUR"},
      {R"({"amount":"12.50","currency":"EUR"})", "12.50 EUR"},
      {R"({"amount":1200,"currency":"JPY"})", "1200 JPY"},
      {R"({"@time":"2026-11-23T04:30:00Z"})", "23 Nov 2026 04:30"},
      {R"({"@duration":"5400s"})", "1 h 30 min"},
      {R"({"@duration":"0.5s"})", "0.5 s"},
      {R"({"@duration":"-60s"})", "-1 min"},
      {R"({"@bytes":"aGk="})", "2 bytes"},
      {R"({"size":"large","extra":["olives","ham"]})", "extra: olives and ham, size: large"},
      {R"([{"a":1,"b":2},{"a":3}])", "a: 1, b: 2; a: 3"},
      {"true", "ja", "de-AT"},
      {"12.5", "12,5", "de"},
      {R"(["a","b"])", "a et b", "fr"},
      {R"({"amount":12.5,"currency":"EUR"})", "12,50 EUR", "da"},
      {R"({"item":"pizza","quantity":2})", "2 × pizza", "de"},
      {R"({"@time":"2026-01-03T04:30:00Z"})", "2026-01-03 04:30", "de"},
      {"true", "yes", "xx"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.typed);
    Result<Value> value = parse_typed(test.typed);
    REQUIRE(value.has_value());
    CHECK(display(*value, test.locale) == test.expected);
  }
}

TEST_CASE("English plurals") {
  struct {
    const char* one;
    const char* many;
  } cases[] = {
      {"pizza", "pizzas"},
      {"large pizza", "large pizzas"},
      {"Sandwich", "Sandwiches"},
      {"box", "boxes"},
      {"glass", "glasses"},
      {"berry", "berries"},
      {"day", "days"},
      {"bus", "buses"},
      {"fries", "fries"},
      {"potato", "potatoes"},
      {"Knife", "Knives"},
      {"policewoman", "policewomen"},
      {"person", "people"},
      {"sushi", "sushi"},
      {"bottle of water", "bottles of water"},
      {"pizza with olives", "pizzas with olives"},
      {"coke (large)", "cokes (large)"},
      {"iPhone 15", "iPhone 15"},
      {"café", "cafés"},
      {"", ""},
  };
  for (const auto& test : cases) {
    CAPTURE(test.one);
    CHECK(english_plural(test.one) == test.many);
  }
}
