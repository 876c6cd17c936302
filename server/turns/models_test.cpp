// What models do in a turn: understanding what the matchers are not sure of, and words that are heard while
// they are written.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "server/turns/log/transcript.hpp"
#include "server/turns/test_driver.hpp"

using namespace parley;
using namespace parley::turns;
using namespace parley::turns::testing;

namespace {

constexpr std::string_view kPizza =
    R"({"id": "pizza", "triggers": [{"phrases": ["order a pizza"]}], "slots": {
    "count": {"type": "integer", "ask": "How many?"},
    "card": {"type": "text", "ask": "Card?", "pattern": "[0-9]+", "sensitive": true}},
  "steps": [{"id": "collect", "type": "input", "gather": ["count", "card"]},
            {"id": "done", "type": "message", "text": "{{ count }} coming."}]})";

constexpr std::string_view kWrite = R"({"id": "write", "triggers": [{"command": "/write"}], "steps": [
  {"id": "text", "type": "generate", "prompt": "Greet."}]})";
constexpr std::string_view kSaved = R"({"id": "saved", "triggers": [{"command": "/saved"}], "steps": [
  {"id": "text", "type": "generate", "prompt": "Greet.", "save": "words"},
  {"id": "say", "type": "message", "text": "Said: {{ words }}"}]})";
constexpr std::string_view kPrice = R"({"id": "price", "triggers": [{"command": "/price"}], "steps": [
  {"id": "say", "type": "message", "text": "That is 12 EUR.", "mode": "rephrase"}]})";

Value json(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE(value.has_value());
  return *value;
}

// Understands every message as the scripted answer says.
class Understanding : public World {
 public:
  explicit Understanding(std::string_view answer) {
    options.understands_with_model = [] { return true; };
    restart();
    publish({kPizza});
    tools.answer = [this,
                    answer = std::string(answer)](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
      if (call.tool == "model.understand") asked.push_back(call.arguments);
      if (answer.empty()) co_return fail(ErrorCode::unavailable, "no", "model_down");
      co_return ToolAnswer{.result = json(answer), .use = {"big", "understand/1", 30, 4}};
    };
  }
  Result<Answer> send(std::string text, std::string conversation = {}) {
    ChatRequest message = request(std::move(conversation), std::move(text));
    message.flow.clear();
    return run(driver->chat(std::move(message)));
  }
  // "source prompt" of what was understood, of the whole log.
  std::vector<std::string> understood(const std::string& conversation) {
    std::vector<std::string> all;
    const auto records = run(store.records("default", conversation, 0, 100));
    REQUIRE(records.has_value());
    for (const LogRecord& record : *records) {
      const auto body = decode_record(record.body);
      REQUIRE(body.has_value());
      for (const engine::Event& event : body->events) {
        if (const auto* what = std::get_if<engine::CommandsUnderstood>(&event.body))
          all.push_back(what->source + " " + what->prompt + " " + std::to_string(what->input_tokens));
      }
    }
    return all;
  }

  std::vector<Value> asked;
};

// What is heard of a turn, in order.
class Hearing : public Observer {
 public:
  void on_say(const engine::Say& message) override { heard.push_back("say " + message.text); }
  void on_provisional(const Provisional& words) override {
    heard.push_back(std::to_string(words.at) + " " + std::string(words.text));
  }
  std::vector<std::string> heard;
};

// A model that writes these pieces; "<" begins anew. Its answer is all of the last beginning.
ScriptedTools::Answerer writes(std::vector<std::string> pieces) {
  return [pieces = std::move(pieces)](const ToolCall& call) -> Awaitable<Result<ToolAnswer>> {
    std::string text;
    for (const std::string& piece : pieces) {
      if (piece == "<") {
        text.clear();
        if (call.listener != nullptr) call.listener->on_restart();
        continue;
      }
      text += piece;
      if (call.listener != nullptr) call.listener->on_piece(piece);
    }
    co_return ToolAnswer{
        .result = Value(text),
        .use = {"big", "generate/2", 7, 3, json(R"([{"model": "main", "code": "timeout"}])")}
    };
  };
}

std::vector<std::string> heard_of(std::string_view flow, std::vector<std::string> pieces) {
  World world;
  world.publish({flow});
  world.tools.answer = writes(std::move(pieces));
  Hearing hearing;
  ChatRequest request;
  request.flow = json(flow).text("id");
  REQUIRE(world.run(world.driver->start(request, &hearing)).has_value());
  world.check_replays();
  return hearing.heard;
}

using Heard = std::vector<std::string>;
using PassedOver = std::vector<std::pair<std::string, std::string>>;

