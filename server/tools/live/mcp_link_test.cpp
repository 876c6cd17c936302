#include "server/tools/live/mcp_link.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/tools/live/live_runner.hpp"
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

const std::string kDiscovered = json_answer(
    R"({"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2025-11-25","2026-07-28"],"resultType":"complete"}})"
);
const std::string kNoSuchMethod =
    json_answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"not initialized"}})", "400 Bad");
const std::string kInitialized = json_answer(
    R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}}}})",
    "200 OK",
    "Mcp-Session-Id: s-1\r\n"
);
const std::string kAccepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
const std::string kHits =
    json_answer(R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"two hits"}]}})");

// The body of a kept request, or of its part that a JSON pointer would name.
Value body(Service& service, std::size_t index) {
  const std::string request = service.request(index);
  return json(request.substr(request.find("\r\n\r\n") + 4));
}

struct Bench {
  explicit Bench(const Service& service) {
    const Value document = json(R"({"mcp":{"url":"https://docs.invalid/mcp"},"tools":[
      {"name":"search","x-parley-effect":"read","inputSchema":{"type":"object","properties":{"q":{"type":"string"}}}},
      {"name":"erase"}]})");
    auto connector = wire::compile_description(document, {.connector = "docs"});
    REQUIRE(connector.has_value());
    runner = std::make_unique<LiveRunner>(
        std::make_shared<const wire::Connector>(*std::move(connector)),
        LiveOptions{.server = service.url() + "/mcp"},
        net::make_http_client({.egress = {.any_internal = true}})
    );
  }
  // The result as JSON, or the failure's code.
  std::string search(std::string tool = "docs.search") {
    const turns::ToolCall call{
        .tool = std::move(tool), .arguments = json(R"({"q":"parley"})"), .timeout_ms = 2000
    };
    const auto answer = loop.run(
        [](LiveRunner& live, const turns::ToolCall& asked) -> net::Awaitable<Result<turns::ToolAnswer>> {
          co_return co_await live.run(asked);
        }(*runner, call)
    );
    return answer ? write_json(answer->result) : answer.error().pointer;
  }

  net::test::Loop loop;
  std::unique_ptr<LiveRunner> runner;
};

}  // namespace

TEST_CASE("a server of 2026 gets requests that stand alone") {
  Service service({kDiscovered, kHits});
  Bench bench(service);
  CHECK(bench.search() == R"("two hits")");
  CHECK(bench.search() == R"("two hits")");
  REQUIRE(service.asked() == 3);  // what it speaks is asked once
  CHECK(body(service, 0)["method"] == Value("server/discover"));
  const std::string call = service.request(1);
  CHECK(call.starts_with("POST /mcp HTTP/1.1\r\n"));
  CHECK(has(call, "MCP-Protocol-Version: 2026-07-28"));
  CHECK(has(call, "Mcp-Method: tools/call"));
  CHECK(has(call, "Mcp-Name: search"));
  CHECK(has(call, "Accept: application/json, text/event-stream"));
  const Value params = body(service, 1)["params"];
  CHECK(write_json(params["arguments"]) == R"({"q":"parley"})");
  CHECK(params["_meta"]["io.modelcontextprotocol/protocolVersion"] == Value("2026-07-28"));
}

TEST_CASE("an older server gets a session, begun once, and again when it forgot it") {
  const std::string forgotten = json_answer("{}", "404 Gone");
  Service service(
      {kNoSuchMethod, kInitialized, kAccepted, kHits, kHits, forgotten, kInitialized, kAccepted, kHits}
  );
  Bench bench(service);
  CHECK(bench.search() == R"("two hits")");
  CHECK(bench.search() == R"("two hits")");
  REQUIRE(service.asked() == 5);
  CHECK(body(service, 1)["method"] == Value("initialize"));
  CHECK(body(service, 1)["params"]["protocolVersion"] == Value("2025-11-25"));
  CHECK(body(service, 2)["method"] == Value("notifications/initialized"));
  CHECK(body(service, 2).find("id") == nullptr);
  for (const std::size_t call : {3U, 4U}) {
    CHECK(has(service.request(call), "MCP-Protocol-Version: 2025-06-18"));
    CHECK(has(service.request(call), "Mcp-Session-Id: s-1"));
    CHECK(body(service, call)["params"].find("_meta") == nullptr);
  }
  CHECK(bench.search() == R"("two hits")");
  CHECK(service.asked() == 9);
}

