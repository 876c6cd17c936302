#include "wire/openapi/compile.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/example.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;

using parley::wire::testing::json;

namespace {

Connector compiled(std::string_view name, std::string_view document) {
  auto connector = openapi::compile(json(document), {.connector = std::string(name)});
  REQUIRE(connector.has_value());
  return std::move(*connector);
}

constexpr std::string_view kTutorialJira = R"({"paths": {"/rest/api/2/issue": {"post": {
  "operationId": "create_issue",
  "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {
    "fields": {"type": "object", "properties": {"summary": {"type": "string"},
      "labels": {"type": "array", "items": {"type": "string"}}}}}}}}}}}}})";

}  // namespace

TEST_CASE("a document with nothing but paths is a connector") {
  const Connector connector = compiled("jira", kTutorialJira);
  CHECK(connector.dropped.empty());
  REQUIRE(connector.tools.size() == 1);
  const Tool& create = connector.tools[0];
  CHECK(create.id == "jira.create_issue");
  CHECK(create.method == "POST");
  CHECK(create.effect == "unsafe");
  CHECK(
      write_canonical(create.parameters) ==
      R"({"additionalProperties":false,"properties":{"fields":{"properties":{"labels":{"items":{"type":"string"},"type":"array"},"summary":{"type":"string"}},"type":"object"}},"type":"object"})"
  );
  CHECK(create.body.media_type == "application/json");
  CHECK_FALSE(create.example.has_value());
}

TEST_CASE("path, query, header and body become one schema that remembers where each argument goes") {
  const Connector connector = compiled(
      "shop", R"({"paths": {"/orders/{id}": {
    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                   {"name": "lang", "in": "query", "schema": {"type": "string"}}],
    "put": {"operationId": "change",
      "parameters": [{"name": "lang", "in": "query", "required": true, "schema": {"enum": ["en", "de"]}},
                     {"name": "X-Trace", "in": "header", "schema": {"type": "string"}}],
      "requestBody": {"required": true, "content": {"application/json": {"schema": {
        "type": "object", "required": ["note"], "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}}}}}}}}})"
  );
  const Tool* change = connector.find("shop.change");
  REQUIRE(change != nullptr);
  struct {
    std::string_view name, wire_name;
    Place place;
  } expected[] = {
      {"lang", "lang", Place::query},
      {"X-Trace", "X-Trace", Place::header},
      {"id__path", "id", Place::path},
      {"id", "id", Place::member},
      {"note", "note", Place::member},
  };
  REQUIRE(change->bindings.size() == std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    CAPTURE(expected[i].name);
    CHECK(change->bindings[i].argument == expected[i].name);
    CHECK(change->bindings[i].wire_name == expected[i].wire_name);
    CHECK(change->bindings[i].place == expected[i].place);
  }
  CHECK(write_json(change->parameters["required"]) == R"(["lang","id__path","note"])");
  CHECK(write_json(change->parameters["properties"]["lang"]) == R"({"enum":["en","de"]})");
}

TEST_CASE("the effect class comes from the method or from x-parley-effect") {
  const Connector connector = compiled("t", R"({"paths": {"/a": {
    "get": {"operationId": "get"}, "post": {"operationId": "post"},
    "put": {"operationId": "put", "x-parley-effect": "natural"},
    "delete": {"operationId": "drop", "x-parley-effect": "harmless"}}}})");
  CHECK(connector.find("t.get")->effect == "read");
  CHECK(connector.find("t.post")->effect == "unsafe");
  CHECK(connector.find("t.put")->effect == "natural");
  // A misspelt class is never guessed.
  CHECK(connector.find("t.drop") == nullptr);
  REQUIRE(connector.dropped.size() == 1);
  CHECK(connector.dropped[0].pointer == "/paths/~1a/delete/x-parley-effect");
}

TEST_CASE("one broken operation drops that operation, with a reason") {
  struct {
    std::string_view name, operation, reason;
  } cases[] = {
      {"missing target",
       R"({"parameters": [{"$ref": "#/components/parameters/none"}]})",
       "$ref '#/components/parameters/none' names nothing in this document"},
      {"other document",
       R"({"requestBody": {"$ref": "common.yaml#/x"}})",
       "$ref 'common.yaml#/x' leaves the document"},
      {"circle", R"({"requestBody": {"$ref": "#/components/loop"}})", "a chain of $ref goes in a circle"},
      {"not a map", R"([])", "an operation must be a map"},
      {"parameter without a place", R"({"parameters": [{"name": "x"}]})", "a parameter needs `name` and `in`"
      },
      {"parameters not a list", R"({"operationId": "x", "parameters": 3})", "parameters must be a list"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Connector connector = compiled(
        "t",
        R"({"components": {"loop": {"$ref": "#/components/loop"}}, "paths": {"/good": {"get": {}}, "/bad": {"get": )" +
            std::string(c.operation) + "}}}"
    );
    CHECK(connector.find("t.get_good") != nullptr);
    REQUIRE(connector.dropped.size() == 1);
    CHECK(connector.dropped[0].reason == c.reason);
  }
}

TEST_CASE("a name that the description gives to several operations names none of them") {
  const Connector connector = compiled(
      "t",
      R"({"paths": {"/a": {"delete": {"operationId": "drop it"}}, "/b": {"delete": {"operationId": "drop it"}}, "/c": {"get": {"operationId": "c it"}}}})"
  );
  REQUIRE(connector.tools.size() == 3);
  CHECK(connector.find("t.drop it") == nullptr);
  REQUIRE(connector.find("t.c it") != nullptr);
  CHECK(connector.find("t.c it")->path == "/c");
}

TEST_CASE("an argument that could not reach the service drops the operation") {
  const Connector connector = compiled(
      "t",
      R"({"paths": {"/send/#env/{partner}": {"post": {}}, "/a/{b": {"get": {}}, "/#Action=x": {"get": {}}}})"
  );
  CHECK(connector.tools.size() == 1);
  REQUIRE(connector.dropped.size() == 2);
  CHECK(connector.dropped[0].reason == "the path has a place for an argument after '#', which is never sent");
  CHECK(connector.dropped[1].reason == "the path has a '{' without '}'");
}

TEST_CASE(
    "references become definitions; written out, a schema that contains itself stops at the second level"
) {
  const Connector connector = compiled("t", R"({"paths": {"/a~b": {"post": {"operationId": "make",
      "requestBody": {"$ref": "#/components/requestBodies/tree"},
      "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/a~1b%20c"}}}}}}}},
    "components": {"requestBodies": {"tree": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/node"}}}}},
      "schemas": {"node": {"type": "object", "properties": {"name": {"type": "string", "nullable": true},
        "size": {"minimum": 0, "exclusiveMinimum": true}, "parent": {"$ref": "#/components/schemas/node"}}},
        "a/b c": {"type": "integer"}}}})");
  const Tool* make = connector.find("t.make");
  REQUIRE(make != nullptr);
  CHECK(
      write_canonical(without_references(make->parameters)["properties"]) ==
      R"({"name":{"type":["string","null"]},"parent":{"properties":{"name":{"type":["string","null"]},"parent":{"type":"object"},"size":{"exclusiveMinimum":0}},"type":"object"},"size":{"exclusiveMinimum":0}})"
  );
  CHECK(write_json(without_references(make->result_schema)) == R"({"type":"integer"})");
  CHECK(make->success_status == 201);
}

