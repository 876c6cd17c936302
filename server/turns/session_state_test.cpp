#include "server/turns/session_state.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "server/turns/test_driver.hpp"

namespace parley::turns {
namespace {

TEST_CASE("a conversation between two turns is the same after it was bytes") {
  testing::World world;
  world.publish({testing::kName});
  const std::string id = world.begin("name");
  REQUIRE(world.say(id, "Ada").has_value());
  const auto view = world.run(world.driver->conversation("default", id));
  REQUIRE(view.has_value());
  ConversationSummary summary = view->summary;
  summary.outcome = "a \"quoted\"\nline";

  const std::string bytes = encode_session(summary, view->state);
  const auto session = decode_session(bytes);
  REQUIRE(session.has_value());
  CHECK(session->summary.id == id);
  CHECK(session->summary.outcome == summary.outcome);
  CHECK(session->summary.turn == summary.turn);
  CHECK(session->summary.sequence == summary.sequence);
  CHECK(session->summary.created_at == summary.created_at);
  CHECK(session->summary.updated_at == summary.updated_at);
  CHECK(engine::snapshot(session->state) == engine::snapshot(view->state));
  CHECK(encode_session(session->summary, session->state) == bytes);
}

TEST_CASE("bytes that nobody encoded are no conversation") {
  testing::World world;
  world.publish({testing::kName});
  const auto view = world.run(world.driver->conversation("default", world.begin("name")));
  REQUIRE(view.has_value());
  const std::string good = encode_session(view->summary, view->state);
  const auto line = good.find('\n');
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = good;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  struct {
    std::string_view name;
    std::string bytes;
  } cases[] = {
      {"nothing", ""},
      {"no head", "hello"},
      {"a head that is no JSON", "{" + good},
      {"another version", with("\"v\":1", "\"v\":2")},
      {"a text that is missing", with("\"owner\"", "\"other\"")},
      {"a negative number", with("\"sequence\":", "\"sequence\":-")},
      {"a time that is none", with("\"created\":\"", "\"created\":\"x")},
      {"no snapshot", good.substr(0, line + 1)},
      {"half of a snapshot", good.substr(0, line + (good.size() - line) / 2)},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    CHECK_FALSE(decode_session(c.bytes).has_value());
  }
}

}  // namespace
}  // namespace parley::turns
