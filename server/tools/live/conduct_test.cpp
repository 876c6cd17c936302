// What descriptions say beyond a request: pages, refusals in answers of success, calls looked for by a
// marker.
#include <doctest/doctest.h>

#include <deque>

#include "base/json.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/tools/live/live_runner.hpp"
#include "server/tools/live/test_service.hpp"
#include "wire/conduct/conduct.hpp"
#include "wire/description.hpp"
#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::tools;
using parley::wire::testing::json;
using testing::has;
using testing::json_answer;
using testing::Service;

namespace {

constexpr std::string_view kDesk =
    R"x({"x-parley-failure": {"when": "answer.ok == false", "code": "answer.error"},
  "paths": {
    "/notes": {
      "get": {"operationId": "notes", "x-parley-fields": ["/notes/*/id"],
        "x-parley-pages": {"next": "cursor", "items": "/notes", "at": "/next", "argument": "after"},
        "parameters": [{"name": "after", "in": "query", "schema": {"type": "string"}},
                       {"name": "tag", "in": "query", "schema": {"type": "string"}}]},
      "post": {"operationId": "note", "x-parley-effect": "reconcile", "x-parley-fields": ["/id"],
        "x-parley-reconcile": {"ask": "notes", "with": {"tag": "{{ marker }}"},
          "found": "answer.notes.filter(n, n.tag == marker)", "absence_proves": true},
        "x-parley-send": {"tag": "{{ marker }}"},
        "requestBody": {"content": {"application/json": {"schema": {"type": "object",
          "properties": {"text": {"type": "string"}, "tag": {"type": "string"}}}}}}}},
    "/letters": {"post": {"operationId": "letter", "x-parley-effect": "reconcile",
        "x-parley-reconcile": {"ask": "notes", "found": "answer.notes.filter(n, n.tag == marker)"}}},
    "/blind": {"post": {"operationId": "blind", "x-parley-effect": "reconcile"}},
    "/linked": {"get": {"operationId": "linked", "x-parley-pages": {"next": "link"}}},
    "/records": {"get": {"operationId": "records", "x-parley-pages": {"next": "url", "items": "/r", "at": "/next"}}}}})x";

const std::string kMarker = wire::marker_of("k-1");
const std::string kThere = R"({"notes":[{"id":"n_1","tag":")" + kMarker + R"("}]})";
constexpr std::string_view kNone = R"({"notes":[]})";

struct Bench {
  explicit Bench(std::deque<std::string> answers) : service(std::move(answers)) {
    auto connector = wire::compile_description(json(kDesk), {.connector = "desk"});
    REQUIRE(connector.has_value());
    REQUIRE(connector->dropped.empty());
    runner = std::make_unique<LiveRunner>(
        std::make_shared<const wire::Connector>(*std::move(connector)),
        LiveOptions{.server = service.url()},
        net::make_http_client({.egress = {.any_internal = true}})
    );
  }

  // The result as JSON, or the failure's code.
  std::string outcome(turns::ToolCall call) {
    const auto answer = loop.run(
        [](LiveRunner& live, const turns::ToolCall& asked) -> net::Awaitable<Result<turns::ToolAnswer>> {
          co_return co_await live.run(asked);
        }(*runner, call)
    );
    return answer ? write_json(answer->result) : answer.error().pointer;
  }

  Service service;
  net::test::Loop loop;
  std::unique_ptr<LiveRunner> runner;
};

turns::ToolCall note(std::string_view tool, std::uint32_t attempt) {
  return {
      .tool = std::string(tool),
      .arguments = json(R"({"text":"hi"})"),
      .idempotency_key = "k-1",
      .attempt = attempt,
  };
}

}  // namespace

