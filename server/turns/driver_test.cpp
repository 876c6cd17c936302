#include "server/turns/driver.hpp"

#include <doctest/doctest.h>

#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

// Records what it is shown, in order.
class Notes : public Observer {
 public:
  void on_turn_started(std::string_view /*conversation_id*/, std::uint64_t turn) override {
    lines.push_back("turn " + std::to_string(turn));
  }
  void on_say(const engine::Say& message) override { lines.push_back("say " + message.text); }
  void on_effect(std::string_view tool, std::string_view state, bool test_mode) override {
    lines.push_back(std::string(tool) + " " + std::string(state) + (test_mode ? " (test)" : ""));
  }
  std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("a conversation goes from greeting to paid, and every step is in the log") {
  World world;
  world.publish({kOrder, kName});
  const std::string id = world.begin("order");
  Notes notes;
  const auto answer = world.say(id, "two pizzas", {}, &notes);
  CHECK(text_of(answer) == "Paid: r_1");
  REQUIRE(answer.has_value());
  CHECK(answer->turn == 1);
  CHECK(answer->test_mode);
  CHECK(answer->ended);
  CHECK(answer->status == "ended");
  CHECK(
      notes.lines ==
      std::vector<std::string>{
          "turn 1",
          "shop.charge started",
          "shop.charge done (test)",
          "shop.note started",
          "shop.note done (test)",
          "say Paid: r_1"
      }
  );
  CHECK(write_json(world.tools.calls.at(0).arguments) == R"({"items":"two pizzas"})");
  world.check_replays();
}

TEST_CASE("requests that cannot be served say why and leave nothing behind") {
  World world;
  struct {
    std::string_view name;
    ChatRequest request;
    ErrorCode code;
    std::string_view pointer;
  } cases[] = {
      {"unknown conversation", World::request("c_none", "hi"), ErrorCode::not_found, "conversation_id"},
      {"unknown flow", {.flow = "ordre", .text = "hi"}, ErrorCode::not_found, "flow_id"},
      {"nothing said", World::request("c_none", ""), ErrorCode::invalid_input, "message"},
  };
  SUBCASE("nothing published") {
    const auto answer = world.say("", "hi");
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == ErrorCode::unavailable);
  }
  SUBCASE("bad request") {
    world.publish({kOrder});
    for (const auto& c : cases) {
      CAPTURE(c.name);
      const auto answer = world.run(world.driver->chat(c.request));
      REQUIRE_FALSE(answer.has_value());
      CHECK(answer.error().code == c.code);
      CHECK(answer.error().pointer == c.pointer);
      CHECK_FALSE(answer.error().hint.empty());
    }
  }
  CHECK(world.run(world.store.list("default", {}))->empty());
  CHECK(world.driver->cached_conversations() == 0);
}

TEST_CASE("the same key gets the same answer, byte for byte") {
  World world;
  world.publish({kOrder});
  const auto first = world.say("", "one coke", "k1");
  REQUIRE(first.has_value());
  CHECK(first->created);
  CHECK_FALSE(first->repeated);
  const std::size_t calls = world.tools.calls.size();

  SUBCASE("again") {}
  SUBCASE("after a restart") {
    world.restart();
  }
  const auto second = world.say("", "one coke", "k1");
  REQUIRE(second.has_value());
  CHECK(second->repeated);
  CHECK(second->json == first->json);
  CHECK(encode_answer(*second) == first->json);
  CHECK(world.tools.calls.size() == calls);
  CHECK(world.run(world.store.list("default", {}))->size() == 1);
}

TEST_CASE("the same key with another request is a conflict") {
  World world;
  world.publish({kOrder});
  REQUIRE(world.say("", "one coke", "k1").has_value());
  SUBCASE("now") {}
  SUBCASE("after a restart") {
    world.restart();
  }
  const auto other = world.say("", "two cokes", "k1");
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == ErrorCode::conflict);
  CHECK(other.error().pointer == "idempotency_key_reused");
}

