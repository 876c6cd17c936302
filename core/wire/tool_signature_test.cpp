#include "wire/tool_signature.hpp"

#include <doctest/doctest.h>

#include <string>

#include "wire/description.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

TEST_CASE("what an answer holds identifiers of is told by its names") {
  struct Case {
    const char* name;
    const char* schema;
    const char* given;  // name@depth…
  };
  const Case cases[] = {
      {"nothing known", "null", ""},
      {"no identifier", R"({"properties":{"text":{}}})", ""},
      {"the thing itself", R"({"properties":{"id":{}}})", "@0"},
      {"members", R"({"properties":{"track":{"properties":{"id":{}}},"n":{}}})", "track@1"},
      {"a list in a page",
       R"({"properties":{"tracks":{"properties":{"items":{"items":{"properties":{"uri":{}}}}}}}})",
       "tracks@1"},
      {"named elsewhere", R"({"properties":{"user_id":{},"teamId":{}}})", "user@1 team@1"},
      {"a definition",
       R"({"$ref":"#/$defs/Song","$defs":{"Song":{"properties":{"id":{},"next":{"$ref":"#/$defs/Song"}}}}})",
       " Song@0"},
      {"choices",
       R"({"oneOf":[{"properties":{"a":{"properties":{"id":{}}}}},{"properties":{"key":{}}}]})",
       "@0 a@1"},
      {"too deep",
       R"({"properties":{"a":{"properties":{"b":{"properties":{"c":{"properties":{"d":{"properties":{"e":{"properties":{"id":{}}}}}}}}}}}}})",
       ""},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    std::string given;
    for (const flow::GivenThing& each : given_things(json(c.schema)))
      given += (given.empty() ? "" : " ") + each.name + "@" + std::to_string(each.depth);
    CHECK(given == c.given);
  }
}

TEST_CASE("a tool is found by what its service says beyond the summary") {
  const auto connector = compile_description(
      json(R"({"openapi":"3.1.0","info":{"title":"x","version":"1"},"servers":[{"url":"https://x.test"}],
        "paths":{"/me/tracks":{"put":{"operationId":"save","tags":["Library"],"summary":"Save tracks",
          "description":"Saves <b>songs</b> in 'Your Music'.","responses":{"200":{"description":"ok"}}}},
          "/plain":{"get":{"operationId":"plain","description":"First. And more.",
          "responses":{"200":{"description":"ok"}}}}}})"),
      {.connector = "x"}
  );
  REQUIRE(connector.has_value());
  const auto save = signature_of(*connector->find("x.save"));
  CHECK(save.description == "Save tracks");
  CHECK(save.about == "Library. Saves songs in 'Your Music'.");
  CHECK(save.place == "PUT /me/tracks");
  CHECK(save.effect == "unsafe");
  const auto plain = signature_of(*connector->find("x.plain"));
  CHECK(plain.description == "First.");
  CHECK(plain.about == "And more.");
}
