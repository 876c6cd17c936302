#include "server/tools/live/answers.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"

using namespace parley;
using namespace parley::tools;
using turns::EffectClass;
using wire::BodyKind;

namespace {

wire::Tool tool(BodyKind kind = BodyKind::json) {
  wire::Tool made;
  made.id = "shop.charge";
  made.body.kind = kind;
  return made;
}

net::IncomingAnswer answer(int status, std::string body, std::string type = "application/json") {
  net::IncomingAnswer made{.status = status, .body = std::move(body)};
  if (!type.empty()) made.headers.emplace_back("content-type", std::move(type));
  return made;
}

// The result as JSON, or the failure's code.
std::string outcome(const Result<Value>& result) {
  return result ? write_json(*result) : result.error().pointer;
}

constexpr std::size_t kKept = 1 << 16;

}  // namespace

TEST_CASE("a good answer is its JSON; other texts are themselves; other bytes are only described") {
  struct Row {
    const char* name;
    net::IncomingAnswer answer;
    const char* result;
  };
  const Row rows[] = {
      {"JSON", answer(200, R"({"id":"ch_1"})"), R"({"id":"ch_1"})"},
      {"a JSON dialect", answer(201, "[1]", "application/vnd.api+json; charset=utf-8"), "[1]"},
      {"no type, but JSON", answer(200, "{}", ""), "{}"},
      {"a member twice", answer(200, R"({"a":1,"a":2})"), R"({"a":2})"},
      {"nothing", answer(204, "", ""), "null"},
      {"no content of a JSON service", answer(200, ""), "null"},
      {"text", answer(200, "ok\n", "text/plain"), R"("ok\n")"},
      {"bytes", answer(200, "\xFF\xFE", "image/png"), R"({"content_type":"image/png","bytes":2})"},
      {"JSON with a mark before it", answer(200, "\xEF\xBB\xBF{\"a\":1}"), R"({"a":1})"},
      {"text of old",
       answer(
           200,
           "Gr\xFC\xDF"
           "e",
           "text/csv; charset=ISO-8859-1"
       ),
       R"("Grüße")"},
      {"text of Windows", answer(200, "5 \x80", "text/plain; charset=\"windows-1252\""), R"("5 €")"},
      {"bytes that claim to be text",
       answer(200, "\xFF", "text/plain"),
       R"({"content_type":"text/plain","bytes":1})"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(outcome(read_answer(tool(), EffectClass::unsafe, row.answer, kKept)) == row.result);
  }
}

TEST_CASE("a refusal carries its status and the sentence that the service gave, on one short line") {
  struct Row {
    net::IncomingAnswer answer;
    const char* code;
    const char* message;
  };
  const std::string longest(400, 'x');
  const Row rows[] = {
      {answer(402, R"({"error":{"message":"Your card was declined.","code":"card_declined"}})"),
       "http_402",
       "shop.charge was answered with 402: Your card was declined."},
      {answer(400, R"({"errors":[{"detail":"no amount"}]})"),
       "http_400",
       "shop.charge was answered with 400: no amount"},
      {answer(422, R"({"errorMessages":[],"error":"bad"})"),
       "http_422",
       "shop.charge was answered with 422: bad"},
      {answer(404, "<html>nginx</html>", "text/html"), "http_404", "shop.charge was answered with 404"},
      {answer(403, "no\r\n\x01 access", "text/plain"),
       "http_403",
       "shop.charge was answered with 403: no access"},
      {answer(400, "{broken"), "http_400", "shop.charge was answered with 400"},
      {answer(302, ""), "http_302", "shop.charge was answered with 302"},
      {answer(429, R"({"message":")" + longest + R"("})"), "http_429", nullptr},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code);
    const auto result = read_answer(tool(), EffectClass::keyed, row.answer, kKept);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().pointer == row.code);
    if (row.message != nullptr) CHECK(result.error().message == row.message);
    CHECK(result.error().message.size() < 400);
  }
}