TEST_CASE("a repeat that comes while the first is being answered waits for its answer") {
  World world;
  world.publish({kOrder});
  std::move_only_function<void(bool)> release_tool;
  world.tools.answer = [&](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    if (world.tools.calls.size() == 1) {
      co_await net::await_callback<bool>([&](auto done) { release_tool = std::move(done); });
    }
    co_return ToolAnswer{MapBuilder().set("id", "r").build()};
  };
  std::vector<std::string> answers;
  const auto ask = [&](std::string text) {
    world.spawn<Result<Answer>>(
        world.driver->chat(World::request("", text, "k1")),
        [&](Result<Answer> answer) { answers.push_back(answer ? answer->json : answer.error().pointer); }
    );
  };
  ask("one coke");
  ask("one coke");
  ask("two cokes");
  world.run_until([&] { return static_cast<bool>(release_tool); });
  world.poll();
  CHECK(answers == std::vector<std::string>{"idempotency_key_reused"});
  release_tool(true);
  world.drain();
  REQUIRE(answers.size() == 3);
  CHECK(answers[1] == answers[2]);
  CHECK(world.tools.calls.size() == 2);  // charge and note, once each
}

TEST_CASE("a message id gets the first answer again, whatever the text") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  ChatRequest request = World::request(id, "Ana");
  request.message_id = "m1";
  const auto first = world.run(world.driver->chat(request));
  const auto again = world.run(world.driver->chat(request));
  REQUIRE(first.has_value());
  REQUIRE(again.has_value());
  CHECK(first->json == again->json);
  CHECK(text_of(world.say(id, "red")) == "Hello Ana, red is nice.");
}

TEST_CASE("messages that come at once are answered one after the other, in order") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  std::vector<std::string> answers;
  for (const std::string text : {"Ana", "red"}) {
    world.spawn<Result<Answer>>(world.driver->chat(World::request(id, text)), [&](Result<Answer> answer) {
      answers.push_back(text_of(answer));
    });
  }
  world.drain();
  CHECK(answers == std::vector<std::string>{"Your colour?", "Hello Ana, red is nice."});
}

TEST_CASE("too many waiting messages are refused, and the ones in line keep their order") {
  World world;
  world.publish({kOrder});
  const std::string id = world.begin("order");
  std::move_only_function<void(bool)> release_tool;
  world.tools.answer = [&](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    if (!release_tool) co_await net::await_callback<bool>([&](auto done) { release_tool = std::move(done); });
    co_return ToolAnswer{MapBuilder().set("id", "r").build()};
  };
  std::vector<std::uint64_t> turns_in_order;
  std::vector<Error> refused;
  const std::size_t sent = ConversationTable::kMaxWaiting + 4;
  for (std::size_t i = 0; i < sent; ++i) {
    world.spawn<Result<Answer>>(
        world.driver->chat(World::request(id, "n" + std::to_string(i))),
        [&](Result<Answer> a) {
          if (a) {
            turns_in_order.push_back(a->turn);
          } else {
            refused.push_back(a.error());
          }
        }
    );
  }
  world.run_until([&] { return release_tool && refused.size() == 3; });
  CHECK(refused.size() == 3);
  CHECK(refused[0].code == ErrorCode::unavailable);
  CHECK(refused[0].pointer == "conversation_busy");
  release_tool(true);
  world.drain();
  REQUIRE(turns_in_order.size() == ConversationTable::kMaxWaiting + 1);
  for (std::size_t i = 0; i < turns_in_order.size(); ++i) CHECK(turns_in_order[i] == i + 1);
  world.check_replays();
}

