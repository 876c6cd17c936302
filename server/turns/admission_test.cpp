// Messages that come faster than answers, in each of the four ways.
#include "server/turns/admission.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/turns/test_driver.hpp"

namespace parley::turns {

using testing::kName;
using testing::kOrder;
using testing::text_of;
using testing::World;

namespace {

// A conversation whose first message is being answered until finish() is called.
class Busy {
 public:
  explicit Busy(AdmissionMode mode) {
    world.options.admission["default"] = Admission{mode, {}};
    world.restart();
    world.publish({kOrder});
    world.tools.answer = [this](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
      if (!finish) co_await net::await_callback<bool>([&](auto done) { finish = std::move(done); });
      co_return ToolAnswer{MapBuilder().set("id", "r").build()};
    };
    id = world.begin("order");
    send("a coke");
    world.run_until([&] { return static_cast<bool>(finish); });
  }

  void send(std::string text) {
    const std::size_t place = answers.size();
    answers.emplace_back("-");
    world.spawn<Result<Answer>>(
        world.driver->chat(World::request(id, std::move(text))),
        [this, place](Result<Answer> a) {
          answers[place] = a ? "turn " + std::to_string(a->turn) : a.error().pointer;
        }
    );
    world.poll();
  }

  World world;
  std::string id;
  std::move_only_function<void(bool)> finish;
  std::vector<std::string> answers;
};

}  // namespace

TEST_CASE("by default messages wait for their turn") {
  Busy busy(AdmissionMode::queue);
  busy.send("/order");
  busy.send("tea");
  busy.finish(true);
  busy.world.drain();
  CHECK(busy.answers == std::vector<std::string>{"turn 1", "turn 2", "turn 3"});
  busy.world.check_replays();
}

TEST_CASE("reject tells the user to wait, and the next message after the answer is fine") {
  Busy busy(AdmissionMode::reject);
  busy.send("/order");
  CHECK(busy.answers[1] == "conversation_busy");
  busy.finish(true);
  busy.world.drain();
  busy.send("/order");
  busy.world.drain();
  CHECK(busy.answers == std::vector<std::string>{"turn 1", "conversation_busy", "turn 2"});
  busy.world.check_replays();
}

TEST_CASE("latest answers only the newest of those that wait") {
  Busy busy(AdmissionMode::latest);
  busy.send("/order");
  busy.send("never mind");
  busy.send("/order");
  CHECK(busy.answers == std::vector<std::string>{"-", "superseded", "superseded", "-"});
  busy.finish(true);
  busy.world.drain();
  CHECK(busy.answers == std::vector<std::string>{"turn 1", "superseded", "superseded", "turn 2"});
  busy.world.check_replays();
}

TEST_CASE("merge makes one turn of a burst, and every message of it gets its answer, also again") {
  World world;
  world.options.admission["test"] = Admission{AdmissionMode::merge, {0, 100'000'000}};
  world.restart();
  world.publish({kName});
  const std::string id = world.begin("name");
  const auto request = [&](std::string text, std::string message_id, std::string channel) {
    ChatRequest wanted = World::request(id, std::move(text));
    wanted.channel = std::move(channel);
    wanted.message_id = std::move(message_id);
    return wanted;
  };
  std::vector<Answer> answers;
  for (const auto& [text, message_id] :
       std::vector<std::pair<std::string, std::string>>{{"Ana", "m1"}, {"of", "m2"}, {"Graz", "m3"}}) {
    world.spawn<Result<Answer>>(world.driver->chat(request(text, message_id, "test")), [&](Result<Answer> a) {
      REQUIRE(a.has_value());
      answers.push_back(*a);
    });
  }
  world.drain();
  REQUIRE(answers.size() == 3);
  for (const Answer& answer : answers) {
    CHECK(answer.turn == 1);
    CHECK(text_of(answer) == "Your colour?");
    CHECK(answer.json == answers.front().json);
  }
  // A new process knows all three messages.
  world.restart();
  REQUIRE(world.run(world.releases->restore("default")).has_value());
  for (const char* message_id : {"m1", "m2", "m3"}) {
    const auto again = world.run(world.driver->chat(request("Ana", message_id, "test")));
    REQUIRE(again.has_value());
    CHECK(again->repeated);
    CHECK(again->json == answers.front().json);
  }
  // Other channels have their own rule.
  CHECK(
      text_of(world.run(world.driver->chat(request("red", "m4", "api")))) ==
      "Hello Ana\nof\nGraz, red is nice."
  );
  world.check_replays();
}

TEST_CASE("a pressed button does not wait for a burst") {
  World world;
  world.options.admission["default"] = Admission{AdmissionMode::merge, {3600, 0}};
  world.restart();
  world.publish({kName});
  const std::string id = world.begin("name");
  ChatRequest pressed;
  pressed.conversation_id = id;
  pressed.payload = "Ana";
  CHECK(text_of(world.run(world.driver->chat(pressed))) == "Your colour?");
}

}  // namespace parley::turns
