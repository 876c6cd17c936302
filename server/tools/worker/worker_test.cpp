#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "base/json.hpp"
#include "server/tools/worker/worker_runner.hpp"
#include "wire/test_json.hpp"
#include "wire/worker/compile.hpp"

using namespace parley;
using namespace parley::tools;
using parley::wire::testing::json;

namespace {

constexpr std::string_view kTools = R"([
  {"name": "look", "effect": "read", "result": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}},
  {"name": "label", "effect": "keyed", "parameters": {"type": "object", "properties": {"ticket": {"type": "string"}}}},
  {"name": "mail", "timeout": "50ms"}, {"name": "erase"}])";

// What a worker on the other end would see.
class Line : public turns::WorkerLine {
 public:
  bool send(std::string_view text) override {
    if (!open) return false;
    sent.emplace_back(json(text));
    return true;
  }
  void close(std::uint16_t code, std::string /*reason*/) override {
    open = false;
    closed_with = code;
  }
  [[nodiscard]] const Value& last() const { return sent.back(); }

  std::vector<Value> sent;
  bool open = true;
  int closed_with = 0;
};

struct Worker {
  std::shared_ptr<Line> line = std::make_shared<Line>();
  std::unique_ptr<turns::WorkerSession> session;

  [[nodiscard]] std::string call_id() const { return std::string(line->last().text("call_id")); }
  void die() { session.reset(); }
};

// A pool, the loop that its callers run on, and calls with their outcomes as text.
struct Bench {
  explicit Bench(WorkerOptions options = {}) : pool(std::make_shared<WorkerPool>(std::move(options))) {}

  void run(turns::Awaitable<void> work) {
    boost::asio::co_spawn(loop, std::move(work), [](std::exception_ptr problem) {
      REQUIRE(problem == nullptr);
    });
    turn();
  }
  // Everything that can happen without time passing.
  void turn() {
    loop.restart();
    loop.poll();
  }
  void say(const Worker& worker, std::string_view text) { run(worker.session->take(std::string(text))); }

  Worker connect(std::string_view tools = kTools, std::string_view more = "") {
    Worker worker;
    auto session = pool->open(worker.line);
    REQUIRE(session.has_value());
    worker.session = std::move(*session);
    say(worker,
        R"({"type": "register", "version": 1, "worker": "test")" + std::string(more) + R"(, "tools": )" +
            std::string(tools) + "}");
    return worker;
  }
  void answer(const Worker& worker, const std::string& call_id, std::string_view result) {
    say(worker,
        R"({"type": "result", "call_id": ")" + call_id + R"(", "result": )" + std::string(result) + "}");
  }

  // Its outcome: the result as JSON, or the failure's code; "" while it is under way.
  std::shared_ptr<std::string> call(turns::ToolCall wanted) {
    const auto outcome = std::make_shared<std::string>();
    run([](WorkerRunner& tools, turns::ToolCall asked, std::shared_ptr<std::string> out
        ) -> turns::Awaitable<void> {
      const auto answer = co_await tools.run(asked);
      *out = answer ? write_json(answer->result) : answer.error().pointer;
    }(runner, std::move(wanted), outcome));
    return outcome;
  }
  // Until the call is over, however long its times are.
  const std::string& wait(const std::shared_ptr<std::string>& outcome) {
    while (outcome->empty()) {
      loop.restart();
      loop.run_one();
    }
    return *outcome;
  }

  boost::asio::io_context loop{1};
  std::shared_ptr<WorkerPool> pool;
  WorkerRunner runner{pool};
};

turns::ToolCall asks_for(std::string tool, std::uint32_t timeout_ms = 30'000) {
  return {
      .tool = std::move(tool),
      .arguments = json(R"({"ticket": "t1", "other": 1})"),
      .idempotency_key = "k1",
      .timeout_ms = timeout_ms,
      .caller = {.tenant = "default", .user_id = "ana", .conversation_id = "c_1", .turn = 3},
  };
}

}  // namespace

