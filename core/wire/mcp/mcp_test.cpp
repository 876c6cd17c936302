#include "wire/mcp/compile.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/description.hpp"
#include "wire/render.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::wire;
using parley::wire::testing::json;

namespace {

constexpr std::string_view kDocs = R"({"mcp": {"url": "https://docs.example/mcp", "title": "Docs"}, "tools": [
  {"name": "search", "title": "Search the docs", "annotations": {"readOnlyHint": true},
   "inputSchema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}, "k": {"type": "integer"}}},
   "outputSchema": {"type": "object", "properties": {"hits": {"type": "array"}}}},
  {"name": "page/put", "description": "Write a page.", "annotations": {"idempotentHint": true}, "x-parley-pins": {"space": "docs"},
   "inputSchema": {"type": "object", "properties": {"space": {"type": "string"}, "text": {"type": "string"}}}},
  {"name": "erase", "x-parley-effect": "keyed", "x-parley-fields": ["/id"]},
  {"name": "odd", "x-parley-effect": "maybe"},
  {"description": "nameless"}]})";

}  // namespace

TEST_CASE("each tool of an MCP server becomes a tool, and what cannot be used is dropped with a reason") {
  const auto docs = compile_description(json(kDocs), {.connector = "docs"});
  REQUIRE(docs.has_value());
  CHECK(docs->title == "Docs");
  REQUIRE(docs->tools.size() == 3);
  struct Row {
    const char* id;
    const char* alias;
    const char* effect;
    const char* description;
  };
  const Row rows[] = {
      {"docs.erase", "erase", "keyed", "Call erase"},
      {"docs.page_put", "page/put", "unsafe", "Write a page."},
      {"docs.search", "search", "unsafe", "Search the docs"},
  };
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(rows[i].id);
    CHECK(docs->tools[i].id == rows[i].id);
    CHECK(docs->tools[i].alias == rows[i].alias);
    CHECK(docs->tools[i].effect == rows[i].effect);
    CHECK(docs->tools[i].description == rows[i].description);
    CHECK(docs->tools[i].server == "https://docs.example/mcp");
  }
  CHECK(docs->tools[0].fields == std::vector<std::string>{"/id"});
  CHECK(docs->tools[2].result_schema["properties"].size() == 1);
  REQUIRE(docs->dropped.size() == 2);
  CHECK(docs->dropped[0].operation == "odd");
  CHECK(docs->dropped[1].pointer == "/tools/4");
  CHECK(mcp::compile(json(R"({"mcp": {}, "tools": []})"))->servers.empty());
  CHECK_FALSE(mcp::compile(json(R"({"mcp": {"url": "https://x/"}})")).has_value());
}

TEST_CASE("what a server says of its tools' effects counts where the author trusts it") {
  constexpr std::string_view kServer = R"({"mcp": {}, "tools": [
    {"name": "search", "annotations": {"readOnlyHint": true}},
    {"name": "put", "annotations": {"idempotentHint": true}},
    {"name": "erase", "annotations": {"readOnlyHint": false, "destructiveHint": true}},
    {"name": "fetch", "annotations": {"readOnlyHint": true}, "x-parley-effect": "keyed"},
    {"name": "bare"}]})";
  struct Row {
    const char* id;
    const char* untrusted;
    const char* claims;
    const char* trusted;
  };
  const Row rows[] = {
      {"bare", "unsafe", "", "unsafe"},
      {"erase", "unsafe", "", "unsafe"},
      {"fetch", "keyed", "", "keyed"},
      {"put", "unsafe", "natural", "natural"},
      {"search", "unsafe", "read", "read"},
  };
  const auto untrusted = compile_description(json(kServer));
  const auto trusted = compile_description(json(kServer), {.trust_annotations = true});
  REQUIRE(untrusted.has_value());
  REQUIRE(trusted.has_value());
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CAPTURE(rows[i].id);
    CHECK(untrusted->tools[i].id == rows[i].id);
    CHECK(untrusted->tools[i].effect == rows[i].untrusted);
    CHECK(untrusted->tools[i].claims == rows[i].claims);
    CHECK(trusted->tools[i].effect == rows[i].trusted);
    CHECK(trusted->tools[i].claims.empty());
  }
}

TEST_CASE("a call names the tool as its server does and carries its arguments and pins") {
  const auto docs = compile_description(json(kDocs), {.connector = "docs"});
  REQUIRE(docs.has_value());
  ToolCaller caller(*docs);
  const auto request = caller.call("docs.page_put", json(R"({"text": "hello"})"));
  REQUIRE(request.has_value());
  CHECK(request->url == "https://docs.example/mcp");
  CHECK(
      request->body ==
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"page/put","arguments":{"space":"docs","text":"hello"}}})"
  );
  CHECK_FALSE(caller.call("docs.search", Value::map()).has_value());
}
