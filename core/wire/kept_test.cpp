#include "wire/kept.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

TEST_CASE("of an answer only the named fields are kept, in its shape") {
  struct Row {
    const char* answer;
    std::vector<std::string> fields;
    const char* kept;
  };
  const Row rows[] = {
      {R"({"id":1,"secret":2})", {}, R"({"id":1,"secret":2})"},
      {R"({"id":1,"secret":2})", {"/id"}, R"({"id":1})"},
      {R"({"id":1})", {"/none"}, R"({})"},
      {R"({"a":{"b":1,"c":2},"d":3})", {"/a/b", "/d"}, R"({"a":{"b":1},"d":3})"},
      {R"({"a":{"b":1,"c":2}})", {"/a", "/a/b"}, R"({"a":{"b":1,"c":2}})"},
      {R"([{"id":1,"x":0},{"id":2,"x":0}])", {"/*/id"}, R"([{"id":1},{"id":2}])"},
      {R"({"data":[{"n":1,"x":0},{"n":2}]})", {"/data/0/n"}, R"({"data":[{"n":1}]})"},
      {R"({"a":{"x":1,"y":2},"b":{"x":3}})", {"/*/x"}, R"({"a":{"x":1},"b":{"x":3}})"},
      {R"({"a/b":1,"m~n":2,"o":3})", {"/a~1b", "/m~0n"}, R"({"a/b":1,"m~n":2})"},
      {R"("text")", {"/id"}, "null"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.answer);
    CHECK(write_json(project(json(row.answer), row.fields)) == row.kept);
  }
}

TEST_CASE("a description names the fields as pointers") {
  std::vector<std::string> fields;
  CHECK(read_fields(Value(), fields).has_value());
  CHECK(read_fields(json(R"(["/id","/a/*/b"])"), fields).has_value());
  CHECK(fields == std::vector<std::string>{"/id", "/a/*/b"});
  for (const char* bad : {R"("/id")", R"(["id"])", R"([1])", R"({"id":true})"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_fields(json(bad), fields).has_value());
  }
}

TEST_CASE("a long answer keeps its beginning, and one that fits is not touched") {
  ListBuilder many;
  for (int i = 0; i < 5000; ++i)
    many.add(MapBuilder().set("id", i).set("text", std::string(50, 'x')).build());
  const Value list = MapBuilder().set("data", many.build()).set("more", true).build();
  CHECK(write_json(shortened(list, 1 << 20)) == write_json(list));
  for (const std::size_t most : {64U << 10U, 8U << 10U, 1U << 10U}) {
    CAPTURE(most);
    const Value kept = shortened(list, most);
    CHECK(write_json(kept).size() <= most);
    CHECK(kept["data"].size() >= 3);
    CHECK(kept["data"].as_list()[0]["id"] == Value(0));
    CHECK(kept["more"] == Value(true));
    CHECK(kept["_shortened"] == Value(true));
  }
  const Value text = shortened(Value(std::string(100'000, 'y')), 1000);
  CHECK(text.as_string().starts_with("yyy"));
  CHECK(text.as_string().ends_with("…"));
  MapBuilder wide;
  for (int i = 0; i < 5000; ++i) wide.set("key" + std::to_string(i), i);
  CHECK(write_json(shortened(wide.build(), 1000)) == R"({"_shortened":true})");
}
