#include "server/tools/live/live_runner.hpp"

#include <doctest/doctest.h>

#include <deque>

#include "base/json.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/tools/live/test_service.hpp"
#include "wire/description.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::tools;
using parley::wire::testing::json;
using testing::has;
using testing::json_answer;
using testing::Service;

namespace {

constexpr std::string_view kShop = R"({
  "components": {"securitySchemes": {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "app": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "http://unused/", "scopes": {"pay": ""}}}}}},
  "paths": {
    "/charges": {"post": {"operationId": "charge", "x-parley-effect": "keyed", "x-parley-fields": ["/id"],
      "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object",
        "required": ["amount"], "properties": {"amount": {"type": "integer"}}}}}}}},
    "/mails": {"post": {"operationId": "mail"}},
    "/orders/{id}": {"get": {"operationId": "order", "parameters": [
      {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]}},
    "/secure": {"get": {"operationId": "secure", "security": [{"key": []}]}},
    "/token": {"get": {"operationId": "with_token", "security": [{"app": ["pay"]}]}}}})";

struct Bench {
  net::test::Loop loop;
  std::shared_ptr<net::HttpClient> client = net::make_http_client({.egress = {.any_internal = true}});

  Result<turns::ToolAnswer> call(LiveRunner& runner, turns::ToolCall request) {
    return loop.run(
        [](LiveRunner& live, const turns::ToolCall& asked) -> net::Awaitable<Result<turns::ToolAnswer>> {
          co_return co_await live.run(asked);
        }(runner, request)
    );
  }
  // The result as JSON, or the failure's code.
  std::string outcome(LiveRunner& runner, turns::ToolCall request) {
    const auto answer = call(runner, std::move(request));
    return answer ? write_json(answer->result) : answer.error().pointer;
  }
};

std::shared_ptr<const wire::Connector> described(const Value& document) {
  auto connector = wire::compile_description(document, {.connector = "shop"});
  REQUIRE(connector.has_value());
  return std::make_shared<const wire::Connector>(*std::move(connector));
}
std::shared_ptr<const wire::Connector> shop() {
  return described(json(kShop));
}

Credential key() {
  return {.scheme = "key", .kind = CredentialKind::header, .name = "X-Key", .secret = Secret("s3cret")};
}

const turns::ToolCall kCharge{
    .tool = "shop.charge", .arguments = MapBuilder().set("amount", 5).build(), .idempotency_key = "k-1"
};

}  // namespace

TEST_CASE("a call is sent as described, with its key, and the answer's fields are the result") {
  Service service({json_answer(R"({"id":"ch_1","raw":{"much":1}})")});
  Bench bench;
  LiveRunner runner(shop(), {.server = service.url(), .headers = {{"Shop-Version", "7"}}}, bench.client);
  const auto answer = bench.call(runner, kCharge);
  REQUIRE(answer.has_value());
  CHECK(write_json(answer->result) == R"({"id":"ch_1"})");
  CHECK_FALSE(answer->test_mode);
  const std::string request = service.request(0);
  CHECK(request.starts_with("POST /charges HTTP/1.1\r\n"));
  CHECK(request.ends_with("\r\n\r\n{\"amount\":5}"));
  CHECK(has(request, "Idempotency-Key: k-1"));
  CHECK(has(request, "Shop-Version: 7"));
  CHECK(has(request, "Accept: application/json"));
  CHECK(runner.effect_class("shop.charge") == turns::EffectClass::keyed);
  CHECK(runner.effect_class("shop.mail") == turns::EffectClass::unsafe);
  CHECK(runner.signatures().size() == 5);
}

TEST_CASE("a server with a part that nobody fills in is not called, and the failure says which part") {
  Bench bench;
  const Value document = json(
      R"({"servers": [{"url": "https://{region}.example.test/v1", "variables": {"region": {"enum": ["eu", "us"]}}}],
    "paths": {"/a": {"get": {"operationId": "get"}}}})"
  );
  LiveRunner runner(described(document), {}, bench.client);
  const auto answer = bench.call(runner, {.tool = "shop.get", .arguments = Value::map()});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().pointer == "no_server");
  CHECK(answer.error().message.contains("a place for {region}"));
}

