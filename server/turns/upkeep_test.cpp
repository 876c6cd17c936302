// What keeps failing, or never answers, is kept from harming the rest.
#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

// Answers every failure with the next call.
constexpr std::string_view kEndless =
    R"({"id": "endless", "steps": [{"id": "ask", "type": "input", "gather": ["x"]},
    {"id": "call", "type": "tool", "call": "shop.down", "on_error": "call"}]})";

// One conversation cannot be read; what tools answered is not kept while `loses_answers`.
class TroubledStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override {
    const bool answers = std::ranges::any_of(commit.outbox, [](const OutboxEntry& entry) {
      return entry.state == EffectState::done;
    });
    if (loses_answers && answers) co_return fail(ErrorCode::unavailable, "the store is lost");
    co_return co_await inner_.commit(tenant, std::move(commit));
  }
  Awaitable<Result<std::optional<StoredConversation>>> load(std::string_view tenant, std::string_view id)
      override {
    if (id == unreadable) throw std::runtime_error("a page that cannot be read");
    co_return co_await inner_.load(tenant, id);
  }

  std::string unreadable;
  bool loses_answers = false;
};

struct Troubled {
  Troubled() {
    world.publish({kOrder, kEndless});
    world.tools.classes["shop.charge"] = EffectClass::keyed;
    world.tools.classes["shop.note"] = EffectClass::keyed;
    world.tools.classes["shop.down"] = EffectClass::keyed;
    restart();
  }
  void restart() {
    world.restart(&store);
    REQUIRE(world.run(world.releases->restore("default")).has_value());
  }
  // A charge is under way when the store is lost.
  std::string begin_charge() {
    std::string id = world.begin("order");
    store.loses_answers = true;
    CHECK_FALSE(world.say(id, "soup").has_value());
    store.loses_answers = false;
    return id;
  }
  std::size_t recover() { return world.run(world.driver->recover("default")).value(); }

  World world;
  TroubledStore store{world.memory};
};

}  // namespace

TEST_CASE("a flow that never comes to an end is tried three times and set aside") {
  Troubled troubled;
  World& world = troubled.world;
  world.tools.answer = [](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    if (call.tool == "shop.down") co_return fail(ErrorCode::unavailable, "down", "http_503");
    co_return ToolAnswer{MapBuilder().set("id", "r_1").build(), true};
  };
  CHECK_FALSE(world.say(world.begin("endless"), "go").has_value());
  std::vector<std::size_t> calls;
  for (int round = 0; round < 5; ++round) {
    CHECK(troubled.recover() == 0);
    calls.push_back(world.tools.calls.size());
  }
  CHECK(calls[0] < calls[1]);
  CHECK(calls[1] < calls[2]);
  CHECK(calls[2] == calls[3]);
  CHECK(calls[3] == calls[4]);
  CHECK(world.driver->metrics().quarantined == 1);
  // Others are not held up.
  troubled.begin_charge();
  CHECK(troubled.recover() == 1);
}

TEST_CASE("a conversation that cannot be read keeps none of the others from being recovered") {
  Troubled troubled;
  troubled.store.unreadable = troubled.begin_charge();
  troubled.begin_charge();
  troubled.begin_charge();
  troubled.restart();
  CHECK(troubled.recover() == 2);
  for (int round = 0; round < 4; ++round) CHECK(troubled.recover() == 0);
  CHECK(troubled.world.driver->metrics().quarantined == 1);
  // Readable again, it is finished with the next message to it.
  const std::string id = std::exchange(troubled.store.unreadable, "");
  CHECK(troubled.world.say(id, "/order").has_value());
  CHECK(troubled.world.run(troubled.world.store.pending_effects("default", 10))->empty());
}

TEST_CASE("a lost store sets nothing aside") {
  Troubled troubled;
  troubled.begin_charge();
  troubled.store.loses_answers = true;
  for (int round = 0; round < 10; ++round) troubled.recover();
  troubled.store.loses_answers = false;
  CHECK(troubled.world.driver->metrics().quarantined == 1);  // the call, see the next test
  CHECK(troubled.world.run(troubled.world.store.pending_effects("default", 10))->empty());
}

