// Whole conversations with a driver and a store: what a user says in one is recalled in another.
#include "server/memory/user_memory.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "server/memory/stored_vectors.hpp"
#include "server/memory/test_vectors.hpp"
#include "server/turns/people_entries.hpp"
#include "server/turns/test_driver.hpp"
#include "server/turns/vectors/test_vector_search.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

constexpr std::string_view kTalk =
    R"({"id": "talk", "slots": {"said": {"type": "text", "ask": "What else?", "ask_if": "always"},
    "card": {"type": "text", "ask": "Card?", "pattern": "[0-9]{4}", "sensitive": true}},
  "steps": [{"id": "listen", "type": "input", "gather": ["said"]},
            {"id": "answer", "type": "message", "text": "Noted: {{ said }}."},
            {"id": "again", "type": "goto", "step": "listen"}]})";
constexpr std::string_view kPay =
    R"({"id": "pay", "triggers": [{"command": "/pay"}], "slots": {
    "card": {"type": "text", "ask": "Which card?", "pattern": "[0-9]{4}", "sensitive": true}},
  "steps": [{"id": "ask", "type": "input", "gather": ["card"]},
            {"id": "done", "type": "message", "text": "Paid with {{ card }}."}]})";
constexpr std::string_view kAsk =
    R"({"id": "ask", "triggers": [{"command": "/ask"}], "slots": {
    "question": {"type": "text", "ask": "What do you want to know?"}},
  "steps": [{"id": "hear", "type": "input", "gather": ["question"]},
            {"id": "look", "type": "recall", "query": "{{ question }}", "k": 1, "save": "past", "on_empty": "none"},
            {"id": "tell", "type": "message", "text": "You said: {{ past[0].user }}"},
            {"id": "over", "type": "end"},
            {"id": "none", "type": "message", "text": "I remember nothing of that."}]})";

constexpr std::string_view kLike =
    R"({"id": "like", "triggers": [{"command": "/like"}], "slots": {"dish": {"type": "text", "ask": "What?"}},
  "steps": [{"id": "hear", "type": "input", "gather": ["dish"]},
            {"id": "note", "type": "remember", "facts": {"favourite_dish": "{{ dish }}"}},
            {"id": "done", "type": "message", "text": "Noted."}]})";

class Remembering : public World {
 public:
  Remembering() : memory(std::make_unique<parley::memory::UserMemory>(store)) {
    publish({kTalk, kPay, kAsk, kLike});
    tools.answer = [this](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
      co_return co_await memory->run(call);
    };
  }
  std::string talk(std::string user, std::vector<std::string> messages, std::string flow = "talk") {
    std::string conversation;
    for (std::string& message : messages) {
      ChatRequest said = request(conversation, std::move(message));
      said.user_id = user;
      if (conversation.empty()) said.flow = flow;
      const auto answer = run(driver->chat(std::move(said)));
      REQUIRE(answer.has_value());
      conversation = answer->conversation_id;
      last = text_of(answer);
    }
    return conversation;
  }
  std::string ask(std::string user, std::string question) {
    talk(std::move(user), {"/ask", std::move(question)}, "");
    return last;
  }

  // Among the ten that are recalled.
  bool finds(std::string user, std::string_view question, std::string_view said) {
    const auto found = run(memory->run(ToolCall{
        .tool = "memory.recall",
        .arguments = MapBuilder().set("query", question).set("k", 10).build(),
        .caller = {.tenant = "default", .user_id = std::move(user), .conversation_id = "c_new", .turn = 1}
    }));
    REQUIRE(found.has_value());
    for (const Value& hit : found->result.as_list()) {
      if (hit.text("user") == said) return true;
    }
    return false;
  }

  std::unique_ptr<parley::memory::UserMemory> memory;
  std::string last;
};

}  // namespace

