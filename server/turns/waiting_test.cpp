// What takes time: several calls at once, timers, pauses between attempts, and all of it across restarts.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

constexpr std::string_view kNap = R"({"id": "nap", "slots": {"go": {"type": "text", "ask": "Go?"}}, "steps": [
  {"id": "ask", "type": "input", "gather": ["go"]},
  {"id": "nap", "type": "wait", "for": "10m"},
  {"id": "awake", "type": "message", "text": "awake"}]})";

constexpr std::string_view kStubborn =
    R"({"id": "stubborn", "slots": {"go": {"type": "text", "ask": "Go?"}}, "steps": [
  {"id": "ask", "type": "input", "gather": ["go"]},
  {"id": "charge", "type": "tool", "call": "shop.charge", "with": {"at": "{{now}}"},
   "retry": {"max": 3, "backoff": "10s", "jitter": 0.5}},
  {"id": "paid", "type": "message", "text": "paid"}]})";

std::size_t fire(World& world) {
  const auto fired = world.run(world.driver->fire_due_timers("default"));
  REQUIRE(fired.has_value());
  return *fired;
}

void pass(World& world, std::int64_t seconds) {
  world.clock.advance({seconds, 0});
}

// What the bot has said in a conversation's last turn.
std::string last_turn(World& world, const std::string& id) {
  const auto page = world.run(world.driver->turns("default", id, 0, 100));
  REQUIRE(page.has_value());
  REQUIRE(!page->turns.empty());
  return page->turns.back();
}

}  // namespace

TEST_CASE("calls of branches are under way at once, and the first answer goes on") {
  World world;
  world.publish({kBeside});
  const std::string id = world.begin("beside");
  net::Event fast_is_back;
  std::vector<std::string> begun;
  world.tools.answer = [&](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    begun.push_back(call.tool);
    if (call.tool == "shop.slow") {
      co_await fast_is_back.wait();
      co_return ToolAnswer{Value("slow"), true};
    }
    // Both have begun before either has answered.
    CHECK(begun == std::vector<std::string>{"shop.slow", "shop.fast"});
    fast_is_back.happen();
    co_return ToolAnswer{Value("fast"), true};
  };
  CHECK(text_of(world.say(id, "yes")) == "fast | done");
  CHECK(world.run(world.store.pending_effects("default", 10))->empty());
  world.check_replays();
}

TEST_CASE("a timer goes off once, also when the server was away at its time") {
  for (const bool restarts : {false, true}) {
    CAPTURE(restarts);
    World world;
    world.publish({kNap});
    const std::string id = world.begin("nap");
    CHECK(text_of(world.say(id, "yes")) == "");
    pass(world, 599);
    CHECK(fire(world) == 0);
    if (restarts) {
      world.restart();
      REQUIRE(world.run(world.releases->restore("default")).has_value());
    }
    pass(world, 3600);
    CHECK(fire(world) == 1);
    CHECK(fire(world) == 0);
    CHECK(last_turn(world, id).find("awake") != std::string::npos);
    world.check_replays();
  }
}

TEST_CASE("the timer of a cancelled wait is gone") {
  World world;
  world.publish({kNap});
  const std::string id = world.begin("nap");
  world.say(id, "yes");
  world.say(id, "cancel");
  pass(world, 3600);
  CHECK(fire(world) == 0);
  world.check_replays();
}

TEST_CASE("every attempt carries the same key and the same bytes, across restarts") {
  World world;
  world.publish({kStubborn});
  world.tools.classes["shop.charge"] = EffectClass::keyed;
  world.options.dice = [] { return 500'000U; };
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  const std::string id = world.begin("stubborn");
  world.tools.answer = [&](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    if (world.tools.calls.size() < 3) co_return fail(ErrorCode::unavailable, "down", "http_503");
    co_return ToolAnswer{Value("ok"), true};
  };
  CHECK(text_of(world.say(id, "yes")) == "");
  // Half of 10 s is decided by the dice, and they show the middle: 7.5 s; then twice that.
  pass(world, 7);
  CHECK(fire(world) == 0);
  pass(world, 1);
  CHECK(fire(world) == 1);
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  pass(world, 15);
  CHECK(fire(world) == 1);
  REQUIRE(world.tools.calls.size() == 3);
  CHECK(world.tools.made.size() == 1);
  for (const ToolCall& call : world.tools.calls) {
    CHECK(write_json(call.arguments) == write_json(world.tools.calls.front().arguments));
  }
  CHECK(world.tools.calls.back().attempt == 3);
  CHECK(last_turn(world, id).find("paid") != std::string::npos);
  world.check_replays();
}

TEST_CASE("a call in doubt is never tried again") {
  World world;
  world.publish({kStubborn});
  const std::string id = world.begin("stubborn");
  world.tools.answer = [&](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    co_return fail(ErrorCode::deadline_exceeded, "slow", "timeout");
  };
  world.say(id, "yes");
  pass(world, 3600);
  fire(world);
  CHECK(world.tools.calls.size() == 1);
  world.check_replays();
}

TEST_CASE("a code that a sign-in ends with is no message: the call is made, and the code is written nowhere"
) {
  constexpr std::string_view kNotes = R"({"id": "notes", "steps": [
    {"id": "read", "type": "tool", "call": "notes.list", "save": "found"},
    {"id": "show", "type": "message", "text": "You have {{ found.id }}"}]})";
  World world;
  std::vector<std::string> shown;
  world.options.confirm_sign_in = [&](std::string id,
                                      std::string text) -> Awaitable<Result<std::optional<std::string>>> {
    shown.push_back(text);
    co_return text == "123 456" ? std::optional<std::string>("notes") : std::nullopt;
  };
  world.restart();
  world.publish({kNotes});
  bool granted = false;
  world.tools.answer = [&](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    if (!granted) co_return fail(ErrorCode::unauthenticated, "https://chat.test/link", "sign_in_required");
    co_return ToolAnswer{MapBuilder().set("id", "a note").build(), true};
  };
  const std::string id = world.begin("notes");
  CHECK(world.tools.calls.size() == 1);
  REQUIRE(world.say(id, "654 321").has_value());
  CHECK(world.tools.calls.size() == 1);
  granted = true;
  ChatRequest code = World::request(id, "123 456");
  code.idempotency = RequestKey{"user:ana", "key-1", "fingerprint"};
  const auto answer = world.run(world.driver->chat(code));
  REQUIRE(answer.has_value());
  CHECK(world.tools.calls.size() == 2);
  CHECK(answer->json.contains("You have a note"));
  // The same request again, as after a lost answer, is the same answer.
  const auto again = world.run(world.driver->chat(code));
  REQUIRE(again.has_value());
  CHECK(again->json == answer->json);
  CHECK(world.tools.calls.size() == 2);
  const auto records = world.run(world.store.records("default", id, 0, 100));
  REQUIRE(records.has_value());
  for (const LogRecord& record : *records) CHECK_FALSE(record.body.contains("123 456"));
  CHECK(std::ranges::count(shown, "654 321") == 1);
  world.check_replays();
}