TEST_CASE("a call that was under way at each of four stops is not made a fifth time") {
  Troubled troubled;
  World& world = troubled.world;
  const std::string id = troubled.begin_charge();
  troubled.store.loses_answers = true;
  for (std::size_t stops = 1; stops <= 3; ++stops) {
    troubled.restart();
    troubled.recover();
    CHECK(world.tools.calls.size() == 1 + stops);
  }
  troubled.store.loses_answers = false;
  troubled.restart();
  CHECK(troubled.recover() == 1);
  CHECK(world.tools.calls.size() == 4);
  CHECK(world.driver->metrics().quarantined == 1);
  CHECK(world.run(world.store.pending_effects("default", 10))->empty());
  const auto page = world.run(world.driver->turns("default", id, 0, 10));
  CHECK(page->turns.at(1).find("That did not work: in_doubt") != std::string::npos);
  world.check_replays();
}

TEST_CASE("a call is made again with its key only as long as the service remembers that") {
  struct Row {
    std::int64_t hours;
    std::size_t calls;
  };
  for (const Row& row : {Row{22, 3}, Row{23, 1}, Row{72, 1}}) {
    CAPTURE(row.hours);
    Troubled troubled;
    World& world = troubled.world;
    troubled.begin_charge();
    REQUIRE(world.tools.calls.size() == 1);
    world.clock.advance(Duration{row.hours * 3600, 0});
    troubled.restart();
    CHECK(troubled.recover() == 1);
    CHECK(world.tools.calls.size() == row.calls);
    // What became of it is for a person to find out.
    const auto reviews = world.run(world.store.reviews("default", {.status = "open"}));
    CHECK(reviews->size() == (row.calls == 1 ? 1U : 0U));
    CHECK(world.run(world.store.pending_effects("default", 10))->empty());
    world.check_replays();
  }
}

TEST_CASE("tools that never answer slow no other turn") {
  constexpr std::size_t kStuck = 200;
  constexpr std::size_t kOthers = 50;
  World world;
  world.publish({kOrder});
  std::vector<std::move_only_function<void(bool)>> stuck;
  world.tools.answer = [&](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    if (call.arguments.text("items") == "stuck")
      co_await net::await_callback<bool>([&](auto done) { stuck.push_back(std::move(done)); });
    co_return ToolAnswer{MapBuilder().set("id", "r_1").build(), true};
  };
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < kStuck + kOthers; ++i) ids.push_back(world.begin("order"));
  std::size_t answered = 0;
  for (std::size_t i = 0; i < kStuck; ++i) {
    world.spawn<Result<Answer>>(world.driver->chat(World::request(ids[i], "stuck")), [&](Result<Answer>) {
      ++answered;
    });
    world.poll();
  }
  CHECK(stuck.size() == kStuck);
  // No time passes while they hang: not one of them comes back, and everybody else is answered.
  for (std::size_t i = kStuck; i < ids.size(); ++i) {
    std::string text;
    world.spawn<Result<Answer>>(
        world.driver->chat(World::request(ids[i], "soup")),
        [&](Result<Answer> answer) { text = text_of(answer); }
    );
    world.poll();
    CHECK(text == "Paid: r_1");
  }
  CHECK(answered == 0);
  for (auto& done : stuck) done(true);
  world.drain();
  CHECK(answered == kStuck);
}

TEST_CASE("a tool that hangs when a timer goes off keeps no other timer waiting") {
  constexpr std::string_view kLater =
      R"({"id": "later", "slots": {"what": {"type": "text", "ask": "What?"}}, "steps": [
    {"id": "ask", "type": "input", "gather": ["what"]},
    {"id": "nap", "type": "wait", "for": "10m"},
    {"id": "call", "type": "tool", "call": "shop.note", "with": {"what": "{{ what }}"}},
    {"id": "told", "type": "message", "text": "noted"}]})";
  World world;
  world.publish({kLater});
  std::vector<std::move_only_function<void(bool)>> stuck;
  world.tools.answer = [&](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    if (call.arguments.text("what") == "stuck")
      co_await net::await_callback<bool>([&](auto done) { stuck.push_back(std::move(done)); });
    co_return ToolAnswer{MapBuilder().build(), true};
  };
  std::vector<std::string> ids;
  for (const char* what : {"stuck", "fine", "fine"}) {
    ids.push_back(world.begin("later"));
    world.say(ids.back(), what);
  }
  world.clock.advance({601, 0});
  std::optional<std::size_t> fired;
  world.spawn<Result<std::size_t>>(world.driver->fire_due_timers("default"), [&](Result<std::size_t> count) {
    fired = count.value();
  });
  world.poll();
  REQUIRE(stuck.size() == 1);
  CHECK(world.tools.calls.size() == 3);
  CHECK(world.driver->metrics().timers_fired == 2);
  CHECK_FALSE(fired);
  stuck.front()(true);
  world.drain();
  CHECK(fired == 3);
  world.check_replays();
}

