#include <doctest/doctest.h>

#include "wire/description.hpp"
#include "wire/kept.hpp"
#include "wire/test_json.hpp"
#include "wire/typescript/schema_types.hpp"
#include "wire/typescript/tool_types.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

namespace {

std::string types(std::string_view schema) {
  SchemaTypes made;
  made.declare(made.fresh_name("x"), json(schema), "");
  return made.text();
}

}  // namespace

TEST_CASE("a schema is a type that accepts what the schema does") {
  struct Row {
    const char* schema;
    const char* type;
  };
  const Row rows[] = {
      {R"({})", "unknown"},
      {R"(true)", "unknown"},
      {R"(false)", "never"},
      {R"(null)", "unknown"},
      {R"({"type": "string", "maxLength": 5})", "string"},
      {R"({"type": "integer"})", "number"},
      {R"({"type": ["string", "null"]})", "string | null"},
      {R"({"const": "a\"b"})", R"("a\"b")"},
      {R"({"enum": ["a", 1, true, null, "a"]})", R"("a" | 1 | true | null)"},
      {R"({"enum": [{"a": 1}]})", "unknown"},
      {R"({"type": "array"})", "unknown[]"},
      {R"({"type": "array", "items": {"type": ["string", "null"]}})", "(string | null)[]"},
      {R"({"type": "array", "items": {"enum": ["a | b"]}})", R"("a | b"[])"},
      {R"({"prefixItems": [{"type": "string"}, {"type": "number"}], "items": false})", "[string?, number?]"},
      {R"({"prefixItems": [{"type": "string"}]})", "[string?, ...unknown[]]"},
      {R"({"type": "object"})", "{ [key: string]: unknown }"},
      {R"({"type": "object", "additionalProperties": false})", "{ [key: string]: never }"},
      {R"({"type": "object", "additionalProperties": {"type": "number"}})", "{ [key: string]: number }"},
      {R"({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b-c": {"type": "number", "description": "A num*/ber."}}})",
       "{\n  a: string;\n  /** A num* /ber. */\n  \"b-c\"?: number;\n}"},
      {R"({"properties": {"a": {"properties": {"b": {}}}}, "additionalProperties": true})",
       "{\n  a?: {\n    b?: unknown;\n  };\n  [key: string]: unknown;\n}"},
      {R"({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "string"}]})", "string | number"},
      {R"({"anyOf": [{"type": "string"}, {}]})", "unknown"},
      {R"({"allOf": [{"type": "object", "properties": {"a": {}}}, {}]})", "{\n  a?: unknown;\n}"},
      {R"({"type": "object", "properties": {"a": {}}, "oneOf": [{"required": ["a"]}, {"type": "null"}]})",
       "{\n  a?: unknown;\n}"},
      {R"({"allOf": [{"anyOf": [{"type": "string"}, {"type": "null"}]}, {"enum": ["a"]}]})",
       "(string | null) & \"a\""},
      {R"({"$ref": "https://elsewhere.example/"})", "unknown"},
      {R"({"$ref": "#/$defs/None"})", "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    CHECK(types(row.schema) == "export type X = " + std::string(row.type) + ";\n\n");
  }
}

TEST_CASE("definitions are types of their own, also recursive ones") {
  CHECK(
      types(R"({"type": "object", "properties": {"next": {"$ref": "#"}, "tree": {"$ref": "#/$defs/a~1tree"}},
                "$defs": {"a/tree": {"type": "array", "items": {"$ref": "#/$defs/a~1tree"}}}})") ==
      "export type X = {\n  next?: X;\n  tree?: A1tree;\n};\n\nexport type A1tree = A1tree[];\n\n"
  );
  CHECK(  // aliases that would be nothing but each other
      types(R"({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}, {"type": "null"}]},
                "b": {"allOf": [{"$ref": "#/$defs/a"}]}}})") ==
      "export type X = A;\n\nexport type A = unknown;\n\n"
  );
}

TEST_CASE("what several tools share is declared once, what only has the same name is not") {
  SchemaTypes made;
  const auto declare = [&](const char* schema) { made.declare(made.fresh_name("x"), json(schema), ""); };
  declare(
      R"({"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/b"}}}, "b": {"type": "string"}}})"
  );
  declare(
      R"({"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/b"}}}, "b": {"type": "string"}}})"
  );
  declare(
      R"({"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/b"}}}, "b": {"type": "number"}}})"
  );
  CHECK(
      made.text() ==
      "export type X = A;\n\nexport type A = {\n  b?: B;\n};\n\nexport type B = string;\n\n"
      "export type X_2 = A;\n\n"
      "export type X_3 = A_2;\n\nexport type A_2 = {\n  b?: B_2;\n};\n\nexport type B_2 = number;\n\n"
  );
}

TEST_CASE("the types of tools are a module") {
  const auto desk = compile_description(
      json(R"({"worker": {"version": 1}, "tools": [
        {"name": "look-up", "description": "Look.", "effect": "read", "fields": ["/items/*/id"],
         "parameters": {"type": "object", "required": ["q"], "properties": {"q": {"type": "string"}}},
         "result": {"type": "object", "required": ["items", "more"], "properties": {"more": {"type": "boolean"},
           "items": {"type": "array", "items": {"$ref": "#/$defs/item"}}},
           "$defs": {"item": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "raw": {}}}}}}]})"
      ),
      {.connector = "desk"}
  );
  REQUIRE(desk.has_value());
  const Tool* tool = &desk->tools.front();
  CHECK(tool_types({&tool, 1}) == R"(// Made by parley tool types.

/** Arguments of desk.look-up: Look. */
export type DeskLookUpArguments = {
  q: string;
};

/** Result of desk.look-up. */
export type DeskLookUpResult = {
  items: {
    id: string;
  }[];
};

/** Every tool by its id. */
export interface Tools {
  "desk.look-up": { arguments: DeskLookUpArguments; result: DeskLookUpResult };
}
)");
}