// The last turn, as people read it.
TranscriptTurn transcript_of(const std::vector<LogRecord>& records) {
  std::vector<TranscriptTurn> turns;
  for (const LogRecord& record : records) REQUIRE(add_to_transcript(turns, record).has_value());
  REQUIRE_FALSE(turns.empty());
  return turns.back();
}

}  // namespace

TEST_CASE("a message that the matchers are sure of costs no call, any other exactly one; replay makes none") {
  Understanding world(
      R"({"commands": [{"do": "start_flow", "flow": "pizza"}, {"do": "set_slot", "slot": "count", "value": "two"}]})"
  );
  const auto sure = world.send("order a pizza");
  CHECK(text_of(sure) == "How many?");
  CHECK(text_of(world.send("2", sure->conversation_id)) == "Card?");
  CHECK(world.asked.empty());

  const auto unsure = world.send("feed me and a friend");
  CHECK(text_of(unsure) == "Card?");
  REQUIRE(world.asked.size() == 1);
  CHECK(world.asked[0].text("message") == "feed me and a friend");
  CHECK(world.understood(unsure->conversation_id) == Heard{"big understand/1 30"});
  CHECK(world.driver->metrics().messages_put_to_model == 1);
  CHECK(world.driver->metrics().understood_by_model == 1);
  world.check_replays();
}

TEST_CASE("a message that is sent again is not put to a model again") {
  Understanding world(R"({"commands": [{"do": "start_flow", "flow": "pizza"}]})");
  const auto begun = world.send("order a pizza");
  REQUIRE(begun.has_value());
  const auto send = [&] {
    ChatRequest message = World::request(begun->conversation_id, "feed me and a friend", "k1");
    message.flow.clear();
    return world.run(world.driver->chat(std::move(message)));
  };
  const auto first = send();
  REQUIRE(first.has_value());
  const auto again = send();
  REQUIRE(again.has_value());
  CHECK(again->json == first->json);
  CHECK(world.asked.size() == 1);
}

TEST_CASE("what was said before goes with the question, without what is sensitive") {
  Understanding world(R"({"commands": [{"do": "cannot_handle"}]})");
  const auto begun = world.send("order a pizza");
  (void)world.send("2", begun->conversation_id);
  (void)world.send("4111 1111", begun->conversation_id);  // no number for the matchers, and never for a model
  CHECK(world.asked.empty());
  (void)world.send("4111", begun->conversation_id);
  (void)world.send("hm, what else is there", begun->conversation_id);
  REQUIRE(world.asked.size() == 1);
  const std::string question = write_json(world.asked[0]);
  CHECK(question.find(R"("user":"2")") != std::string::npos);
  CHECK(question.find("How many?") != std::string::npos);
  CHECK(question.find("4111") == std::string::npos);
}

TEST_CASE("when the model does not help, the matchers' reading stands") {
  World plain;
  plain.publish({kPizza});
  ChatRequest message = World::request("", "feed me and a friend");
  message.flow.clear();
  const std::string expected = text_of(plain.run(plain.driver->chat(message)));
  for (const std::string_view answer :
       {"",
        "7",
        R"({"commands": []})",
        R"({"commands": [{"do": "cannot_handle"}]})",
        R"({"commands": [{"do": "start_flow", "flow": "theft"}]})"}) {
    CAPTURE(answer);
    Understanding world(answer);
    const auto answered = world.send("feed me and a friend");
    CHECK(text_of(answered) == expected);
    CHECK(world.asked.size() == 1);
    CHECK(world.understood(answered->conversation_id).front().starts_with("matcher"));
    world.check_replays();
  }
}

TEST_CASE("a button is not for a model") {
  Understanding world(R"({"commands": []})");
  ChatRequest press = World::request("", "Old");
  press.flow.clear();
  press.payload = "gone";
  (void)world.run(world.driver->chat(press));
  CHECK(world.asked.empty());
}

TEST_CASE("a text that will be said is heard while it is written, and is final only after its commit") {
  CHECK(
      heard_of(kWrite, {"Good ", "d", "ä ", "to you"}) ==
      Heard{"0 Good ", "5 dä ", "8 to ", "say Good dä to you"}
  );
  CHECK(heard_of(kWrite, {"Go ", "<", "Hello "}) == Heard{"0 Go ", "0 ", "0 Hello ", "say Hello "});
  // Neither before nor at its end does it link anywhere, or load an image.
  CHECK(
      heard_of(kWrite, {"See [a", " b](htt", "ps://evil.example/x) ", "![c](https://evil.example/y) "}) ==
      Heard{
          "0 See ",
          "4 [a ",
          "7 b] (https[:]//evil[.]example/x) ",
          "39 [c] (https[:]//evil[.]example/y) ",
          "say See [a b] (https[:]//evil[.]example/x) [c] (https[:]//evil[.]example/y) "
      }
  );
  // What a step saves is not shown; what it makes of it is.
  CHECK(heard_of(kSaved, {"Good ", "day"}) == Heard{"say Said: Good day"});
}

