#include "wire/overlay/overlay.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/overlay/json_path.hpp"
#include "wire/render.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;

using parley::wire::testing::json;

namespace {}  // namespace

TEST_CASE("paths name places") {
  const Value document =
      json(R"({"a":{"b":[{"n":"x","v":1},{"n":"y","v":2,"in":"q"}],"c d":3},"e":[0,1,2]})");
  struct {
    std::string_view path, found;
  } cases[] = {
      {"$", R"([[]])"},
      {"$.a['c d']", R"([["a","c d"]])"},
      {"$.e[0]", R"([["e",0]])"},
      {"$.e[-1]", R"([["e",2]])"},
      {"$.e[0, 2]", R"([["e",0],["e",2]])"},
      {"$.a.b[*].n", R"([["a","b",0,"n"],["a","b",1,"n"]])"},
      {"$..v", R"([["a","b",0,"v"],["a","b",1,"v"]])"},
      {"$.a.b[?(@.n == 'y')].v", R"([["a","b",1,"v"]])"},
      {"$.a.b[?@.n=='x' && !@.in || @.v != 2]", R"([["a","b",0]])"},
      {"$.a.b[?@.in]", R"([["a","b",1]])"},
      {"$.none.at.all", "[]"},
      {"$.e[7]", "[]"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.path);
    const auto places = select(document, c.path);
    REQUIRE(places.has_value());
    ListBuilder list;
    for (const Location& place : *places) list.add(Value::list(place));
    CHECK(write_json(list.build()) == c.found);
  }
  for (const std::string_view bad : {"", "a", "$.", "$[", "$['a", "$[?]", "$[?@.a ==]", "$.a b", "$[1:2]"}) {
    CAPTURE(bad);
    CHECK_FALSE(select(document, bad).has_value());
  }
}

TEST_CASE("actions change the document in their order") {
  struct {
    std::string_view name, action, result;
  } cases[] = {
      {"merge",
       R"({"target":"$.a","update":{"y":2,"z":{"p":1}}})",
       R"({"a":{"l":[1,2],"x":1,"y":2,"z":{"p":1}}})"},
      {"replace", R"({"target":"$.a.x","update":5})", R"({"a":{"l":[1,2],"x":5}})"},
      {"append", R"({"target":"$.a.l","update":3})", R"({"a":{"l":[1,2,3],"x":1}})"},
      {"merge lists", R"({"target":"$.a","update":{"l":[9]}})", R"({"a":{"l":[1,2,9],"x":1}})"},
      {"remove", R"({"target":"$.a.l[*]","remove":true})", R"({"a":{"l":[],"x":1}})"},
      {"copy", R"({"target":"$.a.x","copy":"$.a.l[1]"})", R"({"a":{"l":[1,2],"x":2}})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto overlaid = apply_overlay(
        json(R"({"a":{"x":1,"l":[1,2]}})"),
        json(R"({"overlay":"1.0.0","actions":[)" + std::string(c.action) + "]}")
    );
    REQUIRE(overlaid.has_value());
    CHECK(write_canonical(overlaid->document) == c.result);
    CHECK(overlaid->warnings.empty());
  }
  const Value document = json("{}");
  CHECK(
      apply_overlay(document, json(R"({"overlay":"1.0.0","actions":[{"target":"$.x","remove":true}]})"))
          ->warnings.size() == 1
  );
  CHECK_FALSE(apply_overlay(document, json(R"({"actions":[]})")).has_value());
  CHECK_FALSE(apply_overlay(document, json(R"({"overlay":"1.0.0","actions":[{"target":"$"}]})")).has_value());
}

TEST_CASE("a pinned argument is sent and cannot be chosen") {
  const auto connector = openapi::compile(json(R"({"paths":{"/a":{"post":{"operationId":"op",
    "x-parley-pins":{"currency":"usd"},"requestBody":{"required":true,"content":{"application/json":{"schema":
      {"type":"object","required":["currency"],"properties":{"currency":{"type":"string"},"amount":{"type":"integer"}}}}}}}}}})"
  ));
  REQUIRE(connector.has_value());
  REQUIRE(connector->tools.size() == 1);
  CHECK(write_json(connector->tools[0].parameters["properties"]) == R"({"amount":{"type":"integer"}})");
  ToolCaller caller(*connector);
  CHECK(caller.call("op", json(R"({"amount":5})"))->body == R"({"currency":"usd","amount":5})");
  CHECK_FALSE(caller.call("op", json(R"({"currency":"eur"})")).has_value());
}