TEST_CASE("a call goes to the worker with what it needs to know, and the answer comes back") {
  Bench bench;
  Worker worker = bench.connect();
  CHECK(worker.line->last().text("type") == "registered");
  CHECK(worker.line->last()["tools"].size() == 4);
  CHECK(worker.line->last()["refused"].size() == 0);
  const auto outcome = bench.call(asks_for("worker.label"));
  const Value& call = worker.line->last();
  CHECK(call.text("type") == "call");
  CHECK(call.text("tool") == "worker.label");
  CHECK(call.text("idempotency_key") == "k1");
  CHECK(call.text("user_id") == "ana");
  CHECK(call.text("conversation_id") == "c_1");
  CHECK(call["turn"].as_int() == 3);
  CHECK(call["attempt"].as_int() == 1);
  CHECK(call["delivery"].as_int() == 1);
  CHECK(call["deadline_ms"].as_int() > 29'000);
  CHECK(write_json(call["arguments"]) == R"({"ticket":"t1"})");
  CHECK(outcome->empty());
  bench.answer(worker, worker.call_id(), R"({"status": "ok"})");
  CHECK(*outcome == R"({"status":"ok"})");
}

TEST_CASE("a worker may offer tools of several connectors, each registered anew by itself") {
  Bench bench;
  Worker worker = bench.connect(R"([{"name": "a"}, {"name": "b"}])");
  bench.say(worker, R"({"type": "register", "version": 1, "connector": "desk", "tools": [{"name": "a"}]})");
  CHECK(worker.line->last().text("connector") == "desk");
  bench.say(worker, R"({"type": "register", "version": 1, "tools": [{"name": "b"}]})");
  const Value described = bench.pool->describe();
  CHECK(write_json(described["data"].as_list()[0]["tools"]) == R"(["desk.a","worker.b"])");
  CHECK(described["tools"].size() == 3);  // declared once, known from then on
}

TEST_CASE("answers that do not fit are failures with a code") {
  Bench bench({.result_bytes = 100});
  Worker worker = bench.connect();
  struct Row {
    const char* name;
    std::string said;  // after the call's id
    const char* outcome;
  };
  const Row rows[] = {
      {"as declared", R"("type": "result", "result": {"n": 1})", R"({"n":1})"},
      {"not as declared", R"("type": "result", "result": {"n": "one"})", "bad_answer"},
      {"no result", R"("type": "result")", "bad_answer"},
      {"too large",
       R"("type": "result", "result": {"n": 1, "text": ")" + std::string(100, 'x') + "\"}",
       "too_large"},
      {"the worker's own code",
       R"("type": "error", "code": "card_declined", "message": "no")",
       "card_declined"},
      {"an error without a code", R"("type": "error")", "worker_error"},
      {"a code that no flow could name", R"("type": "error", "code": "card declined")", "worker_error"},
      {"a code of this server's own",
       R"("type": "error", "code": "sign_in_required", "message": "https://evil.example")",
       "worker_error"},
      {"the function threw",
       R"("type": "error", "code": "exception", "message": "x is undefined")",
       "tool_broke"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto outcome = bench.call(asks_for("worker.look"));
    bench.say(worker, R"({"call_id": ")" + worker.call_id() + "\", " + row.said + "}");
    CHECK(*outcome == row.outcome);
  }
}

TEST_CASE("an unsafe call whose answer does not fit has happened all the same, and is in doubt") {
  Bench bench({.result_bytes = 100});
  Worker worker = bench.connect(
      R"([{"name": "pay", "result": {"type": "object", "required": ["n"]}}, {"name": "post", "effect": "natural"}])"
  );
  for (const std::string& result : {std::string(R"({"m": 1})"), "\"" + std::string(100, 'x') + "\""}) {
    const auto outcome = bench.call(asks_for("worker.pay"));
    bench.answer(worker, worker.call_id(), result);
    CHECK(*outcome == "in_doubt");
  }
  const auto outcome = bench.call(asks_for("worker.post"));
  bench.answer(worker, worker.call_id(), "\"" + std::string(100, 'x') + "\"");
  CHECK(*outcome == "too_large");
}