TEST_CASE("a tool that hangs when a turn is resumed keeps no other turn from being resumed") {
  Troubled troubled;
  World& world = troubled.world;
  const std::string first = troubled.begin_charge();
  troubled.begin_charge();
  troubled.restart();
  std::vector<std::move_only_function<void(bool)>> stuck;
  world.tools.answer = [&](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    if (call.caller.conversation_id == first && stuck.empty())
      co_await net::await_callback<bool>([&](auto done) { stuck.push_back(std::move(done)); });
    co_return ToolAnswer{MapBuilder().set("id", "r").build(), true};
  };
  std::optional<std::size_t> resumed;
  world.spawn<Result<std::size_t>>(world.driver->recover("default"), [&](Result<std::size_t> count) {
    resumed = count.value();
  });
  world.poll();
  REQUIRE(stuck.size() == 1);
  CHECK(world.driver->metrics().effects_resumed == 1);
  CHECK(world.tools.calls.size() == 5);  // two before, of one flow two after
  stuck.front()(true);
  world.drain();
  CHECK(resumed == 2);
  world.check_replays();
}

TEST_CASE("a flow that fails whenever the clock begins it keeps no other from being begun, and is passed over"
) {
  constexpr std::string_view kBroken =
      R"({"id": "broken", "triggers": [{"schedule": "every 15 minutes"}], "steps": [
    {"id": "call", "type": "tool", "call": "shop.down", "on_error": "call"}]})";
  constexpr std::string_view kReport = R"({"id": "report", "triggers": [{"schedule": "every 15 minutes"}],
    "steps": [{"id": "say", "type": "message", "text": "Report"}]})";
  World world;
  world.tools.classes["shop.down"] = EffectClass::keyed;
  world.tools.answer = [](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    co_return fail(ErrorCode::unavailable, "down", "http_503");
  };
  std::vector<std::string> problems;
  world.options.log_problem = [&](std::string_view what) { problems.emplace_back(what); };
  world.restart();
  world.publish({kBroken, kReport});
  const auto begun = [&] { return world.run(world.driver->start_scheduled("default")).value(); };
  CHECK(begun() == 0);
  for (int quarter = 1; quarter <= 2; ++quarter) {
    world.clock.advance({15 * 60, 0});
    std::size_t reports = 0;
    for (int look = 0; look < 6; ++look) reports += begun();
    CHECK(reports == 1);
    CHECK(problems.size() == static_cast<std::size_t>(2 * quarter));  // the third time it is given up
  }
}

TEST_CASE("a tool that is down is not held down by repeated calls") {
  constexpr std::string_view kPatient =
      R"({"id": "patient", "slots": {"go": {"type": "text", "ask": "Go?"}}, "steps": [
    {"id": "ask", "type": "input", "gather": ["go"]},
    {"id": "call", "type": "tool", "call": "shop.down", "retry": {"max": 20, "backoff": "1s", "factor": 1},
     "on_error": "sorry"},
    {"id": "sorry", "type": "message", "text": "{{ error.code }}"}]})";
  World world;
  world.publish({kPatient});
  world.tools.classes["shop.down"] = EffectClass::keyed;
  world.tools.answer = [](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    co_return fail(ErrorCode::unavailable, "down", "http_503");
  };
  for (int i = 0; i < 5; ++i) world.say(world.begin("patient"), "go");
  for (int second = 0; second < 20; ++second) {
    world.clock.advance({1, 0});
    world.run(world.driver->fire_due_timers("default"));
  }
  // Five first calls, ten retries saved up, and what twenty seconds earn.
  CHECK(world.tools.calls.size() >= 15);
  CHECK(world.tools.calls.size() <= 17);
  CHECK(world.driver->metrics().retries_refused == 5);
  world.check_replays();
}
