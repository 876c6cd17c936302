#include <doctest/doctest.h>

#include "base/json.hpp"
#include "wire/graphql/compile.hpp"
#include "wire/openrpc/compile.hpp"
#include "wire/render.hpp"

using namespace parley;
using namespace parley::wire;

namespace {

constexpr std::string_view kSchema = R"(
"""Everything to read."""
type Query { "One issue. Not two." issue(id: ID!, first: Int = 5): Issue, node(id: ID!): Thing! old: Int @deprecated(reason: "x") }
type Mutation { createIssue(input: CreateIssueInput!): CreateIssuePayload }
union Thing = Issue | User
type Issue { id: ID! title: String body(format: Format!): String author: User labels(first: Int): LabelConnection parent: Issue title: Int }
type User { id: ID login: String issue: Issue }
type LabelConnection { nodes: [Label] totalCount: Int! }
type Label { name: String }
input CreateIssueInput { title: String!, state: State = OPEN, labels: [String!], parent: CreateIssueInput, at: DateTime }
type CreateIssuePayload { issue: Issue }
enum State { OPEN CLOSED } enum Format { HTML }
scalar DateTime
directive @x(a: Int = 1) repeatable on FIELD | OBJECT
extend type Query { extra: State }
type Broken { a: }
)";

Connector compiled() {
  auto schema = graphql::read_sdl(kSchema);
  REQUIRE(schema.has_value());
  auto connector = graphql::compile(*std::move(schema));
  REQUIRE(connector.has_value());
  return *std::move(connector);
}

}  // namespace

TEST_CASE("every root field is a tool; what is wrong in the schema is a warning") {
  const Connector connector = compiled();
  REQUIRE(connector.tools.size() == 5);
  CHECK(connector.warnings.size() == 2);
  CHECK(connector.warnings[0] == "Issue.title is defined twice; the first counts");
  CHECK(connector.find("issue")->effect == "read");
  CHECK(connector.find("createIssue")->effect == "unsafe");
  CHECK(connector.find("issue")->description == "One issue.");
  CHECK(connector.find("old")->deprecated);
  CHECK(
      write_canonical(connector.find("createIssue")->parameters) ==
      R"({"$defs":{"CreateIssueInput":{"additionalProperties":false,"properties":{"at":{"description":"DateTime","type":"string"},"labels":{"items":{"type":"string"},"type":"array"},"parent":{"$ref":"#/$defs/CreateIssueInput"},"state":{"$ref":"#/$defs/State"},"title":{"type":"string"}},"required":["title"],"type":"object"},"State":{"enum":["OPEN","CLOSED"],"type":"string"}},"additionalProperties":false,"properties":{"input":{"$ref":"#/$defs/CreateIssueInput"}},"required":["input"],"type":"object"})"
  );
}

TEST_CASE("values travel as variables, and the selection is bounded") {
  const Connector connector = compiled();
  struct {
    std::string_view tool, arguments, body;
  } cases[] = {
      {"issue",
       R"({"id":"a\"b"})",
       R"({"query":"query issue($id: ID!, $first: Int) { issue(id: $id, first: $first) { __typename id title author { __typename id login } labels { __typename totalCount } } }","operationName":"issue","variables":{"id":"a\"b"}})"
      },
      {"node",
       R"({"id":"1"})",
       R"({"query":"query node($id: ID!) { node(id: $id) { __typename ... on Issue { id title } ... on User { id_User: id login } } }","operationName":"node","variables":{"id":"1"}})"
      },
      {"extra", "{}", R"({"query":"query extra { extra }","operationName":"extra","variables":{}})"},
  };
  ToolCaller caller(connector);
  for (const auto& c : cases) {
    CAPTURE(c.tool);
    const auto request = caller.call(c.tool, *parse_json(c.arguments));
    REQUIRE(request.has_value());
    CHECK(request->method == "POST");
    CHECK(request->url == "/graphql");
    CHECK(request->body == c.body);
  }
}

TEST_CASE("methods of OpenRPC take their parameters by position unless they say otherwise") {
  const auto connector = openrpc::compile(*parse_json(
      R"({"openrpc":"1.4.1","servers":[{"url":"https://x.test/rpc"}],"methods":[
        {"name":"get.balance","params":[{"name":"Block hash","required":true,"schema":{"$ref":"#/components/schemas/h"}},{"name":"full","schema":{"type":"boolean"}},{"name":"n","schema":{}}]},
        {"name":"named","paramStructure":"by-name","params":[{"name":"a","schema":{}}]},
        {"name":"odd","x-parley-effect":"harmless","params":[]},
        {"name":"vague","params":[],"result":{"name":"r","schema":{"$ref":"#/components/schemas/none"}}},
        {"params":[]}],"components":{"schemas":{"h":{"type":"string"}}}})"
  ));
  REQUIRE(connector.has_value());
  REQUIRE(connector->dropped.size() == 2);
  CHECK(connector->dropped[0].operation == "odd");  // a misspelt class is never guessed
  REQUIRE(connector->find("vague") != nullptr);
  CHECK(connector->find("vague")->result_schema.is_null());
  CHECK(connector->warnings.size() == 1);
  ToolCaller caller(*connector);
  struct {
    std::string_view tool, arguments, params;
  } cases[] = {
      {"get_balance", R"({"Block_hash":"0x1"})", R"(["0x1"])"},
      {"get_balance", R"({"Block_hash":"0x1","n":3})", R"(["0x1",null,3])"},
      {"named", R"({"a":1})", R"({"a":1})"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.arguments);
    const auto request = caller.call(c.tool, *parse_json(c.arguments));
    REQUIRE(request.has_value());
    CHECK(request->url == "https://x.test/rpc");
    CHECK(write_json((*parse_json(request->body))["params"]) == c.params);
  }
}
