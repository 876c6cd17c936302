// A driver with everything it needs, for tests: in memory, on one loop, with scripted tools and a clock that
// stands still.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "engine/steps/registry.hpp"
#include "flow/document.hpp"
#include "flow/load.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/log/replay.hpp"
#include "server/turns/memory_store.hpp"
#include "server/turns/world.hpp"

namespace parley::turns::testing {

inline constexpr std::string_view kOrder = R"({"id": "order", "description": "Take an order", "slots": {
    "items": {"type": "text", "ask": "What would you like to order?"}},
  "triggers": [{"command": "/order"}],
  "steps": [
    {"id": "greet", "type": "message", "text": "Welcome!"},
    {"id": "collect", "type": "input", "gather": ["items"]},
    {"id": "charge", "type": "tool", "call": "shop.charge", "with": {"items": "{{ items }}"}, "save": "receipt",
     "on_error": "sorry"},
    {"id": "note", "type": "tool", "call": "shop.note", "with": {"receipt": "{{ receipt.id }}"}, "on_error": "sorry"},
    {"id": "thanks", "type": "message", "text": "Paid: {{ receipt.id }}"},
    {"id": "done", "type": "end"},
    {"id": "sorry", "type": "message", "text": "That did not work: {{ error.code }}"}]})";

inline constexpr std::string_view kName =
    R"({"id": "name", "slots": {"name": {"type": "text", "ask": "Your name?"},
    "colour": {"type": "text", "ask": "Your colour?"}},
  "steps": [{"id": "collect", "type": "input", "gather": ["name", "colour"]},
            {"id": "hello", "type": "message", "text": "Hello {{ name }}, {{ colour }} is nice."}]})";

// Two calls at once; the first answer is enough.
inline constexpr std::string_view kBeside =
    R"({"id": "beside", "slots": {"go": {"type": "text", "ask": "Go?"}}, "steps": [
  {"id": "ask", "type": "input", "gather": ["go"]},
  {"id": "both", "type": "parallel", "join": "any", "branches": [
    {"steps": [{"id": "slow", "type": "tool", "call": "shop.slow", "with": {"n": 1}},
               {"id": "slow_done", "type": "message", "text": "slow"}]},
    {"steps": [{"id": "fast", "type": "tool", "call": "shop.fast", "with": {"n": 2}},
               {"id": "fast_done", "type": "message", "text": "fast"}]}]},
  {"id": "done", "type": "message", "text": "done"}]})";

// Says nothing when a flow is over, so that answers show only what the flows under test say.
inline constexpr std::string_view kQuiet =
    R"({"id": "repair.completed", "steps": [{"id": "quiet", "type": "end"}]})";

inline FlowToPublish compiled(std::string_view json) {
  auto document = flow::parse_json_document(json);
  REQUIRE(document.has_value());
  flow::Diagnostics diagnostics;
  auto flow = flow::load(*document, "test.json", engine::step_specs(), diagnostics);
  if (flow == nullptr) FAIL(diagnostics.front().message);
  return {std::move(flow), std::string(json)};
}

// Counts what really happened in the world, by idempotency key.
class ScriptedTools : public ToolRunner {
 public:
  using Answerer = std::function<Awaitable<Result<ToolAnswer>>(const ToolCall&)>;

  [[nodiscard]] bool has(std::string_view /*tool*/) const override { return true; }
  [[nodiscard]] EffectClass effect_class(std::string_view tool) const override {
    const auto found = classes.find(tool);
    return found == classes.end() ? EffectClass::unsafe : found->second;
  }
  [[nodiscard]] std::optional<CallPreview> preview(const ToolCall& call) const override {
    if (!has_server) return CallPreview{"It cannot be made as it is.", "unsafe", {}, {}};
    const std::string body = write_canonical(call.arguments);
    const std::string url = server + "/" + call.tool;
    return CallPreview{
        .words = "Does " + call.tool + ".",
        .effect = "unsafe",
        .request = MapBuilder()
                       .set("method", "POST")
                       .set("url", url)
                       .set("headers", MapBuilder().set("Idempotency-Key", call.idempotency_key).build())
                       .set("body", body)
                       .build(),
        .fingerprint = sha256_hex(url + " " + body),
    };
  }
  [[nodiscard]] Result<void> check_arguments(std::string_view, const Value& arguments) const override {
    if (arguments.find("ghost") == nullptr) return {};
    return fail(ErrorCode::invalid_input, "there is no argument 'ghost'", "values");
  }
  [[nodiscard]] Result<void> check_result(std::string_view, const Value& result) const override {
    if (result.is_map()) return {};
    return fail(ErrorCode::invalid_input, "it answers with a map", "values");
  }
  Awaitable<Result<ToolAnswer>> run(const ToolCall& call) override {
    calls.push_back(call);
    ++made[call.idempotency_key];
    if (answer) co_return co_await answer(call);
    co_return ToolAnswer{MapBuilder().set("id", "r_" + std::to_string(made.size())).build(), true};
  }