TEST_CASE("what a user said in one conversation is recalled in another") {
  Remembering world;
  world.talk("ana", {"hello there", "my coffee machine is an Aroma 300", "it leaks", "thanks"});
  world.talk("ana", {"good morning", "I moved to 5 Main Street", "bye"});
  CHECK(world.ask("ana", "which coffee machine do I own") == "You said: my coffee machine is an Aroma 300");
  CHECK(world.ask("ana", "what street did I move to") == "You said: I moved to 5 Main Street");
}

TEST_CASE("memory is of one user alone") {
  Remembering world;
  world.talk("ana", {"hello", "my coffee machine is an Aroma 300"});
  CHECK(world.ask("ben", "which coffee machine do I own") == "I remember nothing of that.");
  CHECK(world.ask("", "which coffee machine do I own") == "I remember nothing of that.");
}

TEST_CASE("what has come since the last question is known at the next") {
  Remembering world;
  const std::string first = world.talk("ana", {"hello", "my favourite colour is green"});
  CHECK(world.ask("ana", "what is my favourite colour") == "You said: my favourite colour is green");
  world.talk("ana", {"hi again", "I have a dog called Rex"});
  CHECK(world.ask("ana", "what is my dog called") == "You said: I have a dog called Rex");
  // A conversation that was read before goes on.
  ChatRequest more = World::request(first, "and my cat is called Tom");
  REQUIRE(world.run(world.driver->chat(std::move(more))).has_value());
  CHECK(world.ask("ana", "what is my cat called") == "You said: and my cat is called Tom");
}

TEST_CASE("nothing is lost with the index: it is read again") {
  Remembering world;
  world.talk("ana", {"hello", "my favourite colour is green"});
  world.memory = std::make_unique<memory::UserMemory>(world.store);
  CHECK(world.ask("ana", "what is my favourite colour") == "You said: my favourite colour is green");
}

TEST_CASE("sensitive values are not remembered") {
  Remembering world;
  world.talk("ana", {"/pay", "4321"}, "");
  const auto found = world.run(world.memory->run(ToolCall{
      .tool = "memory.recall",
      .arguments = MapBuilder().set("query", "which card, 4321").set("k", 10).build(),
      .caller = {.tenant = "default", .user_id = "ana"},
  }));
  REQUIRE(found.has_value());
  CHECK(found->result.is_list());
  CHECK(write_json(found->result).find("4321") == std::string::npos);
}

TEST_CASE("what a user wants forgotten is no memory any more") {
  Remembering world;
  world.talk("ana", {"hello", "my favourite colour is green"});
  CHECK(world.ask("ana", "what is my favourite colour") == "You said: my favourite colour is green");
  world.clock.advance(Duration{60, 0});
  REQUIRE(world
              .run(world.store.put_setting(
                  "default", forgotten_until("ana"), write_typed(Value(world.clock.now()))
              ))
              .has_value());
  world.clock.advance(Duration{60, 0});
  CHECK(world.ask("ana", "what is my favourite colour") == "I remember nothing of that.");
  world.talk("ana", {"hello", "my favourite colour is blue"});
  CHECK(world.ask("ana", "what is my favourite colour") == "You said: my favourite colour is blue");
}

TEST_CASE("a fact is recalled beside what was said, and first among equals") {
  Remembering world;
  world.talk("ana", {"/like", "sushi"}, "");
  world.talk("ana", {"hello", "my favourite colour is green"});
  const auto found = world.run(world.memory->run(ToolCall{
      .tool = "memory.recall",
      .arguments = MapBuilder().set("query", "favourite dish").set("k", 1).build(),
      .caller = {.tenant = "default", .user_id = "ana", .conversation_id = "c_new", .turn = 1}
  }));
  REQUIRE(found.has_value());
  const Value& hit = found->result.as_list()[0];
  CHECK(hit.text("fact") == "favourite_dish");
  CHECK(hit.text("value") == "sushi");
  CHECK(hit["turn"] == Value(2));
  CHECK_FALSE(hit.text("conversation").empty());
  CHECK(world.ask("ana", "which dish do I like") == "You said: favourite dish: sushi");
  CHECK(world.ask("ana", "what is my favourite colour") == "You said: my favourite colour is green");
  CHECK(world.ask("ben", "which dish do I like") == "I remember nothing of that.");
}