TEST_CASE("what a worker says wrongly is told to it, and the connection stays") {
  Bench bench;
  Worker worker = bench.connect();
  const std::pair<const char*, const char*> rows[] = {
      {"no json", "the message is not JSON"},
      {R"({"type": "hello"})", "there is no message of the type 'hello'"},
      {R"({"type": "result"})", "'call_id' is missing"},
      {R"({"type": "register", "version": 2, "tools": []})", "this server speaks version 1"},
      {R"({"type": "register", "version": 1})", "'tools' must be a list"},
      {R"({"type": "register", "version": 1, "tools": [], "capacity": 0})", "'capacity' must be"},
      {R"({"type": "register", "version": 1, "tools": [], "connector": "a b"})", "'a b' cannot be the name"},
  };
  for (const auto& [said, answer] : rows) {
    CAPTURE(said);
    bench.say(worker, said);
    CHECK(worker.line->last().text("type") == "error");
    CHECK(std::string(worker.line->last().text("message")).starts_with(answer));
  }
  bench.say(worker, R"({"type": "result", "call_id": "nobody's", "result": 1})");  // late, and ignored
  CHECK(worker.line->open);
}

TEST_CASE("calls are spread over the workers that offer the tool, within what each takes") {
  Bench bench;
  Worker a = bench.connect(kTools, R"(, "capacity": 2)");
  Worker b = bench.connect(kTools, R"(, "capacity": 1)");
  Worker other = bench.connect(R"([{"name": "else"}])");
  const auto calls_of = [](const Worker& worker) { return worker.line->sent.size() - 1; };
  const auto first = bench.call(asks_for("worker.label"));
  const auto second = bench.call(asks_for("worker.label"));
  CHECK(calls_of(a) == 1);
  CHECK(calls_of(b) == 1);
  const auto third = bench.call(asks_for("worker.label"));
  CHECK(calls_of(a) == 2);
  const auto fourth = bench.call(asks_for("worker.label"));
  CHECK(calls_of(a) + calls_of(b) == 3);
  CHECK(bench.pool->describe()["waiting"].as_int() == 1);
  bench.answer(b, b.call_id(), "{}");
  CHECK(calls_of(b) == 2);  // there was room at last
  CHECK(bench.pool->describe()["waiting"].as_int() == 0);
  CHECK(calls_of(other) == 0);
  CHECK(*second == "{}");
}

TEST_CASE("a call waits within its deadline for a worker to connect") {
  Bench bench;
  {
    Worker earlier = bench.connect();
  }
  const auto outcome = bench.call(asks_for("worker.label"));
  CHECK(outcome->empty());
  Worker worker = bench.connect();
  REQUIRE(worker.line->last().text("type") == "call");
  bench.answer(worker, worker.call_id(), "1");
  CHECK(*outcome == "1");
}

TEST_CASE("the codes of calls that were never made, and of those that nobody answered") {
  Bench bench;
  CHECK(*bench.call(asks_for("worker.label")) == "unknown_tool");
  Worker worker = bench.connect(kTools, R"(, "capacity": 1)");
  CHECK(bench.wait(bench.call(asks_for("worker.mail"))) == "timeout");  // its own 50 ms
  CHECK(worker.line->last().text("type") == "cancel");
  const auto held = bench.call(asks_for("worker.erase"));
  const std::string held_id = worker.call_id();
  CHECK(bench.wait(bench.call(asks_for("worker.label", 20))) == "worker_busy");
  bench.answer(worker, held_id, "1");
  CHECK(*held == "1");
  worker.die();
  CHECK(bench.wait(bench.call(asks_for("worker.label", 20))) == "no_worker");
  CHECK(bench.pool->describe()["waiting"].as_int() == 0);
}

TEST_CASE("of a worker that dies in the middle of a call the effect class decides") {
  Bench bench({.rejoin = std::chrono::milliseconds(20)});
  SUBCASE("what may be repeated goes to another worker") {
    for (const char* tool : {"worker.look", "worker.label"}) {
      CAPTURE(tool);
      Worker a = bench.connect();
      const auto outcome = bench.call(asks_for(tool));
      const std::string id = a.call_id();
      Worker b = bench.connect();
      a.die();
      bench.turn();
      REQUIRE(b.line->last().text("type") == "call");
      CHECK(b.call_id() == id);
      CHECK(b.line->last().text("idempotency_key") == "k1");
      CHECK(b.line->last()["delivery"].as_int() == 2);
      bench.answer(b, id, R"({"n": 2})");
      CHECK(*outcome == R"({"n":2})");
    }
  }
  SUBCASE("or waits for one") {
    Worker a = bench.connect();
    const auto outcome = bench.call(asks_for("worker.label"));
    a.die();
    bench.turn();
    CHECK(outcome->empty());
    Worker b = bench.connect();
    bench.answer(b, b.call_id(), "2");
    CHECK(*outcome == "2");
  }
  SUBCASE("and is in doubt when none comes") {
    Worker a = bench.connect();
    const auto outcome = bench.call(asks_for("worker.label", 50));
    a.die();
    CHECK(bench.wait(outcome) == "in_doubt");
  }
  SUBCASE("what must not be repeated is in doubt, and no other worker gets it") {
    Worker a = bench.connect();
    Worker b = bench.connect();
    const auto outcome = bench.call(asks_for("worker.erase"));
    Worker& had = a.line->last().text("type") == "call" ? a : b;
    Worker& other = &had == &a ? b : a;
    had.die();
    CHECK(bench.wait(outcome) == "in_doubt");
    CHECK(other.line->last().text("type") == "registered");
  }
  SUBCASE("unless it comes back at once with the answer") {
    Worker a = bench.connect();
    const auto outcome = bench.call(asks_for("worker.erase"));
    const std::string id = a.call_id();
    a.die();
    bench.turn();
    Worker again = bench.connect();
    CHECK(again.line->last().text("type") == "registered");
    bench.answer(again, id, R"("done")");
    CHECK(*outcome == R"("done")");
  }
}

TEST_CASE("a worker that keeps silent for longer than its lease is lost and its connection closed") {
  Bench bench({.lease = std::chrono::milliseconds(300), .rejoin = std::chrono::milliseconds(20)});
  Worker silent = bench.connect();
  const auto outcome = bench.call(asks_for("worker.erase"));
  CHECK(bench.wait(outcome) == "in_doubt");
  CHECK(silent.line->closed_with == 1008);
}

TEST_CASE("a worker that drains keeps its calls and gets no more; one that reports keeps its time") {
  Bench bench;
  Worker worker = bench.connect();
  const auto outcome = bench.call(asks_for("worker.label"));
  const std::string id = worker.call_id();
  bench.say(worker, R"({"type": "progress", "call_id": ")" + id + R"("})");
  bench.say(worker, R"({"type": "drain"})");
  const auto next = bench.call(asks_for("worker.label", 20));
  CHECK(bench.wait(next) == "no_worker");
  bench.answer(worker, id, "1");
  CHECK(*outcome == "1");
  worker.session->server_stops();
  CHECK(worker.line->last().text("type") == "drain");
}

TEST_CASE("what workers register stays known after a restart") {
  std::string kept;
  const auto keep = [&](std::string text) -> turns::Awaitable<Result<void>> {
    kept = std::move(text);
    co_return Result<void>();
  };
  Bench before({.keep = keep});
  {
    Worker a = before.connect();
  }
  {
    Worker b = before.connect(
        R"([{"name": "label", "effect": "natural"}, {"name": "more", "effect": "read"}, {"name": "bad name"}])"
    );
  }
  CHECK(before.runner.signatures().size() == 5);
  Bench after;
  REQUIRE(after.pool->declarations().restore(kept).has_value());
  CHECK(after.runner.signatures().size() == 5);
  CHECK(after.runner.has("worker.more"));
  CHECK(after.runner.effect_class("worker.label") == turns::EffectClass::natural);
  CHECK(after.runner.effect_class("worker.nothing") == turns::EffectClass::unsafe);
  CHECK_FALSE(after.pool->declarations().restore("[]").has_value());
}

TEST_CASE("what a file declares counts; a worker may offer it, not change it") {
  Bench bench;
  auto file = wire::worker::compile(
      json(R"({"worker": {"version": 1}, "tools": [{"name": "label", "effect": "keyed"}, {"name": "mail"}]})"
      ),
      {.connector = "worker"}
  );
  REQUIRE(file.has_value());
  bench.pool->declarations().set_folder(
      {{"worker", std::make_shared<const wire::Connector>(*std::move(file))}}, {"stripe"}
  );
  Worker worker = bench.connect(
      R"([{"name": "label", "effect": "keyed"}, {"name": "mail", "effect": "read"}, {"name": "new"}])"
  );
  const Value& registered = worker.line->last();
  CHECK(write_json(registered["tools"]) == R"(["worker.label"])");
  REQUIRE(registered["refused"].size() == 2);
  CHECK(
      registered["refused"].as_list()[0].text("reason") ==
      "its effect is read here and unsafe in tools/worker.yaml"
  );
  CHECK(registered["refused"].as_list()[1].text("reason") == "tools/worker.yaml does not declare it");
  CHECK(bench.runner.signatures().empty());
  CHECK(WorkerRunner(bench.pool, "worker").signatures().size() == 2);
  bench.say(worker, R"({"type": "register", "version": 1, "connector": "stripe", "tools": []})");
  CHECK(worker.line->last().text("message") == "this assistant has another connector called 'stripe'");
}

TEST_CASE("a push declares tools before any worker is there") {
  Bench bench;
  const Value desk = json(R"({"worker": {"version": 1}, "tools": [{"name": "a", "effect": "read"}]})");
  const auto declare = [&](std::string connector, const Value& document) {
    Result<void> outcome;
    bench.run(
        [](WorkerPool& pool, std::string name, Value what, Result<void>& out) -> turns::Awaitable<void> {
          out = co_await pool.declare(std::move(name), std::move(what));
        }(*bench.pool, std::move(connector), document, outcome)
    );
    return outcome;
  };
  const auto seen = bench.pool->signatures_with("desk", desk);
  REQUIRE(seen.has_value());
  CHECK(seen->size() == 1);
  CHECK(bench.runner.signatures().empty());
  CHECK(declare("desk", desk).has_value());
  CHECK(bench.runner.has("desk.a"));
  CHECK(declare("desk", json(R"({"worker": {"version": 1}, "tools": [{"name": "b"}]})")).has_value());
  CHECK_FALSE(bench.runner.has("desk.a"));
  const auto wrong =
      declare("desk", json(R"({"worker": {"version": 1}, "tools": [{"name": "b", "effect": "?"}]})"));
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().pointer == "/tools/0/effect");
}

TEST_CASE("there are limits on workers and on calls") {
  Bench bench({.workers = 1, .calls = 1});
  Worker worker = bench.connect();
  CHECK_FALSE(bench.pool->open(std::make_shared<Line>()).has_value());
  const auto first = bench.call(asks_for("worker.label"));
  CHECK(*bench.call(asks_for("worker.label")) == "worker_busy");
  bench.pool->stop();
  CHECK(first->empty());
}
