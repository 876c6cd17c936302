#include "wire/dialect/dialect.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;

using parley::wire::testing::json;

namespace {

constexpr std::string_view kTree =
    R"({"type":"object","properties":{"n":{"$ref":"#/$defs/N","description":"d"},"s":{"type":"string","minLength":1}},)"
    R"("required":["n"],"dependentRequired":{"s":["n"]},"additionalProperties":false,)"
    R"("$defs":{"N":{"type":"object","properties":{"next":{"$ref":"#/$defs/N"}},"additionalProperties":false}}})";

}  // namespace

TEST_CASE("strict: every property required, optional ones may be null") {
  const Phrased strict = phrased(json(kTree), Dialect::openai_strict);
  CHECK(strict.strict);
  CHECK(
      write_canonical(strict.parameters) ==
      R"({"$defs":{"N":{"additionalProperties":false,"properties":{"next":{"anyOf":[{"$ref":"#/$defs/N"},{"type":"null"}]}},"required":["next"],"type":"object"}},)"
      R"("additionalProperties":false,"properties":{"n":{"$ref":"#/$defs/N"},"s":{"type":["string","null"]}},"required":["n","s"],"type":"object"})"
  );
}

TEST_CASE("what strict mode cannot say is phrased without it") {
  struct {
    std::string_view name, property;
  } cases[] = {
      {"map", R"({"type":"object","additionalProperties":{"type":"string"}})"},
      {"free object", R"({"type":"object"})"},
      {"anything", "{}"},
      {"conjunction", R"({"allOf":[{"type":"object"},{"type":"object"}]})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const Value parameters = json(
        R"({"type":"object","properties":{"p":)" + std::string(c.property) +
        R"(},"additionalProperties":false})"
    );
    const Phrased given = phrased(parameters, Dialect::openai_strict);
    CHECK_FALSE(given.strict);
    CHECK(write_json(given.parameters) == write_json(parameters));
  }
}

TEST_CASE("anthropic and minimal take no references; recursion ends in something free") {
  for (const Dialect dialect : {Dialect::anthropic, Dialect::minimal}) {
    const std::string text = write_json(phrased(json(kTree), dialect).parameters);
    CHECK_FALSE(text.contains("$ref"));
    CHECK_FALSE(text.contains("$defs"));
    CHECK_FALSE(text.contains("dependentRequired"));
  }
  const Value small =
      phrased(
          json(
              R"({"type":"object","properties":{"a":{"anyOf":[{"type":"null"},{"type":"string","pattern":"x"}]},"b":{"type":["integer","null"],"minimum":1},"c":{"const":1}}})"
          ),
          Dialect::minimal
      )
          .parameters;
  CHECK(
      write_canonical(small["properties"]) ==
      R"({"a":{"type":"string"},"b":{"type":"integer"},"c":{"enum":[1]}})"
  );
}

TEST_CASE("a null for an optional argument means that it is left out") {
  const Value parameters = json(
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":["string","null"]},"c":{"$ref":"#/$defs/C"}},)"
      R"("required":["a"],"$defs":{"C":{"type":"object","properties":{"d":{"type":"integer"}}}}})"
  );
  CHECK(
      write_json(without_nulls(parameters, json(R"({"a":null,"b":null,"c":{"d":null}})"))) ==
      R"({"a":null,"b":null,"c":{}})"
  );
}