TEST_CASE("a fact that is not the user's own is recalled with where it was made from") {
  Remembering world;
  world.publish({kTalk, R"({"id": "look", "triggers": [{"command": "/look"}], "steps": [
    {"id": "find", "type": "tool", "call": "shop.find", "effect": "read", "save": "found"},
    {"id": "note", "type": "remember", "facts": {"dish": "{{ found.dish }}"}},
    {"id": "done", "type": "message", "text": "Noted."}]})"});
  world.tools.answer = [](const ToolCall&) -> Awaitable<Result<ToolAnswer>> {
    co_return ToolAnswer{MapBuilder().set("dish", "sushi").build()};
  };
  world.talk("ana", {"/look"}, "");
  const auto found = world.run(world.memory->run(ToolCall{
      .tool = "memory.recall",
      .arguments = MapBuilder().set("query", "dish").build(),
      .caller = {.tenant = "default", .user_id = "ana", .conversation_id = "c_new", .turn = 1}
  }));
  REQUIRE(found.has_value());
  const Value& hit = found->result.as_list()[0];
  CHECK(hit.text("fact") == "dish");
  CHECK(write_json(hit["origins"]) == R"(["shop.find"])");
}

TEST_CASE("forgetting everything in a conversation forgets what was said before it, too") {
  Remembering world;
  world.talk("ana", {"/like", "sushi"}, "");
  world.talk("ana", {"hello", "my favourite colour is green"});
  world.clock.advance(Duration{60, 0});
  world.talk("ana", {"/like", "sushi", "forget everything about me"}, "");
  CHECK(world.last == "I have forgotten everything that I remembered about you.");
  world.clock.advance(Duration{60, 0});
  CHECK(world.ask("ana", "what is my favourite colour") == "I remember nothing of that.");
  CHECK(world.ask("ana", "which dish do I like") == "I remember nothing of that.");
}

TEST_CASE(
    "with a model's vectors what was said in other words is found; without its answer, words are looked for"
) {
  Remembering world;
  const auto maker = std::make_shared<memory::testing::WordMaker>();
  world.memory->use_vectors(std::make_shared<memory::StoredVectors>(maker, world.store, world.clock));
  world.talk("ana", {"hello", "every Friday I have sushi", "my train was late"});
  CHECK(world.ask("ana", "am I ever hungry for some dish") == "You said: every Friday I have sushi");
  const std::size_t made = maker->made.size();

  SUBCASE("a new process makes none of the vectors again but those of what came since") {
    world.memory = std::make_unique<memory::UserMemory>(world.store);
    world.memory->use_vectors(std::make_shared<memory::StoredVectors>(maker, world.store, world.clock));
    CHECK(world.finds("ana", "am I ever hungry for some dish", "every Friday I have sushi"));
    // The question, and the turns of the first one's conversation.
    CHECK(maker->made.size() <= made + 3);
  }
  SUBCASE("what is to be forgotten is not sent any more") {
    world.clock.advance(Duration{60, 0});
    world.talk("ana", {"/like", "sushi", "forget everything about me"}, "");
    world.clock.advance(Duration{60, 0});
    maker->made.clear();
    world.ask("ana", "was my train late");
    for (const std::string& text : maker->made) CHECK_FALSE(text.contains("every Friday"));
    CHECK_FALSE(maker->made.empty());
  }
  SUBCASE("the model is down") {
    maker->fail_after = 0;
    CHECK(world.ask("ana", "was my train late") == "You said: my train was late");
  }
  SUBCASE("another model begins anew") {
    maker->name = "others/3";
    CHECK(world.finds("ana", "am I ever hungry for some dish", "every Friday I have sushi"));
    CHECK(maker->made.size() >= 2 * made);
  }
  SUBCASE("a fact") {
    world.talk("ana", {"/like", "sushi"}, "");
    CHECK(world.finds("ana", "what would I eat", "favourite dish: sushi"));
  }
}