TEST_CASE("the response's example is the author's, of the first success") {
  struct {
    std::string_view name, responses;
    std::optional<std::string_view> example;
  } cases[] = {
      {"example",
       R"({"404": {}, "200": {"content": {"application/json": {"example": {"a": 1}}}}})",
       R"({"a":1})"},
      {"examples", R"({"200": {"content": {"application/json": {"examples": {"x": {"value": [2]}}}}}})", "[2]"
      },
      {"referenced example",
       R"({"2XX": {"content": {"application/json": {"examples": {"x": {"$ref": "#/components/e"}}}}}})",
       "7"},
      {"lowest status",
       R"({"default": {"content": {"application/json": {"example": 3}}}, "202": {"content": {"application/json": {"example": 2}}}})",
       "2"},
      {"json before others",
       R"({"200": {"content": {"text/csv": {"example": 1}, "application/hal+json": {"example": 2}}}})",
       "2"},
      {"no content", R"({"204": {}})", std::nullopt},
      {"only errors", R"({"500": {"content": {"application/json": {"example": 1}}}})", std::nullopt},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Connector connector = compiled(
        "t",
        R"({"components": {"e": {"value": 7}}, "paths": {"/a": {"get": {"responses": )" +
            std::string(c.responses) + "}}}}"
    );
    REQUIRE(connector.tools.size() == 1);
    const auto& example = connector.tools[0].example;
    REQUIRE(example.has_value() == c.example.has_value());
    if (c.example) CHECK(write_json(*example) == *c.example);
  }
}

TEST_CASE("unquoted status keys of YAML are numbers") {
  const Value media = MapBuilder().set("example", "yes").build();
  const Value content =
      MapBuilder().set("content", MapBuilder().set("application/json", media).build()).build();
  const Value get = MapBuilder().set("responses", MapBuilder().set(200, content).build()).build();
  const Value document =
      MapBuilder().set("paths", MapBuilder().set("/a", MapBuilder().set("get", get).build()).build()).build();
  const auto connector = openapi::compile(document, {.connector = "t"});
  REQUIRE(connector.has_value());
  REQUIRE(connector->tools[0].example.has_value());
  CHECK(connector->tools[0].example->as_string() == "yes");
}

