#include "server/tools/live/stdio_server.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/tools/live/live_runner.hpp"
#include "wire/description.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::tools;
using parley::wire::testing::json;

namespace {

// A server of a few lines of Python; `calls` is what it does for a call of a tool.
StdioProgram program(const std::string& calls, const std::string& before = "") {
  return {
      .command = {"python3", "-c", R"(
import json, os, sys, time
)" + before + R"(
def say(message): print(json.dumps(message), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    answer = {"jsonrpc": "2.0", "id": asked.get("id")}
    if asked["method"] == "initialize":
        say({**answer, "result": {"protocolVersion": asked["params"]["protocolVersion"]}})
    elif asked["method"] == "tools/call":
        arguments = asked["params"]["arguments"]
)" + calls},
      .environment = {{"DOCS_TOKEN", Secret("s3cret")}},
      .answer_bytes = 4096,
  };
}

std::string ask(
    net::test::Loop& loop, StdioServer& server, const std::string& arguments, int timeout_ms = 20'000
) {
  const Value params = MapBuilder().set("name", "echo").set("arguments", json(arguments)).build();
  const auto answer = loop.run(server.ask("tools/call", params, std::chrono::milliseconds(timeout_ms)));
  return answer ? write_json((*parse_json(*answer))["result"]) : answer.error().pointer;
}

constexpr const char* kEcho = "        say({**answer, \"result\": arguments})\n";

}  // namespace

TEST_CASE("a program is started once, greeted, and answers many questions") {
  net::test::Loop loop;  // goes after the server, which posts to it
  StdioServer server(
      program(std::string("        print('not JSON')\n        say({\"method\": \"log\"})\n") + kEcho)
  );
  for (int i = 0; i < 3; ++i) {
    const std::string text = R"({"i":)" + std::to_string(i) + "}";
    CHECK(ask(loop, server, text) == text);
  }
  int answered = 0;
  for (int i = 0; i < 20; ++i) {
    const Value params = MapBuilder().set("arguments", MapBuilder().set("i", i).build()).build();
    boost::asio::co_spawn(
        loop.context,
        server.ask("tools/call", params, std::chrono::seconds(20)),
        [&, i](const std::exception_ptr&, const Result<std::string>& answer) {
          const bool right = answer && (*parse_json(*answer))["result"]["i"] == Value(i);
          answered += right ? 1 : 0;
          if (i == 19) loop.context.stop();
        }
    );
  }
  const auto guard = boost::asio::make_work_guard(loop.context);
  loop.context.restart();
  loop.context.run();
  CHECK(answered == 20);
}

TEST_CASE("a program that asks whether anybody is there, or for more than that, is answered") {
  net::test::Loop loop;  // goes after the server, which posts to it
  StdioServer server(program(R"(        say({"jsonrpc": "2.0", "id": "p1", "method": "ping"})
        say({"jsonrpc": "2.0", "id": 2, "method": "roots/list"})
        heard = [json.loads(sys.stdin.readline()) for _ in range(2)]
        say({**answer, "result": [heard[0], heard[1]["id"], heard[1]["error"]["code"]]})
)"));
  CHECK(ask(loop, server, "{}") == R"([{"jsonrpc":"2.0","id":"p1","result":{}},2,-32601])");
}

TEST_CASE("a program knows of this process only what it was given") {
  net::test::Loop loop;  // goes after the server, which posts to it
  ::setenv("PARLEY_SECRET_OTHER", "hidden", 1);
  StdioServer server(
      program("        say({**answer, \"result\": sorted(k for k in os.environ if k != 'LC_CTYPE')})\n")
  );
  const std::string names = ask(loop, server, "{}");
  CHECK(names.contains("DOCS_TOKEN"));
  CHECK_FALSE(names.contains("PARLEY_SECRET_OTHER"));
  ::unsetenv("PARLEY_SECRET_OTHER");
}

TEST_CASE("what goes wrong says whether the program may have acted") {
  struct Row {
    const char* name;
    StdioProgram program;
    int timeout_ms;
    const char* ends;
  };
  const Row rows[] = {
      {"there is no such program", {.command = {"/no/such/program"}}, 5000, "unreachable"},
      {"it is no MCP server", {.command = {"true"}}, 5000, "unreachable"},
      {"it ends while it works", program("        sys.exit(1)\n"), 20'000, "interrupted"},
      {"it never ends", program("        time.sleep(600)\n"), 100, "timeout"},
      {"it never stops talking",
       program("        sys.stdout.write('x' * 10000); sys.stdout.flush()\n"),
       20'000,
       "too_large"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    net::test::Loop loop;  // goes after the server, which posts to it
    StdioServer server(row.program);
    // However long it takes to start, the question that follows has its whole time.
    (void
    )loop.run(server.ask("initialize", json(R"({"protocolVersion":"2025-11-25"})"), std::chrono::seconds(20))
    );
    CHECK(ask(loop, server, "{}", row.timeout_ms) == row.ends);
  }
}

TEST_CASE("a program that is stopped lets go of who waits for it, and is not started again") {
  net::test::Loop loop;  // goes after the server, which posts to it
  StdioServer server(program("        time.sleep(600)\n"));
  (void
  )loop.run(server.ask("initialize", json(R"({"protocolVersion":"2025-11-25"})"), std::chrono::seconds(20)));
  std::string ended;
  boost::asio::co_spawn(
      loop.context,
      server.ask("tools/call", json(R"({"arguments":{}})"), std::chrono::seconds(20)),
      [&](const std::exception_ptr&, const Result<std::string>& answer) {
        ended = answer ? *answer : answer.error().pointer;
        loop.context.stop();
      }
  );
  boost::asio::post(loop.context, [&] { server.stop(); });
  const auto guard = boost::asio::make_work_guard(loop.context);
  loop.context.restart();
  loop.context.run();
  CHECK(ended == "interrupted");
  CHECK(ask(loop, server, "{}") == "unreachable");
}

TEST_CASE("a program that ended is started anew for the next question") {
  net::test::Loop loop;  // goes after the server, which posts to it
  const std::filesystem::path mark =
      std::filesystem::temp_directory_path() / ("parley-stdio-" + std::to_string(::getpid()));
  std::filesystem::remove(mark);
  const std::string once = "        if not os.path.exists('" + mark.string() + "'): open('" + mark.string() +
                           "', 'w').close(); sys.exit(1)\n";
  StdioServer server(program(once + kEcho));
  CHECK(ask(loop, server, "{}") == "interrupted");
  CHECK(ask(loop, server, R"({"again":true})") == R"({"again":true})");
  std::filesystem::remove(mark);
}

TEST_CASE("the tools of a program are called like those of a server") {
  net::test::Loop loop;  // goes after the server, which posts to it
  const Value document = json(R"({"mcp":{},"tools":[{"name":"echo","x-parley-effect":"read",
    "inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}},{"name":"erase"}]})");
  auto connector = wire::compile_description(document, {.connector = "docs"});
  REQUIRE(connector.has_value());
  LiveRunner runner(
      std::make_shared<const wire::Connector>(*std::move(connector)),
      {.program = program("        if not arguments: sys.exit(1)\n"
                          "        say({**answer, \"result\": {\"content\": [{\"type\": \"text\", \"text\": "
                          "arguments[\"text\"]}]}})\n")},
      net::make_http_client()
  );
  const auto outcome = [&](const char* tool, const char* arguments) {
    const turns::ToolCall call{.tool = tool, .arguments = json(arguments)};
    const auto answer = loop.run(
        [](LiveRunner& live, const turns::ToolCall& asked) -> net::Awaitable<Result<turns::ToolAnswer>> {
          co_return co_await live.run(asked);
        }(runner, call)
    );
    return answer ? write_json(answer->result) : answer.error().pointer;
  };
  CHECK(outcome("docs.echo", R"({"text":"hello"})") == R"("hello")");
  CHECK(outcome("docs.echo", "{}") == "unavailable");
  CHECK(outcome("docs.erase", "{}") == "in_doubt");
}