TEST_CASE("a call in doubt is looked for before anybody is asked, and made again only where absence proves") {
  const std::string made = json_answer(R"({"id":"n_1"})", "201 Made");
  const std::string there = json_answer(kThere);
  const std::string none = json_answer(kNone);
  const std::string broken = json_answer("{}", "500 Oh");
  struct Row {
    const char* name;
    const char* tool;
    std::uint32_t attempt;
    std::deque<std::string> answers;
    const char* outcome;
    std::size_t asked;
  };
  const Row rows[] = {
      {"it works", "desk.note", 1, {made}, R"({"id":"n_1"})", 1},
      {"cut off, but done", "desk.note", 1, {"", there}, R"({"id":"n_1"})", 2},
      {"cut off and not done", "desk.note", 1, {"", none}, "in_doubt", 2},
      {"broken, but done", "desk.note", 1, {broken, there}, R"({"id":"n_1"})", 2},
      {"refused is not in doubt", "desk.note", 1, {json_answer("{}", "400 No")}, "http_400", 1},
      {"done before a crash", "desk.note", 2, {there}, R"({"id":"n_1"})", 1},
      {"not done before a crash", "desk.note", 2, {none, made}, R"({"id":"n_1"})", 2},
      {"nobody can say after a crash", "desk.note", 2, {broken}, "in_doubt", 1},
      {"not found after a crash proves nothing", "desk.letter", 2, {none}, "in_doubt", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Bench bench(row.answers);
    CHECK(bench.outcome(note(row.tool, row.attempt)) == row.outcome);
    CHECK(bench.service.asked() == row.asked);
  }
}

TEST_CASE("what is looked for was left there, by every attempt the same, and nobody is asked for it") {
  Bench bench({json_answer(kNone), json_answer("{}", "201 Made")});
  CHECK(bench.outcome(note("desk.note", 2)) == "{}");
  CHECK(bench.service.request(0).starts_with("GET /notes?tag=" + kMarker + " "));
  CHECK(bench.service.request(1).ends_with(R"({"text":"hi","tag":")" + kMarker + R"("})"));
  CHECK(bench.runner->effect_class("desk.note") == turns::EffectClass::reconcile);
  CHECK(bench.runner->effect_class("desk.blind") == turns::EffectClass::unsafe);  // it has nothing to look by
}

TEST_CASE("as many pages are read as are wanted and there are") {
  const auto page = [](std::string_view ids, std::string_view next) {
    return json_answer(R"({"notes":[)" + std::string(ids) + R"(],"next":")" + std::string(next) + R"("})");
  };
  const std::string one = page(R"({"id":1})", "b");
  const std::string two = page(R"({"id":2})", "c");
  const std::string last = page(R"({"id":3})", "");
  struct Row {
    const char* name;
    const char* arguments;
    std::deque<std::string> answers;
    const char* outcome;
    std::size_t asked;
  };
  const Row rows[] = {
      {"one by default", "{}", {one, two}, R"({"notes":[{"id":1}]})", 1},
      {"two", R"({"pages":2})", {one, two, last}, R"({"notes":[{"id":1},{"id":2}]})", 2},
      {"no more than there are",
       R"({"pages":9})",
       {one, two, last},
       R"({"notes":[{"id":1},{"id":2},{"id":3}]})",
       3},
      {"too many", R"({"pages":21})", {one}, "invalid_arguments", 0},
      {"a page that fails", R"({"pages":2})", {one, json_answer("{}", "500 Oh")}, "http_500", 2},
      {"a page that is refused",
       R"({"pages":2})",
       {one, json_answer(R"({"ok":false,"error":"late"})")},
       "refused_late",
       2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Bench bench(row.answers);
    CHECK(bench.outcome({.tool = "desk.notes", .arguments = json(row.arguments)}) == row.outcome);
    REQUIRE(bench.service.asked() == row.asked);
    if (row.asked > 1) CHECK(bench.service.request(1).starts_with("GET /notes?after=b "));
  }
}

TEST_CASE("the next page may be an address, of the same service only") {
  Bench linked({json_answer("[1]", "200 OK", "Link: </linked?page=2>; rel=\"next\"\r\n"), json_answer("[2]")}
  );
  CHECK(linked.outcome({.tool = "desk.linked", .arguments = json(R"({"pages":3})")}) == "[1,2]");
  CHECK(linked.service.request(1).starts_with("GET /linked?page=2 "));
  Bench records({json_answer(R"({"r":[1],"next":"/q/2"})"), json_answer(R"({"r":[2]})")});
  CHECK(records.outcome({.tool = "desk.records", .arguments = json(R"({"pages":3})")}) == R"({"r":[1,2]})");
  CHECK(records.service.request(1).starts_with("GET /q/2 "));
  Bench elsewhere({json_answer(R"({"r":[1],"next":"http://127.0.0.2:1/steal"})")});
  CHECK(elsewhere.outcome({.tool = "desk.records", .arguments = json(R"({"pages":3})")}) == "blocked");
  CHECK(elsewhere.service.asked() == 1);
}

TEST_CASE("a no in an answer of success is a failure with the service's own word") {
  Bench bench(
      {json_answer(R"({"ok":false,"error":"channel not found"})"), json_answer(R"({"ok":true,"notes":[]})")}
  );
  CHECK(bench.outcome({.tool = "desk.notes"}) == "refused_channel_not_found");
  CHECK(bench.outcome({.tool = "desk.notes"}) == R"({"notes":[]})");
}