  std::string server = "https://shop.test";
  bool has_server = true;  // otherwise nobody can say what a call would send
  std::map<std::string, EffectClass, std::less<>> classes;
  Answerer answer;
  std::vector<ToolCall> calls;
  std::map<std::string, int> made;
};

// What outlives a crash (the store, the outside world) and what does not (the driver).
class World {
 public:
  explicit World(Store* store_to_use = nullptr) : store(store_to_use != nullptr ? *store_to_use : memory) {
    restart();
  }

  // A new process on the same store.
  void restart(Store* store_to_use = nullptr) {
    driver.reset();
    releases = std::make_unique<ReleaseTable>(store_to_use != nullptr ? *store_to_use : store, background);
    driver = std::make_unique<TurnDriver>(
        TurnDriver::World{store_to_use != nullptr ? *store_to_use : store, tools, *releases, clock, ids, hub},
        options
    );
  }

  void publish(std::vector<std::string_view> flows, engine::AssistantSettings settings = {}) {
    std::vector<FlowToPublish> compiled_flows{compiled(kQuiet)};
    for (const auto json : flows) compiled_flows.push_back(compiled(json));
    const auto release = run(releases->publish(
        "default", std::move(compiled_flows), std::move(settings), Cause{.author = "ana"}, clock.now()
    ));
    REQUIRE(release.has_value());
  }

  // Runs the loop until nothing is left to do.
  template <typename T>
  T run(Awaitable<T> work) {
    std::optional<T> result;
    spawn<T>(std::move(work), [&](T value) { result = std::move(value); });
    drain();
    REQUIRE_MESSAGE(result.has_value(), "the coroutine finished");
    return std::move(*result);
  }
  template <typename T>
  void spawn(Awaitable<T> work, std::function<void(T)> done) {
    boost::asio::co_spawn(
        loop,
        std::move(work),
        [done = std::move(done)](std::exception_ptr problem, T value) {
          if (problem) std::rethrow_exception(problem);
          done(std::move(value));
        }
    );
  }
  // Runs the loop until something is so.
  void run_until(const std::function<bool()>& so) {
    loop.restart();
    while (!so()) REQUIRE_MESSAGE(loop.run_one() > 0, "the loop ran out of work");
  }
  void poll() {
    loop.restart();
    loop.poll();
  }
  void drain() {
    loop.restart();
    loop.run();
  }

  Result<Answer> say(
      std::string conversation_id, std::string text, std::string key = {}, Observer* observer = nullptr
  ) {
    return run(driver->chat(request(std::move(conversation_id), std::move(text), std::move(key)), observer));
  }
  static ChatRequest request(std::string conversation_id, std::string text, std::string key = {}) {
    ChatRequest request;
    request.conversation_id = std::move(conversation_id);
    request.user_id = "ana";
    if (request.conversation_id.empty()) request.flow = "order";
    if (!key.empty()) request.idempotency = RequestKey{"user:ana", std::move(key), "fp:" + text};
    request.text = std::move(text);
    return request;
  }
  std::string begin(std::string flow) {
    ChatRequest wanted;
    wanted.flow = std::move(flow);
    const auto answer = run(driver->start(wanted));
    REQUIRE(answer.has_value());
    return answer->conversation_id;
  }

  // Every conversation of the store replays to the same bytes.
  void check_replays() {
    const auto all = run(store.list("default", {.limit = 10'000}));
    REQUIRE(all.has_value());
    CHECK_FALSE(all->empty());
    for (const ConversationSummary& summary : *all) {
      CAPTURE(summary.id);
      const std::size_t calls_before = tools.calls.size();
      const auto report = run(replay_stored(store, *releases, "default", summary.id));
      REQUIRE(report.has_value());
      INFO(
          "record ",
          report->sequence,
          ": ",
          report->what,
          "\n  was ",
          report->recorded,
          "\n  is  ",
          report->replayed
      );
      CHECK(report->same);
      CHECK(report->records == summary.sequence);
      CHECK(tools.calls.size() == calls_before);
    }
  }

  boost::asio::io_context loop;
  MemoryStore memory;
  Store& store;
  ScriptedTools tools;
  ManualClock clock{Timestamp{1'800'000'000, 0}};
  SequentialIds ids;
  Hub hub;
  DriverOptions options;
  Background* background = nullptr;  // of releases, from the next restart on
  std::unique_ptr<ReleaseTable> releases;
  std::unique_ptr<TurnDriver> driver;
};

inline std::string text_of(const Result<Answer>& answer) {
  if (!answer) return "error: " + answer.error().message;
  std::string text;
  for (const engine::Say& message : answer->messages) {
    if (!text.empty()) text += " | ";
    text += message.text;
  }
  return text;
}

}  // namespace parley::turns::testing