TEST_CASE("a tool that fails is reported to the flow, which goes on") {
  struct {
    std::string_view name;
    Error error;
    EffectClass effect_class;
    std::string_view says, state;
  } cases[] = {
      {"refused",
       {ErrorCode::invalid_input, "card declined", "http_402"},
       EffectClass::keyed,
       "That did not work: http_402",
       "failed"},
      {"without a code",
       {ErrorCode::unavailable, "no route"},
       EffectClass::unsafe,
       "That did not work: unavailable",
       "failed"},
      {"unknown outcome",
       {ErrorCode::unavailable, "cut off", "in_doubt"},
       EffectClass::unsafe,
       "I could not find out whether that went through, so I will not try it again. A person will check and "
       "get back to you here.",
       "in_doubt"},
      {"a server that broke may have acted before",
       {ErrorCode::unavailable, "broken", "http_500"},
       EffectClass::unsafe,
       "I could not find out whether that went through, so I will not try it again. A person will check and "
       "get back to you here.",
       "in_doubt"},
      {"broke, and can be asked again",
       {ErrorCode::unavailable, "broken", "http_502"},
       EffectClass::keyed,
       "That did not work: http_502",
       "in_doubt"},
      {"unknown outcome of what may be repeated",
       {ErrorCode::unavailable, "cut off", "in_doubt"},
       EffectClass::keyed,
       "That did not work: in_doubt",
       "in_doubt"},
      {"unknown outcome of a reading",
       {ErrorCode::unavailable, "cut off", "in_doubt"},
       EffectClass::read,
       "That did not work: in_doubt",
       "failed"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    World world;
    world.publish({kOrder});
    world.tools.classes["shop.charge"] = c.effect_class;
    world.tools.answer = [&](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
      co_return std::unexpected(c.error);
    };
    Notes notes;
    const std::string id = world.begin("order");
    CHECK(text_of(world.say(id, "a coke", {}, &notes)) == c.says);
    CHECK(notes.lines[2] == "shop.charge " + std::string(c.state));
    CHECK(world.tools.calls.size() == 1);
    world.check_replays();
  }
}

TEST_CASE("a tool that throws or never answers does not hold the conversation") {
  World world;
  world.publish({kOrder});
  std::vector<std::move_only_function<void(bool)>> sleepers;
  SUBCASE("throws") {
    world.tools.answer = [](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
      throw std::runtime_error("boom");
      co_return ToolAnswer{};
    };
    world.tools.classes["shop.charge"] = EffectClass::keyed;
    CHECK(text_of(world.say(world.begin("order"), "a coke")) == "That did not work: tool_broke");
  }
  SUBCASE("never answers") {
    constexpr std::string_view kHasty =
        R"({"id": "hasty", "steps": [{"id": "ask", "type": "input", "gather": ["x"]},
      {"id": "call", "type": "tool", "call": "shop.slow", "timeout": "1ms", "on_error": "sorry"},
      {"id": "sorry", "type": "message", "text": "{{ error.code }} {{ error.in_doubt }}"}]})";
    world.publish({kHasty});
    world.tools.classes["shop.slow"] = EffectClass::natural;
    world.tools.answer = [&](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
      co_await net::await_callback<bool>([&](auto done) { sleepers.push_back(std::move(done)); });
      co_return ToolAnswer{};
    };
    std::optional<Result<Answer>> answer;
    const std::string id = world.begin("hasty");
    world.spawn<Result<Answer>>(world.driver->chat(World::request(id, "go")), [&](Result<Answer> a) {
      answer = a;
    });
    world.run_until([&] { return answer.has_value(); });
    CHECK(text_of(*answer) == "timeout no");
    // The late answer finds nobody waiting.
    REQUIRE(sleepers.size() == 1);
    sleepers[0](true);
    world.drain();
  }
  world.check_replays();
}

TEST_CASE("a flow that answers every failure with another call is stopped") {
  constexpr std::string_view kStubborn =
      R"({"id": "stubborn", "steps": [{"id": "ask", "type": "input", "gather": ["x"]},
    {"id": "call", "type": "tool", "call": "shop.charge", "on_error": "call"}]})";
  World world;
  world.publish({kStubborn});
  world.tools.classes["shop.charge"] = EffectClass::natural;
  world.tools.answer = [](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    co_return fail(ErrorCode::unavailable, "down", "http_503");
  };
  const auto answer = world.say(world.begin("stubborn"), "go");
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::limit_exceeded);
  CHECK(world.tools.calls.size() == world.options.max_tool_calls);
}

TEST_CASE("hot, cold and restarted conversations answer the same") {
  const std::vector<std::string> script{
      "two pizzas", "/order", "a coke", "/order", "soup", "hello?", "/order", "tea"
  };
  std::vector<std::string> expected;
  for (const bool restart : {false, true}) {
    CAPTURE(restart);
    World world;
    world.publish({kOrder, kName});
    const std::string id = world.begin("order");
    std::vector<std::string> answers;
    for (int round = 0; round < 4; ++round) {
      for (const std::string& text : script) {
        if (restart) {
          world.restart();
          REQUIRE(world.run(world.releases->restore("default")).has_value());
        }
        const auto answer = world.say(id, text);
        REQUIRE(answer.has_value());
        answers.push_back(answer->json);
      }
    }
    if (restart) {
      CHECK(answers == expected);
    } else {
      expected = answers;
    }
    world.check_replays();
  }
}

TEST_CASE("a cache whose state is stale is noticed, and the turn is taken again") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  REQUIRE(world.say(id, "Ana").has_value());
  // Another process takes a turn behind our back.
  World other(&world.memory);
  REQUIRE(other.run(other.releases->restore("default")).has_value());
  CHECK(text_of(other.say(id, "red")) == "Hello Ana, red is nice.");
  const auto after = world.say(id, "thanks");
  REQUIRE(after.has_value());
  CHECK(after->turn == 3);
  CHECK(world.driver->metrics().conflicts == 1);
  world.check_replays();
}

