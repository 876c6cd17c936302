// Publishing and rolling back while people talk.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

constexpr std::string_view kNewName =
    R"({"id": "name", "version": "2", "slots": {"name": {"type": "text", "ask": "And you are?"}},
    "steps": [{"id": "collect", "type": "input", "gather": ["name"]},
              {"id": "hello", "type": "message", "text": "Welcome {{ name }}!"}]})";

std::string said(const Result<Answer>& answer) {
  REQUIRE(answer.has_value());
  std::string text;
  for (const engine::Say& message : answer->messages) text += (text.empty() ? "" : "\n") + message.text;
  return text;
}

// A thread that begins no work before it may.
class Gated : public Background {
 public:
  void carry_out(std::move_only_function<void()> work, std::move_only_function<void()> done) override {
    ++pieces;
    thread_.carry_out(
        [this, work = std::move(work)]() mutable {
          open_.wait(false);
          work();
        },
        std::move(done)
    );
  }
  void open(bool so) {
    open_ = so;
    open_.notify_all();
  }

  int pieces = 0;

 private:
  std::atomic<bool> open_{true};
  BackgroundThread thread_;
};

std::vector<std::string> actions(World& world, std::string_view flow_id) {
  const auto history = world.run(world.store.publications("default", flow_id));
  REQUIRE(history.has_value());
  std::vector<std::string> all;
  for (const PublicationEntry& entry : *history)
    all.push_back(entry.action + " by " + entry.author + (entry.reason.empty() ? "" : ": " + entry.reason));
  return all;
}

}  // namespace

namespace {

std::string version(int number) {
  return R"({"id": "name", "version": ")" + std::to_string(number) +
         R"(", "slots": {"name": {"type": "text", "ask": "Who?"}},
    "steps": [{"id": "collect", "type": "input", "gather": ["name"]},
              {"id": "hello", "type": "message", "text": "Hello )" +
         std::to_string(number) + R"( {{ name }}!"}]})";
}

}  // namespace

TEST_CASE("releases that nobody runs on any more leave memory, and come back when somebody does") {
  constexpr int kVersions = 100;
  World world;
  world.options.cached_conversations = 16;  // one a shard
  world.restart();
  std::vector<std::string> open;
  for (int i = 0; i < kVersions; ++i) {
    world.publish({version(i)});
    open.push_back(world.begin("name"));
  }
  CHECK(world.releases->in_memory() <= ReleaseTable::kKept + 16 + 1);
  CHECK(world.releases->in_memory() >= ReleaseTable::kKept);
  const auto held = world.releases->active("default");
  for (int i = kVersions - 1; i >= 0; --i) {
    CAPTURE(i);
    CHECK(said(world.say(open[i], "Ana")).starts_with("Hello " + std::to_string(i) + " Ana!"));
  }
  // One that is held stays the same object, however long nobody has asked for it.
  const auto again = world.run(world.releases->by_hash("default", held->hash()));
  CHECK(again.value() == held);
}

TEST_CASE("conversations that need an old release at the same moment have it compiled once") {
  World world;
  world.publish({kName});
  std::vector<std::string> open;
  for (int i = 0; i < 20; ++i) open.push_back(world.begin("name"));
  Gated gated;
  world.background = &gated;
  world.restart();
  gated.open(false);
  int answered = 0;
  for (const std::string& id : open)
    world.spawn<Result<Answer>>(world.driver->chat(World::request(id, "Ana")), [&](auto answer) {
      answered += answer.has_value() ? 1 : 0;
    });
  world.poll();
  CHECK(gated.pieces == 1);
  gated.open(true);
  world.drain();
  CHECK(answered == 20);
  CHECK(gated.pieces == 1);
}

TEST_CASE("a thousand open conversations notice nothing of a publication") {
  constexpr int kOpen = 1'000;
  World world;
  world.publish({kName});
  std::vector<std::string> open;
  for (int i = 0; i < kOpen; ++i) open.push_back(world.begin("name"));
  // Half of them are past the first question.
  for (int i = 0; i < kOpen; i += 2) REQUIRE(said(world.say(open[i], "Ana")) == "Your colour?");

  world.publish({kNewName});
  SUBCASE("from the cache") {}
  SUBCASE("after a restart, from the store") {
    world.restart();
    REQUIRE(world.run(world.releases->restore("default")).has_value());
  }
  int otherwise = 0;
  for (int i = 0; i < kOpen; ++i) {
    if (i % 2 == 1) otherwise += said(world.say(open[i], "Ana")) != "Your colour?";
    otherwise += said(world.say(open[i], "red")) != "Hello Ana, red is nice.";
  }
  CHECK(otherwise == 0);
  CHECK(said(world.say(world.begin("name"), "Bo")) == "Welcome Bo!");
}

