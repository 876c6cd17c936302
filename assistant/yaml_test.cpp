#include <doctest/doctest.h>

#include <string>

#include "assistant/yaml.hpp"

namespace parley::assistant {
namespace {

using flow::Diagnostics;
using flow::Node;
using flow::Position;

Node read(std::string_view text) {
  Diagnostics diagnostics;
  auto node = read_yaml(text, "flow.yaml", diagnostics);
  REQUIRE(node.has_value());
  CHECK(diagnostics.empty());
  return *std::move(node);
}

std::string first_code(std::string_view text, const DocumentLimits& limits = {}) {
  Diagnostics diagnostics;
  (void)read_yaml(text, "flow.yaml", diagnostics, limits);
  return diagnostics.empty() ? std::string() : diagnostics[0].code;
}

}  // namespace

TEST_CASE("a value knows its line, byte column and length") {
  const struct {
    std::string name;
    std::string text;
    Position expected;
  } cases[] = {
      {"plain", "a: one", {1, 4, 3}},
      {"double quotes count", "a: \"one\"", {1, 4, 5}},
      {"single quotes count", "a: 'it''s'", {1, 4, 7}},
      {"columns are bytes", "ü: one", {1, 5, 3}},
      {"after a comment", "# c\na: one # two", {2, 4, 3}},
      {"carriage returns are not part of the value", "a: one\r\n", {1, 4, 3}},
      {"a byte order mark takes no column",
       "\xEF\xBB\xBF"
       "a: one",
       {1, 4, 3}},
      {"block text has no length", "a: |\n  one\n  two\n", {1, 4, 0}},
      {"text over two lines has no length", "a: one\n  two\n", {1, 4, 0}},
      {"a missing value is shown at its key", "b: 1\na:\n", {2, 1, 1}},
      {"a written null", "a: null", {1, 4, 4}},
      {"a list", "a: [1]", {1, 4, 1}},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const Node node = read(test.text);
    const Node* a = node.find("a") != nullptr ? node.find("a") : node.find("ü");
    REQUIRE(a != nullptr);
    CHECK(a->position.line == test.expected.line);
    CHECK(a->position.column == test.expected.column);
    CHECK(a->position.length == test.expected.length);
  }
}

TEST_CASE("quotes make text, plain words follow the YAML 1.2 core schema") {
  const struct {
    std::string text;
    Value expected;
  } cases[] = {
      {"a: true", Value(true)},
      {"a: yes", Value("yes")},
      {"a: \"true\"", Value("true")},
      {"a: 12", Value(12)},
      {"a: '12'", Value("12")},
      {"a: 0x1F", Value(31)},
      {"a: 0o17", Value(15)},
      {"a: 017", Value(17)},
      {"a: 1.5", Value(1.5)},
      {"a: 1e3", Value(1000.0)},
      {"a: .5", Value(0.5)},
      {"a: 1.2.3", Value("1.2.3")},
      {"a: ~", Value()},
      {"a:", Value()},
      {"a: 12:30", Value("12:30")},
      {"a: -7", Value(-7)},
      {"a: +7", Value(7)},
      {"a: 2026-11-23", Value("2026-11-23")},
      {"a: |\n  12\n", Value("12\n")},
      {"a: !!str 12", Value("12")},
  };
  for (const auto& test : cases) {
    CAPTURE(test.text);
    CHECK(flow::to_value(*read(test.text).find("a")) == test.expected);
  }
}

TEST_CASE("a question mark is text, also inside brackets and braces") {
  const Node node = read("{ask: Where to?, next: [Really?, \"Why?\", What? Now, ?], q?: '?'}");
  CHECK(node.find("ask")->text == "Where to?");
  CHECK(node.find("ask")->position.length == 9);
  CHECK(flow::to_value(*node.find("next")) == Value::list({"Really?", "Why?", "What? Now", "?"}));
  CHECK(node.find("q?")->text == "?");
}

TEST_CASE("aliases are copies") {
  const Node node = read("a: &x {k: [1, 2]}\nb: *x\n");
  CHECK(flow::to_value(*node.find("b")) == flow::to_value(*node.find("a")));
}

TEST_CASE("what yaml-cpp lets pass is refused") {
  const struct {
    std::string name;
    std::string text;
    std::string code;
  } cases[] = {
      {"duplicate key", "a: 1\na: 2", "F0103"},
      {"duplicate key in flow style", "{a: 1, a: 2}", "F0103"},
      {"unclosed double quote", "a: \"x\n", "F0101"},
      {"unclosed single quote", "a: 'x", "F0101"},
      {"recursive alias", "a: &x [*x]", "F0113"},
      {"unknown alias", "a: *x", "F0113"},
      {"two documents", "a: 1\n---\nb: 2", "F0108"},
      {"a key that stands too far left", "- a\nb: 1", "F0108"},
      {"a map as key", "{a: 1}: 2", "F0118"},
      {"an expression without quotes", "a: {{ b }}", "F0118"},
      {"a custom tag", "a: !env HOME", "F0117"},
      {"the end-of-transmission character",
       std::string("a: 1\n\x04"
                   "b: 2"),
       "F0106"},
      {"a zero byte", std::string("a: 1\0b", 6), "F0106"},
      {"not UTF-8", "a: \xff", "F0106"},
      {"deep nesting", std::string(200, '[') + std::string(200, ']'), "F0105"},
      {"very deep nesting, never closed", std::string(100'000, '['), "F0118"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    CHECK(first_code(test.text) == test.code);
  }
}

TEST_CASE("limits of size, number and depth hold, with aliases counted as often as they are used") {
  CHECK(first_code("a: 12345678", {.max_bytes = 8}) == "F0104");
  CHECK(first_code("a: [1, 2, 3]", {.max_nodes = 4}) == "F0105");
  CHECK(first_code("a: &x [1, 2]\nb: [*x, *x, *x]", {.max_nodes = 12}) == "F0105");
  CHECK(first_code("a: [[1]]", {.max_depth = 2}) == "F0105");
  CHECK(first_code("a: &x [[1]]\nb: [[*x]]", {.max_depth = 4}) == "F0105");
}

TEST_CASE("a repeated key keeps its first value and the rest of the document") {
  Diagnostics diagnostics;
  const auto node = read_yaml("a: 1\na: {b: 2}\nc: 3", "flow.yaml", diagnostics);
  REQUIRE(node.has_value());
  CHECK(diagnostics.size() == 1);
  CHECK(flow::to_value(*node) == MapBuilder().set("a", 1).set("c", 3).build());
}

TEST_CASE("JSON files are read strictly") {
  const struct {
    std::string name;
    std::string text;
    std::string code;
  } cases[] = {
      {"good", R"({"a": [1, 2.5, "x", null, true]})", ""},
      {"comment", "{} // no", "F0101"},
      {"trailing comma", R"({"a": 1,})", "F0101"},
      {"duplicate key", R"({"a": 1, "a": 2})", "F0103"},
      {"single quotes", "{'a': 1}", "F0101"},
      {"leading zero", R"({"a": 01})", "F0101"},
      {"unclosed", R"({"a": )", "F0101"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    Diagnostics diagnostics;
    (void)read_document(test.text, "flow.json", diagnostics);
    CHECK((diagnostics.empty() ? std::string() : diagnostics[0].code) == test.code);
  }
}

}  // namespace parley::assistant