TEST_CASE("whether a broken answer is in doubt depends on what repeating the call would do") {
  struct Row {
    const char* name;
    net::IncomingAnswer answer;
    const char* read;
    const char* keyed;
    const char* unsafe;
  };
  const Row rows[] = {
      {"it broke", answer(500, ""), "http_500", "http_500", "in_doubt"},
      {"its gateway lost it", answer(502, ""), "http_502", "http_502", "in_doubt"},
      {"its gateway did not wait", answer(504, ""), "http_504", "http_504", "in_doubt"},
      {"it is busy", answer(503, ""), "http_503", "http_503", "in_doubt"},
      {"it cannot do that", answer(501, ""), "http_501", "http_501", "http_501"},
      {"it said no", answer(409, ""), "http_409", "http_409", "http_409"},
      {"it did not wait for the request", answer(408, ""), "http_408", "http_408", "http_408"},
      {"it leads to what came of it", answer(303, ""), "http_303", "http_303", "in_doubt"},
      {"it leads somewhere", answer(302, ""), "http_302", "http_302", "in_doubt"},
      {"it is elsewhere now", answer(308, ""), "http_308", "http_308", "http_308"},
      {"it said yes, but badly", answer(200, "{"), "bad_answer", "bad_answer", "in_doubt"},
      {"it said yes, too deeply",
       answer(200, std::string(100, '[') + std::string(100, ']')),
       "bad_answer",
       "bad_answer",
       "in_doubt"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(outcome(read_answer(tool(), EffectClass::read, row.answer, kKept)) == row.read);
    CHECK(outcome(read_answer(tool(), EffectClass::keyed, row.answer, kKept)) == row.keyed);
    CHECK(outcome(read_answer(tool(), EffectClass::unsafe, row.answer, kKept)) == row.unsafe);
    CHECK(outcome(read_answer(tool(), EffectClass::reconcile, row.answer, kKept)) == row.unsafe);
  }
}

TEST_CASE("without an answer it depends on whether the request may have arrived") {
  struct Row {
    const char* problem;
    const char* read;
    const char* keyed;
    const char* unsafe;
  };
  const Row rows[] = {
      {"blocked", "blocked", "blocked", "blocked"},
      {"bad_url", "bad_url", "bad_url", "bad_url"},
      {"unresolved", "unavailable", "unavailable", "unavailable"},
      {"unreachable", "unavailable", "unavailable", "unavailable"},
      {"timeout", "timeout", "timeout", "in_doubt"},
      {"stalled", "timeout", "timeout", "in_doubt"},
      {"interrupted", "unavailable", "in_doubt", "in_doubt"},
      {"too_large", "too_large", "too_large", "in_doubt"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.problem);
    const Error problem{ErrorCode::unavailable, "it went wrong", row.problem};
    CHECK(failure_of(tool(), EffectClass::read, problem).pointer == row.read);
    CHECK(failure_of(tool(), EffectClass::keyed, problem).pointer == row.keyed);
    CHECK(failure_of(tool(), EffectClass::natural, problem).pointer == row.keyed);
    CHECK(failure_of(tool(), EffectClass::unsafe, problem).pointer == row.unsafe);
  }
}

TEST_CASE("JSON-RPC says in its body what became of a call") {
  struct Row {
    const char* name;
    net::IncomingAnswer answer;
    const char* outcome;
  };
  const Row rows[] = {
      {"a result", answer(200, R"({"jsonrpc":"2.0","id":1,"result":{"hash":"0x1"}})"), R"({"hash":"0x1"})"},
      {"a null result", answer(200, R"({"jsonrpc":"2.0","id":1,"result":null})"), "null"},
      {"an error", answer(200, R"({"id":1,"error":{"code":-32602,"message":"no block"}})"), "rpc_-32602"},
      {"an error with a status",
       answer(400, R"({"id":1,"error":{"code":-32600,"message":"no"}})"),
       "rpc_-32600"},
      {"the answer to another call", answer(200, R"({"id":2,"result":1})"), "bad_answer"},
      {"no answer at all", answer(200, R"({"id":1})"), "bad_answer"},
      {"nothing", answer(200, ""), "bad_answer"},
      {"a batch", answer(200, R"([{"id":1,"result":1}])"), "bad_answer"},
      {"no JSON", answer(502, "bad gateway", "text/plain"), "http_502"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(
        outcome(read_answer(tool(BodyKind::json_rpc), EffectClass::read, row.answer, kKept)) == row.outcome
    );
  }
}

TEST_CASE("a service of JSON-RPC that broke while it worked may have done it") {
  const auto broke = answer(200, R"({"id":1,"error":{"code":-32603,"message":"Internal error"}})");
  const auto no = answer(200, R"({"id":1,"error":{"code":-32000,"message":"nonce too low"}})");
  for (const BodyKind kind : {BodyKind::json_rpc, BodyKind::mcp}) {
    CHECK(outcome(read_answer(tool(kind), EffectClass::read, broke, kKept)) == "rpc_-32603");
    CHECK(outcome(read_answer(tool(kind), EffectClass::unsafe, broke, kKept)) == "in_doubt");
    CHECK(outcome(read_answer(tool(kind), EffectClass::unsafe, no, kKept)) == "rpc_-32000");
  }
}

TEST_CASE("GraphQL gives the field that was asked for, or its errors, or both") {
  struct Row {
    const char* name;
    net::IncomingAnswer answer;
    const char* outcome;
  };
  const Row rows[] = {
      {"data", answer(200, R"({"data":{"viewer":{"login":"ana"}}})"), R"({"login":"ana"})"},
      {"a null field", answer(200, R"({"data":{"viewer":null}})"), "null"},
      {"errors alone", answer(200, R"({"errors":[{"message":"no such field"}]})"), "graphql_error"},
      {"errors and no data", answer(200, R"({"data":null,"errors":[{"message":"no"}]})"), "graphql_error"},
      {"errors and a null field",
       answer(200, R"({"data":{"v":null},"errors":[{"message":"no"}]})"),
       "graphql_error"},
      {"a part failed",
       answer(200, R"({"data":{"v":{"a":1,"b":null}},"errors":[{"message":"b is away","path":["v","b"]}]})"),
       R"({"a":1,"b":null,"_errors":["b is away"]})"},
      {"errors with a status", answer(400, R"({"errors":[{"message":"syntax"}]})"), "graphql_error"},
      {"something else", answer(200, R"({"ok":true})"), "bad_answer"},
      {"unauthorised", answer(401, R"({"message":"Bad credentials"})"), "http_401"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(outcome(read_answer(tool(BodyKind::graphql), EffectClass::read, row.answer, kKept)) == row.outcome);
  }
}

TEST_CASE("what is kept of a result are the fields that the description names, and no more than fits") {
  wire::Tool picky = tool();
  picky.fields = {"/id"};
  CHECK(
      outcome(read_answer(picky, EffectClass::read, answer(200, R"({"id":1,"raw":2})"), kKept)) ==
      R"({"id":1})"
  );
  ListBuilder many;
  for (int i = 0; i < 1000; ++i) many.add(std::string(100, 'x'));
  const auto kept = read_answer(tool(), EffectClass::read, answer(200, write_json(many.build())), 4096);
  REQUIRE(kept.has_value());
  CHECK(write_json(*kept).size() <= 4096);
  CHECK(kept->size() > 2);
}

TEST_CASE("a service may say when it wants to be asked again") {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);  // Tue, 14 Nov 2023 22:13:20 GMT
  struct Row {
    int status;
    const char* retry_after;
    std::optional<milliseconds> wait;
  };
  const Row rows[] = {
      {429, "0", milliseconds(0)},
      {429, "2", milliseconds(2000)},
      {503, "120", milliseconds(120'000)},
      {503, "Tue, 14 Nov 2023 22:13:25 GMT", milliseconds(5000)},
      {503, "Tue, 14 Nov 2023 22:13:10 GMT", milliseconds(0)},
      {503, "Fri, 31 Dec 9999 23:59:59 GMT", milliseconds(251'702'300'799'000)},
      {429, "", std::nullopt},
      {429, "soon", std::nullopt},
      {429, "-1", std::nullopt},
      {429, "1.5", std::nullopt},
      {404, "2", std::nullopt},
      {200, "2", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.retry_after);
    net::IncomingAnswer busy{.status = row.status};
    if (*row.retry_after != '\0') busy.headers.emplace_back("retry-after", row.retry_after);
    CHECK(wait_asked_for(busy, now) == row.wait);
  }
}

TEST_CASE("who has used up what he is granted is told when it begins anew") {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);
  struct Row {
    int status;
    const char* remaining;
    const char* reset;
    std::optional<milliseconds> wait;
  };
  const Row rows[] = {
      {403, "0", "1700000004", milliseconds(4000)},
      {429, "0", "1700000004", milliseconds(4000)},
      {429, "0", "1699999990", milliseconds(0)},
      {403, "0", "soon", std::nullopt},
      {403, "12", "1700000004", std::nullopt},
      {200, "0", "1700000004", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reset);
    const net::IncomingAnswer answer{
        .status = row.status,
        .headers = {{"x-ratelimit-remaining", row.remaining}, {"x-ratelimit-reset", row.reset}}
    };
    CHECK(wait_asked_for(answer, now) == row.wait);
  }
}
