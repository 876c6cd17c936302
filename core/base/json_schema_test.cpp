#include "base/json_schema.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "base/json.hpp"

using namespace parley;

namespace {

Value parsed(const std::string& text) {
  auto value = parse_json(text);
  INFO(text);
  REQUIRE(value.has_value());
  return *value;
}

Schema compiled(const std::string& text, const SchemaOptions& options = {}) {
  auto schema = Schema::compile(parsed(text), options);
  INFO(text);
  INFO((schema ? std::string() : schema.error().message));
  REQUIRE(schema.has_value());
  return *schema;
}

struct Tally {
  std::size_t passed = 0;
  std::size_t total = 0;
};

void run_group(const Value& group, const SchemaOptions& options, Tally& tally, bool report) {
  auto schema = Schema::compile(group["schema"], options);
  for (const Value& c : group["cases"].as_list()) {
    ++tally.total;
    bool right = schema.has_value() && schema->valid(c["data"]) == c["valid"].as_bool() &&
                 schema->validate(c["data"]).empty() == c["valid"].as_bool();
    tally.passed += right ? 1 : 0;
    if (right || !report) continue;
    MESSAGE(
        std::string(group.text("id")),
        " / ",
        std::string(c.text("id")),
        schema ? "" : ": " + schema.error().message
    );
  }
}

}  // namespace

TEST_CASE("the required cases of the JSON Schema Test Suite for draft 2020-12") {
  std::ifstream file(PARLEY_DATA_DIR "/json-schema/draft2020-12.jsonl");
  if (!file) {
    MESSAGE("skipped: json-schema/draft2020-12.jsonl is not in PARLEY_DATA_DIR");
    return;
  }
  Tally required;
  Tally formats;
  std::string line;
  while (std::getline(file, line)) {
    auto group = parse_json(line, {.max_depth = 256});
    REQUIRE(group.has_value());
    std::string_view id = group->text("id");
    // We do not claim internationalised host names; every other optional format counts.
    if (id.starts_with("optional/format/idn-hostname")) continue;
    if (id.starts_with("optional/")) {
      run_group(*group, {.assert_formats = true}, formats, true);
    } else {
      run_group(*group, {}, required, true);
    }
  }
  MESSAGE("required cases: ", required.passed, "/", required.total);
  MESSAGE("asserted formats (optional): ", formats.passed, "/", formats.total);
  CHECK(required.passed == required.total);
  CHECK(formats.passed == formats.total);
}