TEST_CASE("where the store compares vectors, they stay there, and as much is found") {
  Remembering world;
  const auto maker = std::make_shared<memory::testing::WordMaker>();
  turns::testing::MemorySearch search;
  const auto vectors = [&](std::size_t beyond) {
    return std::make_shared<memory::StoredVectors>(
        maker, world.store, world.clock, memory::SearchPlace{.by = &search, .beyond_of_user = beyond}
    );
  };
  const auto anew = [&](std::size_t beyond) {
    world.memory = std::make_unique<memory::UserMemory>(world.store);
    world.memory->use_vectors(vectors(beyond));
  };
  anew(2);
  world.talk("ana", {"hello", "every Friday I have sushi", "my train was late"});
  CHECK(world.ask("ana", "am I ever hungry for some dish") == "You said: every Friday I have sushi");
  CHECK(search.searches == 1);
  const Collection turns{.tenant = "default", .user_id = "ana", .what = "turns", .maker = maker->name};
  CHECK(search.rows(turns).size() >= 3);
  const std::size_t made = maker->made.size();

  SUBCASE("a new process asks which are there, and makes those of what came since") {
    anew(2);
    CHECK(world.finds("ana", "am I ever hungry for some dish", "every Friday I have sushi"));
    CHECK(maker->made.size() <= made + 2);
    const std::size_t looked_for = search.looked_for;
    CHECK(world.finds("ana", "am I ever hungry for some dish", "every Friday I have sushi"));
    CHECK(search.looked_for == looked_for);  // they are known to be there
  }
  SUBCASE("a few turns are compared in the process") {
    anew(100);
    CHECK(world.finds("ana", "am I ever hungry for some dish", "every Friday I have sushi"));
    CHECK(search.searches == 1);
  }
  SUBCASE("a database that is away leaves the words") {
    search.fails = true;
    CHECK(world.ask("ana", "was my train late") == "You said: my train was late");
  }
  SUBCASE("a model that is down leaves the words") {
    maker->fail_after = 0;
    CHECK(world.ask("ana", "was my train late") == "You said: my train was late");
  }
  SUBCASE("another model begins anew") {
    maker->name = "others/3";
    CHECK(world.finds("ana", "am I ever hungry for some dish", "every Friday I have sushi"));
    CHECK(maker->made.size() >= 2 * made);
  }
  SUBCASE("another user's are another collection") {
    const std::size_t before = search.rows(turns).size();
    world.talk("ben", {"hello", "I took the train", "and again"});
    CHECK_FALSE(world.finds("ben", "am I ever hungry for some dish", "every Friday I have sushi"));
    CHECK(search.rows(turns).size() == before);
  }
}