TEST_CASE("a running conversation keeps its flow; the next one runs on the new") {
  constexpr std::string_view kNewName =
      R"({"id": "name", "slots": {"name": {"type": "text", "ask": "And you are?"}},
    "steps": [{"id": "collect", "type": "input", "gather": ["name"]},
              {"id": "hello", "type": "message", "text": "Welcome {{ name }}!"}]})";
  World world;
  world.publish({kName});
  const std::string old = world.begin("name");
  const auto old_release = world.releases->active("default")->hash();
  world.publish({kNewName});
  SUBCASE("in memory") {}
  SUBCASE("compiled again from the store") {
    world.restart();
    REQUIRE(world.run(world.releases->restore("default")).has_value());
  }
  CHECK(world.releases->active("default")->hash() != old_release);
  CHECK(text_of(world.say(old, "Ana")) == "Your colour?");
  CHECK(text_of(world.say(old, "red")) == "Hello Ana, red is nice.");
  // Between flows the conversation moves on.
  CHECK(text_of(world.say(old, "/name")) == "And you are?");
  CHECK(text_of(world.say(world.begin("name"), "Bo")) == "Welcome Bo!");
  world.check_replays();
}

TEST_CASE("the transcript pages through turns, from the greeting on") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  REQUIRE(world.say(id, "Ana", "k1").has_value());
  REQUIRE(world.say(id, "red").has_value());
  const auto all = world.run(world.driver->turns("default", id, 0, 10));
  REQUIRE(all.has_value());
  REQUIRE(all->turns.size() == 3);
  CHECK_FALSE(all->has_more);
  CHECK(
      all->turns[1].find(
          R"("user":{"text":"Ana"},"messages":[{"id":"1.0","role":"assistant","text":"Your colour?")"
      ) != std::string::npos
  );
  CHECK(all->turns[1].find(R"("idempotency_key":"k1")") != std::string::npos);
  const auto page = world.run(world.driver->turns("default", id, 0, 2));
  REQUIRE(page.has_value());
  CHECK(page->turns.size() == 2);
  CHECK(page->has_more);
  const auto rest = world.run(world.driver->turns("default", id, 1, 2));
  REQUIRE(rest.has_value());
  CHECK(rest->turns == std::vector<std::string>{all->turns[2]});
  CHECK_FALSE(world.run(world.driver->turns("default", "c_none", 0, 2)).has_value());
}

TEST_CASE("listeners hear committed turns and changes of owner") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  const auto mine = world.hub.subscribe("default", id);
  const auto everything = world.hub.subscribe("default", {});
  const auto other = world.hub.subscribe("default", "c_other");
  REQUIRE(world.say(id, "Ana").has_value());
  REQUIRE(world.run(world.driver->event("default", id, engine::OperatorJoined{"op1", "Bea"})).has_value());
  mine->close();
  everything->close();
  other->close();
  const auto heard = [&](Subscription& subscription) {
    std::vector<std::string> kinds;
    while (const auto element = world.run(subscription.next())) kinds.push_back(element->kind);
    return kinds;
  };
  const std::vector<std::string> expected{"turn", "turn", "owner", "status"};
  CHECK(heard(*mine) == expected);
  CHECK(heard(*everything) == expected);
  CHECK(heard(*other).empty());
}

TEST_CASE("while a person owns the conversation the bot is silent") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  REQUIRE(world.run(world.driver->event("default", id, engine::OperatorJoined{"op1", "Bea"})).has_value());
  const auto silent = world.say(id, "Ana");
  REQUIRE(silent.has_value());
  CHECK(silent->messages.empty());
  CHECK(silent->owner == "human");
  const auto reply = world.run(world.driver->event("default", id, engine::OperatorReplied{"op1", "Hi!"}));
  CHECK(text_of(reply) == "Hi!");
  REQUIRE(world.run(world.driver->event("default", id, engine::OperatorLeft{"op1", ""})).has_value());
  CHECK(text_of(world.say(id, "Ana")) == "Your colour?");
  world.check_replays();
}

TEST_CASE("feedback is an event of the log") {
  World world;
  world.publish({kName});
  const std::string id = world.begin("name");
  CHECK(world.run(world.driver->feedback("default", id, 6, "")).error().pointer == "stars");
  REQUIRE(world.run(world.driver->feedback("default", id, 5, "nice")).has_value());
  const auto records = world.run(world.store.records("default", id, 1, 10));
  REQUIRE(records->size() == 1);
  CHECK(records->front().body.find(R"("stars":5)") != std::string::npos);
  CHECK(text_of(world.say(id, "Ana")) == "Your colour?");
  world.check_replays();
}