TEST_CASE("each keyword accepts and refuses") {
  struct {
    std::string schema;
    std::string good;
    std::string bad;
    std::string pointer;
    std::string keyword;
    std::string message;
  } cases[] = {
      {R"({"type":"integer"})", "1.0", "1.5", "", "type", "Expected an integer, found a number."},
      {R"({"type":["string","null"]})", "null", "[]", "", "type", "Expected null or a text, found a list."},
      {R"({"const":{"a":1}})", R"({"a":1.0})", R"({"a":true})", "", "const", R"(Expected {"a":1}.)"},
      {R"({"enum":[1,"x"]})", "1.0", "true", "", "enum", R"(true is not one of [1,"x"].)"},
      {R"({"minimum":9007199254740993})",
       "9007199254740993",
       "9007199254740992",
       "",
       "minimum",
       "9007199254740992 is not at least 9007199254740993."},
      {R"({"exclusiveMaximum":1.5})", "1", "1.5", "", "exclusiveMaximum", "1.5 is not less than 1.5."},
      {R"({"multipleOf":0.01})", "19.99", "19.999", "", "multipleOf", "19.999 is not a multiple of 0.01."},
      {R"({"multipleOf":3})",
       "3e30",
       "18446744073709551614",
       "",
       "multipleOf",
       "18446744073709551614 is not a multiple of 3."},
      {R"({"maxLength":2})",
       R"("\ud83d\ude00x")",
       R"("abc")",
       "",
       "maxLength",
       "Expected at most 2 characters, found 3."},
      {R"({"pattern":"^\\d+$"})",
       R"("12")",
       R"("12\n")",
       "",
       "pattern",
       "The text does not match the pattern ^\\d+$."},
      {R"({"items":{"type":"string"}})",
       R"(["a"])",
       R"(["a",1])",
       "/1",
       "type",
       "Expected a text, found a number."},
      {R"({"prefixItems":[{"const":1}],"items":false})", "[1]", "[1,2]", "/1", "", "Nothing is allowed here."
      },
      {R"({"minItems":1})", "[0]", "[]", "", "minItems", "Expected at least 1 item, found 0."},
      {R"({"uniqueItems":true})",
       "[1,true,\"1\"]",
       "[1,2,1.0]",
       "",
       "uniqueItems",
       "The items must all be different."},
      {R"({"contains":{"minimum":5},"maxContains":1})",
       "[1,6]",
       "[7,6]",
       "",
       "maxContains",
       "Expected at most 1 fitting item, found 2."},
      {R"({"contains":{"minimum":5}})",
       "[6]",
       "[1]",
       "",
       "contains",
       "Expected at least 1 fitting item, found 0."},
      {R"({"properties":{"a/b":{"properties":{"c":{"type":"null"}}}}})",
       R"({"a/b":{"c":null}})",
       R"({"a/b":{"c":0}})",
       "/a~1b/c",
       "type",
       "Expected null, found a number."},
      {R"({"required":["name"]})", R"({"name":1})", R"({"nam":1})", "", "required", "\"name\" is missing."},
      {R"({"properties":{"a":true},"additionalProperties":false})",
       R"({"a":1})",
       R"({"b":1})",
       "/b",
       "additionalProperties",
       "\"b\" is not known here."},
      {R"({"patternProperties":{"^x-":{"type":"string"}}})",
       R"({"x-a":"1","y":1})",
       R"({"x-a":1})",
       "/x-a",
       "type",
       "Expected a text, found a number."},
      {R"({"propertyNames":{"maxLength":2}})",
       R"({"ab":1})",
       R"({"abc":1})",
       "/abc",
       "maxLength",
       "Expected at most 2 characters, found 3."},
      {R"({"dependentRequired":{"card":["cvc"]}})",
       R"({"cvc":1})",
       R"({"card":1})",
       "",
       "dependentRequired",
       "\"cvc\" is missing; it is needed beside \"card\"."},
      {R"({"dependentSchemas":{"a":{"required":["b"]}}})",
       "{}",
       R"({"a":1})",
       "",
       "required",
       "\"b\" is missing."},
      {R"({"anyOf":[{"type":"string"},{"minimum":3}]})",
       "3",
       "2",
       "",
       "anyOf",
       "The value fits none of the 2 alternatives."},
      {R"({"oneOf":[{"minimum":1},{"minimum":3}]})",
       "2",
       "4",
       "",
       "oneOf",
       "The value fits 2 of the 2 alternatives; exactly one is wanted."},
      {R"({"not":{"type":"null"}})", "1", "null", "", "not", "The value is what must not be here."},
      {R"({"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":0}})",
       "\"x\"",
       "-1",
       "",
       "minimum",
       "-1 is not at least 0."},
      {R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})",
       R"({"a":1})",
       R"({"b":1})",
       "/b",
       "unevaluatedProperties",
       "\"b\" is not known here."},
      {R"({"prefixItems":[true],"unevaluatedItems":{"type":"string"}})",
       R"([1,"a"])",
       "[1,2]",
       "/1",
       "type",
       "Expected a text, found a number."},
      {R"({"$ref":"#/$defs/p","$defs":{"p":{"minimum":1}}})", "1", "0", "", "minimum", "0 is not at least 1."
      },
      {R"({"properties":{"next":{"$ref":"#"}},"required":["v"]})",
       R"({"v":1,"next":{"v":2}})",
       R"({"v":1,"next":{}})",
       "/next",
       "required",
       "\"v\" is missing."},
      {"false", "", "0", "", "", "Nothing is allowed here."},
  };
  for (const auto& c : cases) {
    CAPTURE(c.schema);
    Schema schema = compiled(c.schema);
    if (!c.good.empty()) {
      CHECK(schema.valid(parsed(c.good)));
      CHECK(schema.validate(parsed(c.good)).empty());
    }
    CHECK_FALSE(schema.valid(parsed(c.bad)));
    auto problems = schema.validate(parsed(c.bad));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].instance_pointer == c.pointer);
    CHECK(problems[0].keyword == c.keyword);
    CHECK(problems[0].message == c.message);
  }
}

TEST_CASE("all problems are reported, with the place in the schema") {
  Schema schema = compiled(R"({"properties":{"a":{"type":"string"},"b":{"minimum":2}},"required":["c"]})");
  auto problems = schema.validate(parsed(R"({"a":1,"b":1})"));
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].schema_pointer == "#/required");
  CHECK(problems[1].schema_pointer == "#/properties/a/type");
  CHECK(problems[2].schema_pointer == "#/properties/b/minimum");
}