TEST_CASE("a document without paths is refused") {
  const auto connector = openapi::compile(json(R"({"openapi": "3.1.0"})"));
  REQUIRE_FALSE(connector.has_value());
  CHECK(connector.error().code == ErrorCode::invalid_input);
  CHECK_FALSE(connector.error().hint.empty());
}

TEST_CASE("a schema that would explode when its references are written out costs nothing") {
  std::string schemas = R"("s0": {"type": "string"})";
  for (int i = 1; i <= 20; ++i) {
    const std::string below = std::to_string(i - 1);
    schemas += R"(, "s)" + std::to_string(i) + R"(": {"properties": {"a": {"$ref": "#/components/schemas/s)" +
               below + R"("}, "b": {"$ref": "#/components/schemas/s)" + below + R"("}}})";
  }
  const Connector connector = compiled(
      "t",
      R"({"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json":
        {"schema": {"$ref": "#/components/schemas/s20"}}}}}}}}, "components": {"schemas": {)" +
          schemas + "}}}"
  );
  REQUIRE(connector.tools.size() == 1);
  CHECK(connector.tools[0].result_schema["$defs"].size() == 21);
  CHECK(write_json(without_references(connector.tools[0].result_schema)).size() < 2'000'000);
}

TEST_CASE("descriptions of a size that nobody meant cost no more than their size") {
  std::string choices = "\"v0\"";
  std::string properties = R"("p0":{})";
  std::string names = "\"p0\"";
  for (int i = 1; i < 20'000; ++i) choices += ",\"v" + std::to_string(i % 15'000) + "\"";
  for (int i = 1; i < 2'000; ++i) {
    properties += ",\"p" + std::to_string(i) + "\":{}";
    names += ",\"p" + std::to_string(i) + "\"";
  }
  std::string parts = R"("s8":{"type":"object","properties":{"x":{}}})";
  for (int i = 0; i < 8; ++i) {
    const std::string next = R"({"$ref":"#/components/schemas/s)" + std::to_string(i + 1) + "\"}";
    parts += ",\"s" + std::to_string(i) + R"(":{"allOf":[)" + next;
    for (int n = 1; n < 20; ++n) parts += "," + next;
    parts += "]}";
  }
  const auto body = [](const std::string& schema) {
    return R"({"post":{"requestBody":{"content":{"application/json":{"schema":)" + schema + "}}}}}";
  };
  const Connector connector = compiled(
      "t",
      R"({"paths":{"/choices":)" +
          body(R"({"type":"object","properties":{"e":{"enum":[)" + choices + "]}}}") + R"(,"/needed":)" +
          body(R"({"type":"object","required":[)" + names + R"(],"properties":{)" + properties + "}}") +
          R"(,"/parts":)" + body(R"({"$ref":"#/components/schemas/s0"})") + R"(},"components":{"schemas":{)" +
          parts + "}}}"
  );
  REQUIRE(connector.tools.size() == 3);
  CHECK(connector.find("t.post_choices")->parameters["properties"]["e"]["enum"].size() == 15'000);
  // Each needs the first, which needs all others.
  const Value& dependencies = connector.find("t.post_needed")->parameters["dependentRequired"];
  CHECK(dependencies.size() == 2'000);
  CHECK(dependencies["p0"].size() == 1'999);
  CHECK(write_json(dependencies["p7"]) == R"(["p0"])");
  CHECK(
      write_json(connector.find("t.post_parts")->parameters["properties"]) ==
      R"({"body":{"$ref":"#/$defs/s0"}})"
  );
}

TEST_CASE("examples are made up from schemas, the same every time") {
  struct {
    std::string_view schema, example;
  } cases[] = {
      {R"({"type": "string"})", R"("text")"},
      {R"({"type": "string", "minLength": 6})", R"("texttext")"},
      {R"({"type": "string", "maxLength": 2})", R"("te")"},
      {R"({"type": "string", "format": "date"})", R"("2026-01-01")"},
      {R"({"type": ["null", "boolean"]})", "true"},
      {R"({"type": "integer", "minimum": 5})", "5"},
      {R"({"type": "number", "maximum": 0.5})", "0.5"},
      {R"({"enum": ["b", "a"]})", R"("b")"},
      {R"({"type": "string", "default": "d", "enum": ["e"]})", R"("d")"},
      {R"({"properties": {"a": {"const": 1}, "b": {"items": {"type": "integer"}, "minItems": 2}}})",
       R"({"a":1,"b":[1,1]})"},
      {R"({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]})",
       R"({"a":1,"b":2})"},
      {R"({"oneOf": [{"type": "integer"}, {"type": "string"}]})", "1"},
      {"true", "null"},
      {"{}", "null"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.schema);
    CHECK(write_json(example_of(json(c.schema))) == c.example);
  }
}
