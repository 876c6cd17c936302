#include "wire/model_api/loose_json.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"

using namespace parley;
using namespace parley::wire::model_api;

TEST_CASE("JSON is found in what models write around it, and never made up") {
  struct {
    std::string_view name, text, expected;
  } cases[] = {
      {"bare", R"({"a":1})", R"({"a":1})"},
      {"a scalar", "7", "7"},
      {"in a fence", "```json\n{\"a\": 1}\n```", R"({"a":1})"},
      {"with words", "Sure! Here it is: {\"a\": [1, 2]} Anything else?", R"({"a":[1,2]})"},
      {"a list", "The answer is [1, 2].", "[1,2]"},
      {"brackets in texts", R"(x {"a":"}{]\"["} y)", R"({"a":"}{]\"["})"},
      {"after something that is no JSON", "{see below} {\"a\":1}", R"({"a":1})"},
      {"cut off", R"({"a": [1, 2)", "!"},
      {"no JSON", "I cannot do that.", "!"},
      {"only closing", "}]", "!"},
      {"empty", "", "!"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto value = json_in(c.text);
    CHECK((value ? write_json(*value) : "!") == c.expected);
  }
  CHECK_FALSE(json_in(std::string(100'000, '[')).has_value());
  CHECK_FALSE(json_in(std::string(100'000, '{') + std::string(100'000, '}')).has_value());
}