TEST_CASE("a schema that cannot work is refused with its place") {
  struct {
    std::string schema;
    std::string pointer;
    ErrorCode code;
  } cases[] = {
      {R"({"type":"int"})", "/type", ErrorCode::invalid_input},
      {R"({"minLength":-1})", "/minLength", ErrorCode::invalid_input},
      {R"({"multipleOf":0})", "/multipleOf", ErrorCode::invalid_input},
      {R"({"items":5})", "/items", ErrorCode::invalid_input},
      {R"({"anyOf":[]})", "/anyOf", ErrorCode::invalid_input},
      {R"j({"properties":{"a":{"pattern":"("}}})j", "/properties/a/pattern", ErrorCode::invalid_input},
      {R"j({"pattern":"(?=a)"})j", "/pattern", ErrorCode::unsupported},
      {R"({"$ref":"#/$defs/none"})", "/$ref", ErrorCode::not_found},
      {R"({"$ref":"https://example.com/other"})", "/$ref", ErrorCode::not_found},
      {"5", "", ErrorCode::invalid_input},
  };
  for (const auto& c : cases) {
    CAPTURE(c.schema);
    auto schema = Schema::compile(parsed(c.schema));
    REQUIRE_FALSE(schema.has_value());
    CHECK(schema.error().pointer == c.pointer);
    CHECK(schema.error().code == c.code);
    CHECK_FALSE(schema.error().hint.empty());
  }
}

TEST_CASE("documents given with the schema can be referred to") {
  SchemaOptions options;
  options.documents["https://shop.example/types.json"] =
      parsed(R"({"$defs":{"price":{"$anchor":"price","minimum":0}},"type":"object"})");
  options.base_uri = "https://shop.example/order.json";
  Schema schema = compiled(
      R"({"properties":{"a":{"$ref":"types.json#/$defs/price"},"b":{"$ref":"types.json#price"}}})", options
  );
  CHECK(schema.valid(parsed(R"({"a":1,"b":0})")));
  CHECK_FALSE(schema.valid(parsed(R"({"a":-1})")));
  CHECK_FALSE(schema.valid(parsed(R"({"b":-1})")));
}

TEST_CASE("a dialect without the validation vocabulary does not validate") {
  SchemaOptions options;
  options.documents.emplace(
      "https://example.com/loose",
      parsed(R"({"$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true}})")
  );
  CHECK(compiled(R"({"$schema":"https://example.com/loose","minimum":5})", options).valid(Value(1)));
  CHECK_FALSE(compiled(R"({"minimum":5})", options).valid(Value(1)));
}

TEST_CASE("schemas that refer to themselves without end are cut off") {
  for (const std::string schema :
       {R"({"$ref":"#"})",
        R"({"allOf":[{"$ref":"#"},{"$ref":"#"}]})",
        R"({"not":{"$ref":"#"}})",
        R"({"anyOf":[{"$ref":"#"},{"$ref":"#"}]})"}) {
    CAPTURE(schema);
    CHECK_FALSE(compiled(schema).valid(Value(1)));
    CHECK(compiled(schema).validate(Value(1)).size() >= 1);
  }
}

TEST_CASE("formats decide only when asked to") {
  const std::string schema = R"({"format":"email"})";
  CHECK(compiled(schema).valid(Value("nobody")));
  CHECK_FALSE(compiled(schema, {.assert_formats = true}).valid(Value("nobody")));
  struct {
    std::string format;
    std::string good;
    std::string bad;
  } cases[] = {
      {"date-time", "2026-11-23T04:30:00+01:00", "2026-11-23 04:30"},
      {"date", "2024-02-29", "2023-02-29"},
      {"time", "23:59:60Z", "22:59:60Z"},
      {"duration", "P1Y2M3DT4H5M6S", "P1D2H"},
      {"email", "jo.doe+x@shop.example", "jo..doe@shop.example"},
      {"hostname", "shop.example", "-shop.example"},
      {"ipv4", "127.0.0.1", "127.0.0.01"},
      {"ipv6", "::ffff:192.0.2.1", "1:2:3:4:5:6:7"},
      {"uri", "https://shop.example/a?b#c", "/relative"},
      {"uri-reference", "/relative?x", "a b"},
      {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08aa9811eab4aa73b441d16380"},
      {"json-pointer", "/a~1b/0", "a"},
      {"relative-json-pointer", "1/a", "01"},
      {"regex", "^(?=a)b", "^(abc]"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.format);
    CHECK(matches_format(c.format, c.good));
    CHECK_FALSE(matches_format(c.format, c.bad));
  }
}
