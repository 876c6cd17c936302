#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/description.hpp"
#include "wire/render.hpp"
#include "wire/test_json.hpp"
#include "wire/worker/compile.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

namespace {

constexpr std::string_view kDesk = R"({"worker": {"version": 1, "title": "Desk"}, "tools": [
  {"name": "label", "description": "Sync the labels.", "effect": "keyed", "timeout": "10s",
   "parameters": {"type": "object", "required": ["ticket"], "properties": {"ticket": {"type": "string"}}},
   "result": {"type": "object", "properties": {"status": {"type": "string"}}}, "example": {"status": "ok"}},
  {"name": "erase"}]})";

std::string why_dropped(std::string_view tool) {
  const auto desk = worker::compile(
      MapBuilder().set("worker", MapBuilder().set("version", 1).build()).set("tools", json(tool)).build()
  );
  REQUIRE(desk.has_value());
  REQUIRE(desk->dropped.size() == 1);
  return desk->dropped[0].pointer + ": " + desk->dropped[0].reason;
}

}  // namespace

TEST_CASE("each function that a worker declares becomes a tool") {
  const auto desk = compile_description(json(kDesk), {.connector = "desk", .prefix = "acme"});
  REQUIRE(desk.has_value());
  CHECK(desk->title == "Desk");
  CHECK(desk->dropped.empty());
  REQUIRE(desk->tools.size() == 2);
  const Tool& erase = desk->tools[0];
  CHECK(erase.id == "desk.erase");
  CHECK(erase.name == "acme_erase");
  CHECK(erase.effect == "unsafe");
  CHECK(erase.timeout_ms == 0);
  CHECK(erase.description == "Call erase");
  CHECK(write_json(erase.parameters) == R"({"type":"object"})");
  const Tool& label = desk->tools[1];
  CHECK(label.id == "desk.label");
  CHECK(label.effect == "keyed");
  CHECK(label.timeout_ms == 10'000);
  CHECK(label.body.kind == BodyKind::worker);
  CHECK(label.result_schema["properties"].size() == 1);
  CHECK(write_json(*label.example) == R"({"status":"ok"})");
}

TEST_CASE("what cannot be used is dropped with its reason and place") {
  struct Row {
    const char* tool;
    const char* said;
  };
  const Row rows[] = {
      {R"([{}])", "/tools/0/name: a tool needs a `name`"},
      {R"([7])", "/tools/0: a tool is a map with a `name`"},
      {R"([{"name": "a b"}])",
       "/tools/0/name: a name has at most 64 characters: letters, digits, '_' and '-', such as 'a_b'"},
      {R"([{"name": "a", "effects": "read"}])",
       "/tools/0/effects: 'effects' is not known here; did you mean 'effect'?"},
      {R"([{"name": "a", "effect": "safe"}])",
       "/tools/0/effect: `effect` must be read, keyed, natural, reconcile or unsafe"},
      {R"([{"name": "a", "timeout": "2h"}])",
       "/tools/0/timeout: `timeout` must be a duration up to an hour, such as 10s"},
      {R"([{"name": "a", "timeout": 10}])",
       "/tools/0/timeout: `timeout` must be a duration up to an hour, such as 10s"},
      {R"([{"name": "a", "parameters": {"type": "string"}}])",
       "/tools/0/parameters: `parameters` must be a schema with type: object"},
      {R"([{"name": "a", "result": 5}])", "/tools/0/result: `result` must be a JSON Schema"},
      {R"([{"name": "a"}, {"name": "a"}])", "/tools/1/name: there is another tool of this name"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.tool);
    CHECK(why_dropped(row.tool) == row.said);
  }
  CHECK(why_dropped(R"([{"name": "a", "result": {"type": "nothing"}}])")
            .starts_with("/tools/0/result/type: the schema `result` cannot be used: "));
}

TEST_CASE("a document that is no declaration is refused as a whole") {
  CHECK_FALSE(worker::compile(json(R"({"worker": {"version": 1}})")).has_value());
  CHECK(
      worker::compile(json(R"({"worker": {"version": 2}, "tools": []})")).error().code ==
      ErrorCode::unsupported
  );
  ListBuilder many;
  for (int i = 0; i < 257; ++i) many.add(MapBuilder().set("name", "t" + std::to_string(i)).build());
  const Value document =
      MapBuilder().set("worker", MapBuilder().set("version", 1).build()).set("tools", many.build()).build();
  CHECK(worker::compile(document).error().code == ErrorCode::too_large);
}

TEST_CASE("there is no request to render for a worker's tool") {
  const auto desk = worker::compile(json(kDesk), {.connector = "desk"});
  REQUIRE(desk.has_value());
  const auto request = render(desk->tools[1], json(R"({"ticket": "t1"})"));
  REQUIRE_FALSE(request.has_value());
  CHECK(request.error().message == "label is carried out by a worker; nothing is sent");
}
