#include "wire/openapi/bundle.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/json.hpp"
#include "wire/dialect/inline.hpp"
#include "wire/openapi/compile.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

namespace {

using Files = std::map<std::string, std::string>;

Result<openapi::Bundle> bundled(std::string_view document, const Files& files) {
  return openapi::bundle(json(document), "api.json", [&](const std::string& path) -> Result<Value> {
    const auto found = files.find(path);
    if (found == files.end()) return fail(ErrorCode::not_found, path + " cannot be read");
    return json(found->second);
  });
}

}  // namespace

TEST_CASE("a description that is spread over files becomes one document, whose references stay inside") {
  const Files files{
      {"paths/orders.json",
       R"({"post": {"operationId": "order", "requestBody": {"content": {"application/json": {"schema": {"$ref": "../schemas/order.yaml#/Order"}}}}}})"
      },
      {"schemas/order.yaml",
       R"({"Order": {"type": "object", "properties": {"lines": {"type": "array", "items": {"$ref": "#/Line"}}, "shop": {"$ref": "./shop.yml"},
          "again": {"$ref": "../api.json#/components/schemas/Note"}}}, "Line": {"type": "integer"}})"},
      {"schemas/shop.yml", R"({"type": "string", "maxLength": 9})"},
  };
  const auto whole = bundled(
      R"({"openapi": "3.1.0", "paths": {"/orders": {"$ref": "paths/orders.json"}},
      "components": {"schemas": {"Note": {"type": "boolean"}}}})",
      files
  );
  REQUIRE(whole.has_value());
  CHECK(whole->files == 3);
  const auto connector = openapi::compile(whole->document);
  REQUIRE(connector.has_value());
  REQUIRE(connector->tools.size() == 1);
  CHECK(
      write_canonical(without_references(connector->tools[0].parameters)["properties"]) ==
      R"({"again":{"type":"boolean"},"lines":{"items":{"type":"integer"},"type":"array"},"shop":{"maxLength":9,"type":"string"}})"
  );
}

TEST_CASE("a document that stands alone stays as it is, and what leads elsewhere is left alone") {
  struct {
    std::string_view name, reference;
  } cases[] = {
      {"inside", "#/components/schemas/a"},
      {"an address", "https://x.test/a.yaml#/b"},
      {"out of the folder", "../a.yaml"},
      {"out of the folder on a way round", "a/../../b.yaml"},
      {"the whole disk", "/etc/a.yaml"},
      {"no description", "secrets.env"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const std::string document = R"({"paths":{"/a":{"$ref":")" + std::string(c.reference) + "\"}}}";
    const auto whole = bundled(document, {});
    REQUIRE(whole.has_value());
    CHECK(whole->files == 0);
    CHECK(write_json(whole->document) == document);
  }
  const auto missing = bundled(R"({"paths":{"/a":{"$ref":"gone.yaml"}}})", {});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().message == "gone.yaml cannot be read");
}
