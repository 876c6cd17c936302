// What models are told of a user, in whole conversations with a driver, a store and the memory.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "server/memory/user_memory.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

constexpr std::string_view kTalk =
    R"({"id": "talk", "slots": {"said": {"type": "text", "ask": "What else?", "ask_if": "always"}},
  "steps": [{"id": "listen", "type": "input", "gather": ["said"]},
            {"id": "note", "type": "remember", "if": "said == 'I like sushi'", "facts": {"likes": "sushi"}},
            {"id": "answer", "type": "message", "text": "Noted: {{ said }}."},
            {"id": "again", "type": "goto", "step": "listen"}]})";
constexpr std::string_view kAdvise =
    R"({"id": "advise", "triggers": [{"command": "/advise"}], "slots": {
    "wish": {"type": "text", "ask": "What do you wish?"}},
  "steps": [{"id": "hear", "type": "input", "gather": ["wish"]},
            {"id": "write", "type": "generate", "prompt": "Advise about {{ wish }}."}]})";
constexpr std::string_view kAlone =
    R"({"id": "alone", "triggers": [{"command": "/alone"}], "steps": [
    {"id": "write", "type": "generate", "prompt": "Greet.", "context": false}]})";
constexpr std::string_view kWork =
    R"({"id": "work", "triggers": [{"command": "/work"}], "steps": [
    {"id": "do", "type": "agent", "goal": "Order my sushi.", "tools": ["shop.find"], "allow": ["shop.find"]}]})";
constexpr std::string_view kPay =
    R"({"id": "pay", "triggers": [{"command": "/pay"}], "slots": {
    "card": {"type": "text", "ask": "Which card?", "pattern": "[0-9]{4}", "sensitive": true}},
  "steps": [{"id": "ask", "type": "input", "gather": ["card"]},
            {"id": "write", "type": "generate", "prompt": "Thank them."}]})";
constexpr std::string_view kHats =
    R"({"id": "hats", "triggers": [{"phrases": ["order a hat"]}], "steps": [
    {"id": "say", "type": "message", "text": "A hat."}]})";

class Telling : public World {
 public:
  explicit Telling(std::uint32_t tokens = 400) : memory(store) {
    options.understands_with_model = [this] { return understands; };
    restart();
    publish({kTalk, kAdvise, kAlone, kWork, kPay, kHats}, {.context_tokens = tokens});
    tools.answer = [this](const ToolCall& call) { return answer(call); };
    say("ana", {"I like sushi", "my train was late"}, "talk");
  }

  std::string say(std::string user, std::vector<std::string> messages, std::string flow = {}) {
    std::string conversation;
    for (std::string& message : messages) {
      ChatRequest said = request(conversation, std::move(message));
      said.user_id = user;
      said.flow = conversation.empty() ? flow : std::string();
      const auto answered = run(driver->chat(std::move(said)));
      REQUIRE(answered.has_value());
      conversation = answered->conversation_id;
    }
    return conversation;
  }

  bool understands = false;
  bool forgetful = false;   // the memory does not answer
  std::vector<Value> told;  // the inputs of models
  int recalls = 0;

 private:
  Awaitable<Result<ToolAnswer>> answer(const ToolCall& call) {
    if (call.tool == "memory.recall") {
      ++recalls;
      if (forgetful) co_return fail(ErrorCode::unavailable, "no", "memory_failed");
      co_return co_await memory.run(call);
    }
    if (call.tool == "shop.find") co_return ToolAnswer{Value("found")};
    told.push_back(call.arguments);
    if (call.tool == "model.agent" && told.size() == 1) {
      const Value proposed = MapBuilder().set("tool", "shop.find").set("arguments", Value::map()).build();
      co_return ToolAnswer{MapBuilder().set("calls", Value::list({proposed})).build()};
    }
    if (call.tool == "model.agent") co_return ToolAnswer{MapBuilder().set("text", "Done.").build()};
    if (call.tool == "model.understand") {
      const Value command = MapBuilder().set("do", "start_flow").set("flow", "hats").build();
      co_return ToolAnswer{MapBuilder().set("commands", Value::list({command})).build()};
    }
    co_return ToolAnswer{Value("Written.")};
  }

  memory::UserMemory memory;
};

bool has(const Value& input, std::string_view words) {
  return input.text("context").find(words) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a model that writes is told what is known of the user and what they said about it") {
  Telling world;
  world.say("ana", {"/advise", "something for a late train"});
  REQUIRE(world.told.size() == 1);
  CHECK(has(world.told[0], "likes: sushi (20"));
  CHECK(has(world.told[0], "] User: my train was late"));
  CHECK(world.told[0].text("prompt") == "Advise about something for a late train.");
  world.check_replays();
}

TEST_CASE("nothing is told of nobody, to a step that does not want it, or when the settings say so") {
  Telling world;
  world.say("", {"/advise", "a train"});
  world.say("ana", {"/alone"});
  CHECK(world.recalls == 0);
  Telling off(0);
  off.say("ana", {"/advise", "a train"});
  CHECK(off.recalls == 0);
  for (const auto* each : {&world, &off}) {
    for (const Value& input : each->told) CHECK(input.find("context") == nullptr);
  }
  CHECK(world.told.size() == 2);
  CHECK(off.told.size() == 1);
}

TEST_CASE("a memory that does not answer is no reason not to write") {
  Telling world;
  world.forgetful = true;
  world.say("ana", {"/advise", "something for a late train"});
  REQUIRE(world.told.size() == 1);
  CHECK(world.told[0].text("context").starts_with("likes: sushi"));
  CHECK_FALSE(has(world.told[0], "train"));
  world.check_replays();
}

TEST_CASE("nothing is looked up with a sensitive answer") {
  Telling world;
  world.say("ana", {"/pay", "4321"});
  CHECK(world.recalls == 0);
  REQUIRE(world.told.size() == 1);
  CHECK(has(world.told[0], "likes: sushi"));
  world.check_replays();
}

TEST_CASE("an agent that may act by itself knows in every round what is known, and nothing of what was said"
) {
  Telling world;
  world.say("ana", {"/work"});
  CHECK(world.recalls == 0);
  REQUIRE(world.told.size() == 2);
  for (const Value& input : world.told) CHECK(has(input, "likes: sushi"));
  world.check_replays();
}

TEST_CASE("a model that is asked what a message means is told, too, and the log keeps what it saw") {
  Telling world;
  world.understands = true;
  const std::string id = world.say("ana", {"bring me what goes with my late train"});
  REQUIRE(world.told.size() == 1);
  CHECK(has(world.told[0], "likes: sushi"));
  CHECK(has(world.told[0], "my train was late"));
  const auto records = world.run(world.store.records("default", id, 0, 100));
  REQUIRE(records.has_value());
  std::string kept;
  for (const LogRecord& record : *records) {
    const auto body = decode_record(record.body);
    REQUIRE(body.has_value());
    for (const engine::Event& event : body->events) {
      if (const auto* what = std::get_if<engine::CommandsUnderstood>(&event.body)) kept = what->context;
    }
  }
  CHECK(kept == world.told[0].text("context"));
  world.check_replays();
}
