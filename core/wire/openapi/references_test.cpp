// What a $ref may name inside one document, and what 3.1 and 3.2 add to where operations and parameters
// stand.
#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/render.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

namespace {

Connector compiled(const std::string& document) {
  auto connector = openapi::compile(json(document));
  REQUIRE(connector.has_value());
  return *std::move(connector);
}

// A 3.2 document whose only operation, "op", takes this body; `more` are further members of the document.
std::string with_schema(std::string_view schema, std::string_view more) {
  return R"({"openapi":"3.2.0","paths":{"/a":{"post":{"operationId":"op","requestBody":{"required":true,"content":
      {"application/json":{"schema":)" +
         std::string(schema) + "}}}}}}" + std::string(more) + "}";
}

std::string url_of(const Connector& connector, std::string_view tool, std::string_view arguments) {
  ToolCaller caller(connector);
  const auto request = caller.call(tool, json(arguments));
  return request ? request->url : "refused: " + request.error().message;
}

}  // namespace

TEST_CASE("a reference names a pointer, an anchor, or either of them behind the address of a schema") {
  struct {
    std::string_view name, schema, more, property;
  } cases[] = {
      {"anchor",
       R"({"type":"object","properties":{"p":{"$ref":"#money"}}})",
       R"(,"components":{"schemas":{"M":{"$anchor":"money","type":"integer"}}})",
       R"({"type":"integer"})"},
      {"address",
       R"({"type":"object","properties":{"p":{"$ref":"https://x.test/money"}}})",
       R"(,"components":{"schemas":{"M":{"$id":"https://x.test/money","type":"integer"}}})",
       R"({"type":"integer"})"},
      {"pointer behind an address",
       R"({"type":"object","properties":{"p":{"$ref":"https://x.test/money#/$defs/cents"}}})",
       R"(,"components":{"schemas":{"M":{"$id":"https://x.test/money","$defs":{"cents":{"type":"integer"}}}}})",
       R"({"type":"integer"})"},
      {"the document itself",
       R"({"type":"object","properties":{"p":{"$ref":"https://x.test/api#/components/schemas/M"}}})",
       R"(,"$self":"https://x.test/api","components":{"schemas":{"M":{"type":"integer"}}})",
       R"({"type":"integer"})"},
      {"a dynamic anchor that only one schema has",
       R"({"type":"object","properties":{"p":{"$dynamicRef":"#money"}}})",
       R"(,"components":{"schemas":{"M":{"$dynamicAnchor":"money","type":"integer"}}})",
       R"({"type":"integer"})"},
      {"a dynamic anchor that hangs on the way there",
       R"({"type":"object","properties":{"p":{"$dynamicRef":"#item"}}})",
       R"(,"components":{"schemas":{"M":{"$dynamicAnchor":"item"},"N":{"$dynamicAnchor":"item","type":"string"}}})",
       "{}"},
      {"definitions that a schema brought along",
       R"({"type":"object","properties":{"p":{"$ref":"#/$defs/m"}},"$defs":{"m":{"type":"array","items":{"$ref":"#/$defs/n"}},"n":{"type":"integer"}}})",
       "",
       R"({"items":{"type":"integer"},"type":"array"})"},
      {"definitions that a component brought along",
       R"({"$ref":"#/components/schemas/M"})",
       R"(,"components":{"schemas":{"M":{"type":"object","properties":{"p":{"$ref":"#/$defs/m"}},"$defs":{"m":{"type":"integer"}}}}})",
       R"({"type":"integer"})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Connector connector = compiled(with_schema(c.schema, c.more));
    REQUIRE_MESSAGE(connector.dropped.empty(), connector.dropped.front().reason);
    REQUIRE(connector.tools.size() == 1);
    const Value parameters = without_references(connector.tools[0].parameters);
    CHECK(write_canonical(parameters["properties"]["p"]) == c.property);
  }
}

TEST_CASE("a reference to nothing, or to one of several, drops the operation and says which") {
  struct {
    std::string_view schema, more, reason;
  } cases[] = {
      {R"({"$ref":"#none"})", "", "$ref '#none' names nothing in this document"},
      {R"({"$ref":"other.json#/a"})", "", "$ref 'other.json#/a' leaves the document"},
      {R"({"$ref":"#/$defs/none"})", "", "$ref '#/$defs/none' names nothing in this document"},
      {R"({"$ref":"#two"})",
       R"(,"components":{"schemas":{"M":{"$anchor":"two"},"N":{"$anchor":"two"}}})",
       "$ref '#two' names nothing in this document"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.schema);
    const Connector connector = compiled(with_schema(c.schema, c.more));
    REQUIRE(connector.dropped.size() == 1);
    CHECK(connector.dropped[0].reason == c.reason);
  }
}

TEST_CASE("what stands beside the $ref of a path belongs to it, and media types may be referred to") {
  const Connector connector = compiled(R"({"openapi":"3.2.0","servers":[{"url":"https://x.test"}],
    "paths":{"/a/{id}":{"$ref":"#/components/pathItems/a","parameters":[{"name":"q","in":"query","schema":{"type":"string"}}],
                        "put":{"operationId":"put"}}},
    "components":{"pathItems":{"a":{"get":{"operationId":"get"},"put":{"operationId":"other"}}}}})");
  REQUIRE(connector.tools.size() == 2);
  CHECK(url_of(connector, "get", R"({"id":"1","q":"x"})") == "https://x.test/a/1?q=x");
  CHECK(url_of(connector, "put", R"({"id":"1"})") == "https://x.test/a/1");
  const Connector media =
      compiled(R"({"openapi":"3.2.0","paths":{"/a":{"post":{"operationId":"op","requestBody":{"required":true,
    "content":{"application/json":{"$ref":"#/components/mediaTypes/m"}}}}}},
    "components":{"mediaTypes":{"m":{"schema":{"type":"object","properties":{"n":{"type":"integer"}}}}}}})");
  REQUIRE(media.tools.size() == 1);
  CHECK(write_json(media.tools[0].parameters["properties"]) == R"({"n":{"type":"integer"}})");
}