TEST_CASE("vectors are kept of what was said, and no longer than that; of questions and facts they are not") {
  Remembering world;
  const auto maker = std::make_shared<memory::testing::WordMaker>();
  Timestamp keep_since;
  world.memory = std::make_unique<parley::memory::UserMemory>(
      world.store, parley::memory::UserMemoryOptions{.keep_since = [&] { return keep_since; }}
  );
  world.memory->use_vectors(std::make_shared<memory::StoredVectors>(maker, world.store, world.clock));
  const Timestamp said = world.clock.now();
  world.talk("ana", {"/like", "sushi"}, "");
  world.talk("ana", {"hello", "my train was late"});
  world.clock.advance(Duration{86'400, 0});
  const auto recall = [&] {
    maker->made.clear();
    (void)world.finds("ana", "what would I eat on a journey", "");
    return maker->made;
  };
  const auto stored = [&](const std::vector<std::string>& texts) {
    std::vector<std::string> keys;
    for (const std::string& text : texts) keys.push_back(sha256_hex(maker->name + "\n" + text));
    return world.run(world.store.vectors("default", "ana", keys)).value().size();
  };
  const std::vector<std::string> first = recall();
  const auto is_turn = [](const std::string& text) { return text.contains('\n'); };
  const auto turns = static_cast<std::size_t>(std::ranges::count_if(first, is_turn));
  CHECK(turns >= 3);
  CHECK(std::ranges::count(first, "favourite dish: sushi") == 1);
  CHECK(stored(first) == turns);
  CHECK(recall() == std::vector<std::string>{"what would I eat on a journey"});

  // A day later than it was said, which is sooner than a day after its vectors were made.
  keep_since = add(said, Duration{7'200, 0}).value();
  REQUIRE(world.run(world.store.forget_before("default", keep_since)).has_value());
  CHECK(stored(first) == 0);
  CHECK(
      world
          .run(world.memory->run(ToolCall{
              .tool = "memory.recall",
              .arguments = MapBuilder().set("query", "train").set("k", 10).build(),
              .caller = {.tenant = "default", .user_id = "ana", .conversation_id = "c_new", .turn = 1}
          }))
          .value()
          .result.size() == 0
  );
  CHECK(stored(first) == 0);
}

TEST_CASE("what is older than it is to be kept is not recalled") {
  Remembering world;
  Timestamp since;
  world.memory = std::make_unique<memory::UserMemory>(
      world.store, memory::UserMemoryOptions{.keep_since = [&] { return since; }}
  );
  world.talk("ana", {"hello", "my favourite colour is green"});
  CHECK(world.ask("ana", "what is my favourite colour") == "You said: my favourite colour is green");
  world.clock.advance(Duration{60, 0});
  since = world.clock.now();
  CHECK(world.ask("ana", "what is my favourite colour") == "I remember nothing of that.");
}

TEST_CASE("what was erased is not recalled, however many conversations there are afterwards") {
  Remembering world;
  const std::string gone = world.talk("ana", {"hello", "my favourite colour is green"});
  const std::string kept = world.talk("bo", {"hello", "my favourite colour is red"});
  REQUIRE(world.finds("ana", "which colour", "my favourite colour is green"));
  REQUIRE(world.finds("bo", "which colour", "my favourite colour is red"));
  const auto erase = [&](const std::string& conversation) {
    REQUIRE(world
                .run(world.store.erase(
                    "default",
                    {.entry = {.erasure_id = "er_1", .cause = "user"}, .conversations = {conversation}}
                ))
                .has_value());
  };
  SUBCASE("by another process, before the user asks again: as many conversations as before") {
    erase(gone);
    world.talk("ana", {"hello", "good morning"});
    CHECK_FALSE(world.finds("ana", "which colour", "my favourite colour is green"));
  }
  SUBCASE("and is let go of when that is noticed") {
    const auto kept_now = [&] { return world.memory->kept_conversations("default"); };
    CHECK(kept_now().size() == 2);
    CHECK(world.memory->kept_conversations("def").empty());
    erase(gone);
    world.memory->let_go("default", {gone, "c_unknown"});
    CHECK(kept_now() == std::vector<std::string>{kept});
  }
  CHECK(world.finds("bo", "which colour", "my favourite colour is red"));
}

TEST_CASE("users who have not asked for long make room, and are read again when they ask") {
  Remembering world;
  world.memory =
      std::make_unique<memory::UserMemory>(world.store, memory::UserMemoryOptions{.most_turns = 3});
  world.talk("ana", {"hello", "my favourite colour is green", "thanks"});
  world.talk("ben", {"hello", "my favourite colour is red", "thanks"});
  for (int round = 0; round < 2; ++round) {
    CHECK(world.ask("ana", "what is my favourite colour") == "You said: my favourite colour is green");
    CHECK(world.ask("ben", "what is my favourite colour") == "You said: my favourite colour is red");
  }
}
