#include "server/turns/log/replay.hpp"

#include <doctest/doctest.h>

#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

std::string with_replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a log that was changed, or a release that behaves differently, is found out") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  for (int i = 0; i < 10; ++i) {
    for (const std::string text : {"Ana", "red", "/name"}) REQUIRE(world.say(id, text).has_value());
  }
  const auto release = world.releases->active("default");
  const auto lookup = [&](std::string_view hash) { return hash == release->hash() ? release : nullptr; };
  const auto stored = world.run(world.store.load("default", id));
  const StoredLog log{
      .conversation_id = id,
      .records = *world.run(world.store.records("default", id, 0, 1000)),
      .snapshot = (*stored)->snapshot,
      .snapshot_sequence = (*stored)->snapshot_sequence,
  };
  REQUIRE(log.records.size() == 31);
  REQUIRE_FALSE(log.snapshot.empty());
  REQUIRE(replay(log, lookup).same);

  struct {
    std::string_view name;
    std::function<void(StoredLog&)> tamper;
    std::uint64_t sequence;
    std::string_view what;
  } cases[] = {
      {"other words said",
       [](StoredLog& l) { l.records[2].body = with_replaced(l.records[2].body, "Hello", "Hallo"); },
       3,
       "effect 2"},
      {"other words heard",
       [](StoredLog& l) {
         l.records[1].body = with_replaced(l.records[1].body, R"("value":"Ana")", R"("value":"Bob")");
       },
       3,
       "effect 2"},
      {"record missing", [](StoredLog& l) { l.records.erase(l.records.begin() + 4); }, 6, "sequence"},
      {"effect missing",
       [](StoredLog& l) {
         const auto body = decode_record(l.records[1].body);
         l.records[1].body = encode_record(body->events, {}, nullptr);
       },
       2,
       "number of effects"},
      {"snapshot changed", [](StoredLog& l) { l.snapshot.back() = '!'; }, 0, "snapshot"},
      {"unreadable record", [](StoredLog& l) { l.records[3].body.resize(20); }, 4, "record"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    StoredLog changed = log;
    c.tamper(changed);
    const ReplayReport report = replay(changed, lookup);
    CHECK_FALSE(report.same);
    CHECK(report.what == c.what);
    if (c.sequence != 0) CHECK(report.sequence == c.sequence);
  }
  const ReplayReport unknown = replay(log, [](std::string_view) { return engine::ReleasePtr(); });
  CHECK(unknown.what == "release");
}

TEST_CASE("timers go off once, when they are due") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  const auto stored = world.run(world.store.load("default", id));
  Commit commit;
  commit.conversation = (*stored)->summary;
  commit.record = {.sequence = 2, .turn = 0, .at = world.clock.now(), .body = encode_record({}, {}, nullptr)};
  commit.timers = {{"t1", Timestamp{1'800'000'060, 0}}};
  REQUIRE(world.run(world.store.commit("default", std::move(commit))).has_value());
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  CHECK(world.run(world.driver->fire_due_timers("default")).value() == 0);
  world.clock.advance(Duration{60, 0});
  CHECK(world.run(world.driver->fire_due_timers("default")).value() == 1);
  CHECK(world.run(world.driver->fire_due_timers("default")).value() == 0);
  CHECK(text_of(world.say(id, "Ana")) == "Your colour?");
  world.check_replays();
}