TEST_CASE("what the settings send with every call, and the key of a call, are not the caller's to choose") {
  Service service({json_answer("{}")});
  Bench bench;
  const Value document = json(
      R"({"paths": {"/charges": {"post": {"operationId": "charge", "x-parley-effect": "keyed", "parameters": [
    {"name": "X-Tenant", "in": "header", "schema": {"type": "string"}},
    {"name": "X-Request-Id", "in": "header", "schema": {"type": "string"}}]}}}})"
  );
  LiveRunner runner(
      described(document),
      {.server = service.url(), .headers = {{"x-tenant", "ours"}}, .idempotency_header = "x-request-id"},
      bench.client
  );
  const turns::ToolCall call{
      .tool = "shop.charge",
      .arguments = json(R"({"X-Tenant": "theirs", "X-Request-Id": "once"})"),
      .idempotency_key = "k-1"
  };
  REQUIRE(bench.call(runner, call).has_value());
  CHECK(has(service.request(0), "x-tenant: ours"));
  CHECK(has(service.request(0), "x-request-id: k-1"));
  CHECK_FALSE(service.request(0).contains("theirs"));
  CHECK_FALSE(service.request(0).contains("once"));
  const auto preview = runner.preview(call);
  REQUIRE(preview.has_value());
  CHECK(preview->request["headers"].text("x-tenant") == "(set)");
  CHECK_FALSE(write_json(preview->request).contains("theirs"));
}

TEST_CASE("a preview is the request that is sent, without what only the receiver may read") {
  Service service({json_answer(R"({"id":"ch_1"})")});
  Bench bench;
  LiveRunner runner(
      shop(),
      {.server = service.url(), .credentials = {key()}, .headers = {{"X-Team", "s3cret-too"}}},
      bench.client
  );
  const auto preview = runner.preview(kCharge);
  REQUIRE(preview.has_value());
  const Value& shown = preview->request;
  REQUIRE(bench.call(runner, kCharge).has_value());
  const std::string sent = service.request(0);
  CHECK(sent.starts_with(std::string(shown.text("method")) + " /charges HTTP/1.1"));
  CHECK(shown.text("url") == service.url() + "/charges");
  CHECK(sent.ends_with("\r\n\r\n" + std::string(shown.text("body"))));
  for (const auto& [name, value] : shown["headers"].entries()) {
    if (value != Value("(set)"))
      CHECK(has(sent, std::string(name.as_string()) + ": " + std::string(value.as_string())));
  }
  CHECK(shown["headers"].text("Idempotency-Key") == "k-1");
  CHECK_FALSE(write_json(shown).contains("s3cret"));
  CHECK(preview->effect == "keyed");
  CHECK(preview->words.contains("amount: 5"));

  turns::ToolCall other = kCharge;
  other.idempotency_key = "k-2";
  CHECK(runner.preview(other)->fingerprint == preview->fingerprint);
  other.arguments = MapBuilder().set("amount", 6).build();
  CHECK(runner.preview(other)->fingerprint != preview->fingerprint);
  // What cannot be sent has no request, and says why.
  other.arguments = MapBuilder().set("amount", "six").build();
  CHECK(runner.preview(other)->request.is_null());
  CHECK(runner.preview(other)->words.contains("It cannot be made as it is"));
  CHECK_FALSE(runner.preview({.tool = "shop.none", .arguments = {}}).has_value());
}

TEST_CASE("what a person gives for a call is checked against the description") {
  Bench bench;
  LiveRunner runner(shop(), {.server = "http://127.0.0.1:1"}, bench.client);
  const auto problem = [&](std::string_view arguments) {
    const auto fits = runner.check_arguments("shop.charge", json(arguments));
    return fits ? std::string() : fits.error().message;
  };
  CHECK(problem(R"({"amount":5})").empty());
  CHECK(problem(R"({})").contains("amount"));
  CHECK(problem(R"({"amount":"5"})").contains("amount"));
  CHECK(problem(R"({"amount":5,"ghost":1})").contains("ghost"));
  CHECK(problem(R"(["amount"])").contains("map"));
}

TEST_CASE(
    "nothing is sent of a call that does not fit, that nobody is there for, or that lacks its credentials"
) {
  Service service({json_answer("{}")});
  Bench bench;
  LiveRunner runner(shop(), {.server = service.url()}, bench.client);
  LiveRunner nowhere(shop(), {}, bench.client);
  CHECK(bench.outcome(runner, {.tool = "shop.charge"}) == "invalid_arguments");
  CHECK(
      bench.outcome(runner, {.tool = "shop.order", .arguments = json(R"({"id":".."})")}) ==
      "invalid_arguments"
  );
  CHECK(bench.outcome(runner, {.tool = "shop.none"}) == "unknown_tool");
  CHECK(bench.outcome(runner, {.tool = "shop.secure"}) == "no_credentials");
  CHECK(bench.outcome(nowhere, kCharge) == "no_server");
  CHECK(service.asked() == 0);
}