TEST_CASE("other words of a message are heard word by word, until one brings a number of its own") {
  CHECK(heard_of(kPrice, {"It is ", "12 ", "EUR", "."}) == Heard{"0 It is ", "6 12 ", "say It is 12 EUR."});
  CHECK(heard_of(kPrice, {"It is 1", "3 EUR ", "now"}) == Heard{"0 It is ", "say That is 12 EUR."});
}

TEST_CASE("who listens to the conversation hears the words as well, and whoever is behind gets what is final"
) {
  World world;
  world.publish({kWrite});
  const std::string id = SequentialIds().next("c_");
  const auto subscription = world.hub.subscribe("default", id, 6);
  const auto everything = world.hub.subscribe("default", "", 100);
  world.tools.answer = writes({"a ", "b ", "c ", "d "});
  ChatRequest request;
  request.flow = "write";
  const auto answer = world.run(world.driver->start(request));
  REQUIRE(answer.has_value());
  REQUIRE(answer->conversation_id == id);
  std::vector<std::string> kinds;
  for (const auto& listener : {subscription, everything}) {
    listener->close();
    while (const auto element = world.run(listener->next())) kinds.push_back(element->kind);
    kinds.emplace_back("|");
  }
  CHECK_FALSE(subscription->overflowed());
  // Half of the queue is kept for what is final.
  CHECK(
      kinds ==
      Heard{"delta", "delta", "delta", "turn", "owner", "status", "|", "turn", "owner", "status", "|"}
  );
}

TEST_CASE("which model wrote a text, to which prompt, for how much, and why not the one before, is in the log"
) {
  World world;
  world.publish({kWrite});
  world.tools.answer = writes({"Hello"});
  ChatRequest request;
  request.flow = "write";
  const auto answer = world.run(world.driver->start(request));
  const auto records = world.run(world.store.records("default", answer->conversation_id, 0, 10));
  REQUIRE(records.has_value());
  const bool told = std::ranges::any_of(*records, [](const LogRecord& record) {
    return record.body.find(
               R"("input_tokens":7,"model":"big","output_tokens":3,"passed_over":[{"code":"timeout","model":"main"}],"prompt":"generate/2")"
           ) != std::string::npos;
  });
  CHECK(told);
  const TranscriptTurn turn = transcript_of(*records);
  const ModelAnswer& read = turn.models.at(0);
  CHECK(read.task + " " + read.model + " " + read.code == "generate big ");
  CHECK(read.passed_over == PassedOver{{"main", "timeout"}});
}

TEST_CASE("people read who was asked what a message means, and what came of it") {
  struct {
    std::string_view name, answer, model, code;
  } cases[] = {
      {"understood", R"({"commands": [{"do": "start_flow", "flow": "pizza"}]})", "big", ""},
      {"nothing to be made of it", R"({"commands": [{"do": "format_disk"}]})", "", "not_usable"},
      {"nobody answered", "", "", "model_down"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Understanding world(c.answer);
    const auto answer = world.send("my stomach rumbles");
    REQUIRE(answer.has_value());
    const auto records = world.run(world.store.records("default", answer->conversation_id, 0, 10));
    REQUIRE(records.has_value());
    const TranscriptTurn turn = transcript_of(*records);
    REQUIRE(turn.models.size() == 1);
    CHECK(turn.models[0].task == "understand");
    CHECK(turn.models[0].model == c.model);
    CHECK(turn.models[0].code == c.code);
    world.check_replays();
  }
}

TEST_CASE("a tone can be chosen with a message, or with nothing to say") {
  World world;
  world.publish({R"({"id": "hi", "triggers": [{"command": "/hi"}], "steps": [
    {"id": "say", "type": "message", "text": {"tone": {"formal": "Good day.", "casual": "Hey!"}}}]})"});
  ChatRequest first;
  first.text = "/hi";
  first.style = json(R"({"tone": "casual"})");
  const auto begun = world.run(world.driver->chat(first));
  REQUIRE(begun.has_value());
  CHECK(begun->messages.at(0).text == "Hey!");
  ChatRequest slider;
  slider.conversation_id = begun->conversation_id;
  slider.style = json(R"({"tone": 0})");
  const auto moved = world.run(world.driver->chat(slider));
  REQUIRE(moved.has_value());
  CHECK(moved->messages.empty());
  ChatRequest again;
  again.conversation_id = begun->conversation_id;
  again.text = "/hi";
  CHECK(world.run(world.driver->chat(again))->messages.at(0).text == "Good day.");
  ChatRequest nothing;
  nothing.conversation_id = begun->conversation_id;
  CHECK_FALSE(world.run(world.driver->chat(nothing)).has_value());
  world.check_replays();
}