TEST_CASE("3.2: QUERY and further methods, and one parameter that is all of the query") {
  const auto querystring = [](std::string_view content) {
    return R"({"openapi":"3.2.0","servers":[{"url":"https://x.test"}],"paths":{"/a":{"query":{"operationId":"op","parameters":
      [{"name":"q","in":"querystring","required":true,"content":)" +
           std::string(content) + "}]}}}}";
  };
  struct {
    std::string_view name, content, arguments, url;
  } cases[] = {
      {"form",
       R"({"application/x-www-form-urlencoded":{"schema":{"type":"object","required":["a"],"properties":
          {"a":{"type":"string"},"l":{"type":"array","items":{}}}},"encoding":{"l":{"explode":false}}}})",
       R"({"a":"x y","l":[1,2]})",
       "https://x.test/a?a=x%20y&l=1,2"},
      {"form that is a map",
       R"({"application/x-www-form-urlencoded":{"schema":{"type":"object","additionalProperties":{"type":"string"}}}})",
       R"({"q":{"a":"1","b":"&"}})",
       "https://x.test/a?a=1&b=%26"},
      {"JSON",
       R"({"application/json":{"schema":{"type":"object"}}})",
       R"({"q":{"a":1}})",
       "https://x.test/a?%7B%22a%22%3A1%7D"},
      {"nothing that is required",
       R"({"application/x-www-form-urlencoded":{"schema":{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}}})",
       "{}",
       "refused: op: \"a\" is missing."},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Connector connector = compiled(querystring(c.content));
    REQUIRE(connector.tools.size() == 1);
    CHECK(connector.tools[0].effect == "read");
    CHECK(url_of(connector, "op", c.arguments) == c.url);
  }
  const Connector methods = compiled(R"({"openapi":"3.2.0","paths":{"/a":{"additionalOperations":
      {"COPY":{"operationId":"copy"},"GET /b HTTP/1.1":{"operationId":"smuggled"}}}}})");
  REQUIRE(methods.tools.size() == 1);
  CHECK(methods.tools[0].method == "COPY");
  CHECK(methods.tools[0].effect == "unsafe");
  REQUIRE(methods.dropped.size() == 1);
  CHECK(methods.dropped[0].reason == "'GET /B HTTP/1.1' is no method of HTTP");
}

TEST_CASE("a tool whose answer cannot be described can be called nevertheless") {
  const Connector connector =
      compiled(R"({"openapi":"3.1.0","paths":{"/a":{"get":{"operationId":"op","responses":{"200":
      {"content":{"application/json":{"schema":{"$ref":"#/components/schemas/none"}}}}}}}}})");
  REQUIRE(connector.tools.size() == 1);
  CHECK(connector.tools[0].result_schema.is_null());
  REQUIRE(connector.warnings.size() == 1);
  CHECK(
      connector.warnings[0] ==
      "GET /a: what it answers is not known: $ref '#/components/schemas/none' names nothing in this document"
  );
}