TEST_CASE("everybody for whom the server is called has a session of their own") {
  const std::string other = json_answer(
      R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}})",
      "200 OK",
      "Mcp-Session-Id: s-2\r\n"
  );
  Service service({kNoSuchMethod, kInitialized, kAccepted, kHits, other, kAccepted, kHits, kHits});
  net::test::Loop loop;
  McpLink link(net::make_http_client({.egress = {.any_internal = true}}));
  const auto call = [&](const char* token) {
    net::OutgoingRequest request{.url = service.url() + "/mcp"};
    request.headers = {{"Authorization", token}};
    const auto answer =
        loop.run(link.send(request, "tools/call", MapBuilder().set("name", "search").build()));
    return answer ? answer->status : 0;
  };
  CHECK(call("Bearer ana") == 200);
  CHECK(call("Bearer ben") == 200);
  CHECK(call("Bearer ana") == 200);
  REQUIRE(service.asked() == 8);
  struct Row {
    std::size_t request;
    const char* token;
    const char* session;
  };
  for (const Row& row :
       {Row{3, "Bearer ana", "s-1"}, Row{6, "Bearer ben", "s-2"}, Row{7, "Bearer ana", "s-1"}}) {
    CAPTURE(row.request);
    CHECK(has(service.request(row.request), std::string("Authorization: ") + row.token));
    CHECK(has(service.request(row.request), std::string("Mcp-Session-Id: ") + row.session));
  }
}

TEST_CASE("a server that says with 400 that it forgot the session is asked anew the next time") {
  const std::string forgotten = json_answer(
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: No valid session ID"}})",
      "400 Bad"
  );
  Service service(
      {kNoSuchMethod, kInitialized, kAccepted, kHits, forgotten, kNoSuchMethod, kInitialized, kAccepted, kHits
      }
  );
  Bench bench(service);
  CHECK(bench.search() == R"("two hits")");
  CHECK(bench.search() == "rpc_-32000");
  CHECK(bench.search() == R"("two hits")");
}

TEST_CASE("a session may begin in a stream of events") {
  const std::string event =
      "event: message\ndata: "
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\"}}\n\n";
  const std::string streamed =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: s-2\r\nContent-Length: " +
      std::to_string(event.size()) + "\r\n\r\n" + event;
  Service service({kNoSuchMethod, streamed, kAccepted, kHits});
  Bench bench(service);
  CHECK(bench.search() == R"("two hits")");
  CHECK(has(service.request(3), "Mcp-Session-Id: s-2"));
}

TEST_CASE("a response may come in a stream of events that stays open") {
  const std::string events =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string text =
      ": hello\r\n\r\n"
      "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n\n"
      "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"roots/list\"}\n\n"
      "id: 7\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\ndata: "
      "\"result\":{\"structuredContent\":{\"hits\":2}}}\n\n";
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  Service service({kDiscovered, events + size + text + "\r\n"});
  Bench bench(service);
  CHECK(bench.search() == R"({"hits":2})");
}

TEST_CASE("what a server says of a call becomes its result, or a failure with a code") {
  struct Row {
    const char* name;
    std::string answer;
    const char* search;  // read
    const char* erase;   // unsafe
  };
  const auto result = [](const std::string& text) {
    return json_answer(R"({"jsonrpc":"2.0","id":1,"result":)" + text + "}");
  };
  const Row rows[] = {
      {"structured",
       result(R"({"structuredContent":{"n":1},"content":[{"type":"text","text":"x"}]})"),
       R"({"n":1})",
       R"({"n":1})"},
      {"JSON as text",
       result(R"({"content":[{"type":"text","text":"{\"n\":1}"}]})"),
       R"({"n":1})",
       R"({"n":1})"},
      {"texts and a picture",
       result(
           R"({"content":[{"type":"text","text":"a"},{"type":"image","data":"…"},{"type":"text","text":"b"}]})"
       ),
       R"("a\nb")",
       R"("a\nb")"},
      {"an error of the tool",
       result(R"({"isError":true,"content":[{"type":"text","text":"no index"}]})"),
       "mcp_error",
       "mcp_error"},
      {"an error of the protocol",
       json_answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"unknown tool"}})"),
       "rpc_-32602",
       "rpc_-32602"},
      {"a question back",
       result(R"({"resultType":"input_required"})"),
       "mcp_input_required",
       "mcp_input_required"},
      {"a broken server", json_answer("{}", "500 Oh"), "http_500", "in_doubt"},
      {"a closed door", json_answer("{}", "401 No"), "http_401", "http_401"},
      {"a hang-up", "", "unavailable", "in_doubt"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (const bool reads : {true, false}) {
      Service service({kDiscovered, row.answer});
      Bench bench(service);
      CHECK(bench.search(reads ? "docs.search" : "docs.erase") == (reads ? row.search : row.erase));
    }
  }
}

TEST_CASE("a call is not in doubt when the server could not even be greeted") {
  struct Row {
    const char* name;
    std::deque<std::string> answers;
    const char* code;
  };
  const Row rows[] = {
      {"hangs up", {""}, "unavailable"},
      {"hangs up later", {kNoSuchMethod, ""}, "unavailable"},
      {"is something else", {json_answer("{}", "404 No")}, "bad_url"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Service service(row.answers);
    Bench bench(service);
    CHECK(bench.search("docs.erase") == row.code);
  }
}