TEST_CASE("a description that points into the own network is not called") {
  const net::test::Trap trap;
  Bench bench;
  const auto strict = net::make_http_client();
  LiveRunner runner(shop(), {.server = "http://127.0.0.1:" + trap.port()}, strict);
  CHECK(bench.outcome(runner, kCharge) == "blocked");
  CHECK(trap.connections() == 0);
}

TEST_CASE("what is in doubt depends on the effect of the call") {
  struct Row {
    const char* name;
    std::string answer;  // empty: hangs up
    const char* charge;  // keyed
    const char* mail;    // unsafe
  };
  const Row rows[] = {
      {"refused", json_answer(R"({"message":"declined"})", "402 No"), "http_402", "http_402"},
      {"broken", json_answer("{}", "500 Oh"), "http_500", "in_doubt"},
      {"hung up", "", "in_doubt", "in_doubt"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (const bool keyed : {true, false}) {
      Service service({row.answer});
      Bench bench;
      LiveRunner runner(shop(), {.server = service.url()}, bench.client);
      CHECK(
          bench.outcome(runner, keyed ? kCharge : turns::ToolCall{.tool = "shop.mail"}) ==
          (keyed ? row.charge : row.mail)
      );
      CHECK(service.asked() == 1);
    }
  }
}

TEST_CASE("a busy service is asked again when it said when, with the same key, if that is safe") {
  const std::string busy = json_answer("{}", "429 Busy", "Retry-After: 0\r\n");
  const std::string unwilling = json_answer("{}", "429 Busy", "Retry-After: 3600\r\n");
  const std::string silent = json_answer("{}", "429 Busy");
  const std::string good = json_answer(R"({"id":"ch_1"})");
  struct Row {
    const char* name;
    std::deque<std::string> answers;
    bool keyed;
    const char* outcome;
    std::size_t asked;
  };
  const Row rows[] = {
      {"once", {busy, good}, true, R"({"id":"ch_1"})", 2},
      {"twice", {busy, busy, good}, true, R"({"id":"ch_1"})", 3},
      {"for ever", {busy}, true, "http_429", 3},
      {"longer than the call may take", {unwilling, good}, true, "http_429", 1},
      {"without saying when", {silent, good}, true, "http_429", 1},
      {"unsafe", {busy, good}, false, "http_429", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Service service(row.answers);
    Bench bench;
    LiveRunner runner(shop(), {.server = service.url()}, bench.client);
    CHECK(bench.outcome(runner, row.keyed ? kCharge : turns::ToolCall{.tool = "shop.mail"}) == row.outcome);
    REQUIRE(service.asked() == row.asked);
    for (std::size_t i = 0; row.keyed && i < row.asked; ++i)
      CHECK(has(service.request(i), "Idempotency-Key: k-1"));
  }
}

TEST_CASE("a secret travels where it belongs, and comes back in no result and no error") {
  Service service({
      json_answer(R"({"headers":{"X-Key":"s3cret"}})"),
      json_answer(R"({"message":"the key s3cret is not known"})", "403 No"),
  });
  Bench bench;
  LiveRunner runner(
      shop(), {.server = service.url(), .credentials = {key()}, .plain_hosts = {"127.0.0.1"}}, bench.client
  );
  const auto echoed = bench.call(runner, {.tool = "shop.secure"});
  REQUIRE(echoed.has_value());
  CHECK(write_json(echoed->result) == R"({"headers":{"X-Key":"[secret]"}})");
  CHECK(has(service.request(0), "X-Key: s3cret"));
  const auto refused = bench.call(runner, {.tool = "shop.secure"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "shop.secure was answered with 403: the key [secret] is not known");
}

TEST_CASE("credentials do not go over plain http to hosts that no person has named") {
  Service service({json_answer("{}")});
  Bench bench;
  LiveRunner runner(shop(), {.server = service.url(), .credentials = {key()}}, bench.client);
  CHECK(bench.outcome(runner, {.tool = "shop.secure"}) == "insecure");
  CHECK(service.asked() == 0);
}

TEST_CASE("a client's token is fetched once, kept, and renewed when the service refuses it") {
  Service ids({
      json_answer(R"({"access_token":"one","token_type":"bearer","expires_in":9223372036854775807})"),
      json_answer(R"({"access_token":"two","token_type":"bearer","expires_in":3600})"),
      json_answer(R"({"error":"invalid_client"})", "401 No"),
  });
  Service service({
      json_answer("1"),
      json_answer("2"),
      json_answer("{}", "401 No"),
      json_answer("3"),
      json_answer("{}", "401 No"),
  });
  Bench bench;
  const Credential app{
      .scheme = "app",
      .kind = CredentialKind::client_credentials,
      .user = "me",
      .secret = Secret("s3cret"),
      .token_url = ids.url() + "/token",
  };
  LiveRunner runner(
      shop(), {.server = service.url(), .credentials = {app}, .plain_hosts = {"*"}}, bench.client
  );
  const turns::ToolCall call{.tool = "shop.with_token"};
  CHECK(bench.outcome(runner, call) == "1");
  CHECK(ids.request(0).ends_with("\r\n\r\ngrant_type=client_credentials&scope=pay"));
  CHECK(has(ids.request(0), "Authorization: Basic bWU6czNjcmV0"));
  CHECK(has(service.request(0), "Authorization: Bearer one"));
  CHECK(bench.outcome(runner, call) == "2");
  CHECK(ids.asked() == 1);
  CHECK(bench.outcome(runner, call) == "3");  // refused, renewed, taken
  CHECK(ids.asked() == 2);
  CHECK(has(service.request(3), "Authorization: Bearer two"));
  const auto refused = bench.call(runner, call);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().pointer == "no_token");
  CHECK(refused.error().message == "no token for 'app': the token server answered 401");
}

TEST_CASE("an answer that is larger than is read is an answer of unknown content") {
  Service service({json_answer(R"({"id":")" + std::string(5000, 'x') + R"("})")});
  Bench bench;
  LiveRunner runner(shop(), {.server = service.url(), .answer_bytes = 4096}, bench.client);
  CHECK(bench.outcome(runner, kCharge) == "too_large");
  CHECK(bench.outcome(runner, {.tool = "shop.mail"}) == "in_doubt");
}

TEST_CASE("methods of JSON-RPC and fields of GraphQL are called the same way") {
  const auto chain =
      described(json(R"({"openrpc":"1.4.1","methods":[{"name":"eth_call","x-parley-effect":"read",
    "params":[{"name":"block","required":true,"schema":{"type":"string"}}],"result":{"name":"r","schema":{}}}]})"
      ));
  const auto graph =
      described(Value("type Query { viewer(name: String!): User } type User { login: String }"));
  Service rpc({
      json_answer(R"({"jsonrpc":"2.0","id":1,"result":"0x1"})"),
      json_answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no such block"}})"),
  });
  Service graphql({
      json_answer(R"({"data":{"viewer":{"login":"ana"}}})"),
      json_answer(R"({"errors":[{"message":"not allowed"}]})"),
  });
  Bench bench;
  LiveRunner on_chain(chain, {.server = rpc.url()}, bench.client);
  LiveRunner on_graph(graph, {.server = graphql.url()}, bench.client);
  const turns::ToolCall call{.tool = "shop.eth_call", .arguments = json(R"({"block":"latest"})")};
  CHECK(bench.outcome(on_chain, call) == R"("0x1")");
  CHECK(rpc.request(0).ends_with(R"({"jsonrpc":"2.0","id":1,"method":"eth_call","params":["latest"]})"));
  CHECK(bench.outcome(on_chain, call) == "rpc_-32000");
  const std::string injected = "\\\") { secrets } #";
  const turns::ToolCall query{
      .tool = graph->tools.at(0).id, .arguments = MapBuilder().set("name", injected).build()
  };
  CHECK(bench.outcome(on_graph, query) == R"({"login":"ana"})");
  const std::string sent = graphql.request(0);
  const auto body = parse_json(sent.substr(sent.find("\r\n\r\n") + 4));
  REQUIRE(body.has_value());
  CHECK((*body)["query"].as_string().find("secrets") == std::string_view::npos);
  CHECK((*body)["variables"]["name"] == Value(injected));
  CHECK(bench.outcome(on_graph, query) == "graphql_error");
}