TEST_CASE("while phrases of a publication are learnt, turns on the same loop are answered, as before it") {
  constexpr std::string_view kWithPhrases =
      R"({"id": "name", "triggers": {"phrases": ["take my name", "say hello to me", "I want to be greeted"]},
      "steps": [{"id": "hello", "type": "message", "text": "Welcome!"}]})";
  Gated gated;
  World world;
  world.background = &gated;
  world.restart();
  world.publish({kName});
  const std::string open = world.begin("name");

  gated.open(false);
  std::optional<Result<engine::ReleasePtr>> published;
  world.spawn<Result<engine::ReleasePtr>>(
      world.releases->publish(
          "default", {compiled(kQuiet), compiled(kWithPhrases)}, {}, Cause{.author = "ana"}, world.clock.now()
      ),
      [&](auto release) { published = std::move(release); }
  );
  const auto answered = [&](Awaitable<Result<Answer>> turn) {
    std::optional<Result<Answer>> answer;
    world.spawn<Result<Answer>>(std::move(turn), [&](auto given) { answer = std::move(given); });
    world.poll();
    REQUIRE(answer.has_value());
    return said(*answer);
  };
  CHECK(answered(world.driver->chat(World::request(open, "Ana"))) == "Your colour?");
  CHECK(answered(world.driver->start({.user_id = "bo", .flow = "name"})) == "Your name?");
  CHECK_FALSE(published.has_value());

  gated.open(true);
  world.run_until([&] { return published.has_value(); });
  REQUIRE(published->has_value());
  CHECK(gated.pieces == 2);
  CHECK(answered(world.driver->start({.user_id = "bo", .flow = "name"})) == "Welcome!");
  CHECK(answered(world.driver->chat(World::request(open, "red"))) == "Hello Ana, red is nice.");

  // Another process on the store learns them before anybody is served by them, too.
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  CHECK(gated.pieces == 3);
}

TEST_CASE("conversations move where the new version says how, and the move survives a restart") {
  World world;
  world.publish({kName});
  const std::string at_name = world.begin("name");
  const std::string at_colour = world.begin("name");
  REQUIRE(said(world.say(at_colour, "Ana")) == "Your colour?");
  const auto old = world.run(world.store.flow_versions("default", "name"));
  REQUIRE(old.has_value());
  const std::string moving = R"({"id": "name", "version": "3", "migrate": [{"from": ")" + old->front().hash +
                             R"(", "steps": {"collect": "ask"}, "slots": {"name": "who"}}],
      "slots": {"who": {"type": "text", "ask": "Who?"}, "colour": {"type": "text", "ask": "Colour?"}},
      "steps": [{"id": "ask", "type": "input", "gather": ["who", "colour"]},
                {"id": "hello", "type": "message", "text": "{{ who }} in {{ colour }}."}]})";
  world.publish({moving});
  SUBCASE("from the cache") {}
  SUBCASE("after a restart, from the store") {
    world.restart();
    REQUIRE(world.run(world.releases->restore("default")).has_value());
  }
  CHECK(said(world.say(at_name, "Bo")) == "Colour?");
  CHECK(said(world.say(at_colour, "red")) == "Ana in red.");
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  CHECK(said(world.say(at_name, "blue")) == "Bo in blue.");
}

TEST_CASE("who published what, and why, is kept") {
  World world;
  const auto publish = [&](std::string_view json, Cause cause) {
    REQUIRE(world
                .run(world.releases->publish(
                    "default", {compiled(kQuiet), compiled(json)}, {}, std::move(cause), world.clock.now()
                ))
                .has_value());
  };
  publish(kName, {.author = "ana", .reason = "first"});
  publish(kNewName, {.author = "bob"});
  publish(kNewName, {.author = "eve", .reason = "the same again"});
  publish(kName, {.author = "ana", .reason = "too short", .action = "rolled_back"});
  CHECK(
      actions(world, "name") ==
      std::vector<std::string>{"rolled_back by ana: too short", "published by bob", "published by ana: first"}
  );
  REQUIRE(world
              .run(world.releases->publish(
                  "default", {compiled(kQuiet)}, {}, {.author = "bob"}, world.clock.now()
              ))
              .has_value());
  CHECK(actions(world, "name").front() == "withdrawn by bob");
}

TEST_CASE("a version is named by its hash, the start of its hash or its label") {
  const std::vector<FlowVersion> versions{
      {.hash = "abcdef1111", .version = "2"},
      {.hash = "abcdef2222", .version = "2"},
      {.hash = "0123456789", .version = "1"},
  };
  const auto hash_of = [&](std::string_view wanted) {
    const auto found = find_version(versions, wanted);
    return found ? found->hash : found.error().message;
  };
  CHECK(hash_of("0123456789") == "0123456789");
  CHECK(hash_of("abcdef2") == "abcdef2222");
  CHECK(hash_of("1") == "0123456789");
  CHECK(hash_of("2") == "abcdef1111");  // the newest with the label
  CHECK(hash_of("abcdef") == "more than one version's hash begins with 'abcdef'");
  CHECK(hash_of("3") == "there is no version '3'");
  CHECK(hash_of("") == "there is no version ''");
}
