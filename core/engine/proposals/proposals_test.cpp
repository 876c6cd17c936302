// What a model is told, and what of its answer is taken.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/json_schema.hpp"
#include "engine/advance.hpp"
#include "engine/proposals/proposed.hpp"
#include "engine/proposals/question.hpp"
#include "engine/proposals/vocabulary.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"

namespace parley::engine {

namespace {

using language::Command;

constexpr Timestamp kNow{1'767'225'600, 0};  // 2026-01-01

flow::FlowPtr flow_of(std::string_view document) {
  const auto read = flow::parse_json_document(document);
  REQUIRE(read.has_value());
  flow::Diagnostics diagnostics;
  auto flow = flow::load(*read, "flows/t.json", step_specs(), diagnostics);
  REQUIRE_MESSAGE(flow != nullptr, diagnostics.front().message);
  return flow;
}

ReleasePtr shop() {
  return make_release({
      flow_of(R"({"id": "order", "description": "Order food", "triggers": [{"phrases": ["order something"]}],
        "slots": {"items": {"type": "list of item", "ask": "What?"}, "address": {"type": "text", "ask": "Where?"},
                  "size": {"type": "choice", "choices": ["small", "large"], "ask": "Size?"},
                  "card": {"type": "text", "ask": "Card?", "sensitive": true}},
        "steps": [{"id": "collect", "type": "input", "gather": ["items", "address", "size", "card"]},
                  {"id": "sure", "type": "confirm", "text": "Sure?"}]})"),
      flow_of(R"({"id": "track", "triggers": [{"command": "/track"}],
        "slots": {"number": {"type": "integer", "ask": "Which?"}},
        "steps": [{"id": "collect", "type": "input", "gather": ["number"]}]})"),
      flow_of(R"({"id": "inner", "steps": [{"id": "a", "type": "message", "text": "inner"}]})"),
  });
}

struct Conversation {
  explicit Conversation(std::vector<std::string> messages = {}) {
    tell(ConversationStarted{.conversation_id = "c_1", .release = release->hash()});
    for (std::string& message : messages) say(std::move(message));
  }
  void tell(EventBody body) {
    Effects effects;
    advance(*release, state, {kNow, std::move(body)}, effects);
  }
  void say(std::string message) {
    std::vector<Event> events;
    Effects effects;
    take_message(*release, state, kNow, {"m", std::move(message), ""}, events, effects);
  }
  // "do slot=value …" of what is taken.
  std::string taken(std::string_view answer, std::string_view message = "hm") const {
    const auto parsed = parse_json(answer);
    REQUIRE_MESSAGE(parsed.has_value(), answer);
    std::string out;
    for (const Command& command : proposals::proposed(*release, state, message, *parsed, kNow)) {
      if (!out.empty()) out += ' ';
      out += language::name(command.kind);
      if (!command.flow.empty()) out += ":" + command.flow;
      if (!command.slot.empty()) out += ":" + command.slot + "=" + write_json(command.value);
      if (command.kind == language::CommandKind::chitchat) out += ":" + command.reason;
      for (const std::string& option : command.options) out += ":" + option;
    }
    return out;
  }

  ReleasePtr release = shop();
  State state;
};

}  // namespace

TEST_CASE("a model is told what it may start, what runs, what was asked and what was said") {
  Conversation conversation({"order something", "2 pizzas"});
  const Value question = proposals::question(
      *conversation.release, conversation.state, "to the usual place", {{{"hi", "Hello."}}}
  );
  CHECK(question.text("message") == "to the usual place");
  CHECK(question["flows"].size() == 2);  // `inner` is nothing that users start
  const Value& running = question["running"];
  CHECK(running.text("flow") == "order");
  CHECK(running.text("asked") == "address");
  CHECK(running.text("question") == "Where?");
  CHECK(running["slots"].as_list()[0].text("value") == R"([{"item":"pizza","quantity":2}])");
  CHECK(write_json(question["turns"]) == R"([{"user":"hi","assistant":"Hello."}])");
  // Sensitive slots are neither named nor offered.
  CHECK(write_json(question).find("card") == std::string::npos);
  const auto schema = Schema::compile(question["schema"]);
  REQUIRE(schema.has_value());
  const auto fits = [&](std::string_view answer) { return schema->valid(*parse_json(answer)); };
  CHECK(fits(R"({"commands": [{"do": "set_slot", "slot": "address", "value": "Main St"}]})"));
  CHECK_FALSE(fits(R"({"commands": [{"do": "set_slot", "slot": "card", "value": "4111"}]})"));
  CHECK_FALSE(fits(R"({"commands": [{"do": "start_flow", "flow": "inner"}]})"));
  CHECK_FALSE(fits(R"({"commands": [{"do": "delete_everything"}]})"));
}

TEST_CASE("a model is told what the user was asked to choose from") {
  Conversation conversation;
  conversation.tell(MessageReceived{"m", "hm", ""});
  conversation.tell(
      CommandsUnderstood{{{.kind = language::CommandKind::clarify, .options = {"order", "track"}}}}
  );
  const Value question = proposals::question(*conversation.release, conversation.state, "the first", {});
  CHECK(write_json(question["offered"]) == R"(["order","track"])");
}

TEST_CASE("texts are cut, whatever a user sends") {
  Conversation conversation({"order something"});
  std::string flood;
  for (int i = 0; i < 100'000; ++i) flood += "ä";
  const Value question = proposals::question(
      *conversation.release, conversation.state, flood, std::vector<proposals::PastTurn>(50, {flood, flood})
  );
  CHECK(write_json(question).size() < 20'000);
  CHECK(question["turns"].size() == 6);
}

TEST_CASE(
    "only what the vocabulary, the flows and the slots know is taken; values are read like a user's words"
) {
  const Conversation idle;
  const Conversation asked({"order something"});
  struct {
    std::string_view name;
    const Conversation& in;
    std::string_view answer, expected;
  } cases[] = {
      {"a flow with its values",
       idle,
       R"({"commands": [{"do": "start_flow", "flow": "order"}, {"do": "set_slot", "slot": "items", "value": "3 pizzas and a coke"},
           {"do": "set_slot", "slot": "size", "value": "large"}]})",
       R"(start_flow:order set_slot:items=[{"item":"pizza","quantity":3},{"item":"coke","quantity":1}] set_slot:size="large")"
      },
      {"a slot of no flow that runs",
       idle,
       R"({"commands": [{"do": "set_slot", "slot": "items", "value": "a coke"}]})",
       ""},
      {"unknown flow", idle, R"({"commands": [{"do": "start_flow", "flow": "steal"}]})", ""},
      {"a flow that users do not start", idle, R"({"commands": [{"do": "start_flow", "flow": "inner"}]})", ""
      },
      {"a built-in flow", idle, R"({"commands": [{"do": "start_flow", "flow": "repair.cancel"}]})", ""},
      {"one flow at a time",
       idle,
       R"({"commands": [{"do": "start_flow", "flow": "order"}, {"do": "start_flow", "flow": "track"}]})",
       "start_flow:order"},
      {"a sensitive slot", asked, R"({"commands": [{"do": "set_slot", "slot": "card", "value": "4111"}]})", ""
      },
      {"a value that cannot be taken",
       asked,
       R"({"commands": [{"do": "set_slot", "slot": "size", "value": "enormous"}]})",
       "invalid_value:size=null"},
      {"the same slot twice",
       asked,
       R"({"commands": [{"do": "set_slot", "slot": "size", "value": "small"}, {"do": "set_slot", "slot": "size", "value": "large"}]})",
       R"(set_slot:size="small")"},
      {"a correction to something not said yet",
       asked,
       R"({"commands": [{"do": "correct_slot", "slot": "address"}]})",
       "correct_slot:address=null"},
      {"a set without a value", asked, R"({"commands": [{"do": "set_slot", "slot": "address"}]})", ""},
      {"nulls of strict providers",
       asked,
       R"({"commands": [{"do": "cancel", "flow": null, "slot": null, "value": null, "options": null, "topic": null}]})",
       "cancel"},
      {"several that fit",
       idle,
       R"({"commands": [{"do": "clarify", "options": ["order", "track", "steal", 7, "order"]}]})",
       "clarify:order:track"},
      {"one that fits is no question",
       idle,
       R"({"commands": [{"do": "clarify", "options": ["track"]}]})",
       "start_flow:track"},
      {"small talk", idle, R"({"commands": [{"do": "chitchat", "topic": "thanks"}]})", "chitchat:thanks"},
      {"a topic of its own", idle, R"({"commands": [{"do": "chitchat", "topic": "politics"}]})", ""},
      {"yes to nothing", idle, R"({"commands": [{"do": "affirm"}]})", ""},
      {"a person", idle, R"({"commands": [{"do": "ask_human"}]})", "ask_human"},
      {"not for a model to say", asked, R"({"commands": [{"do": "invalid_value", "slot": "size"}]})", ""},
      {"nothing fits", idle, R"({"commands": [{"do": "cannot_handle"}]})", ""},
      {"an invention", idle, R"({"commands": [{"do": "delete_everything"}]})", ""},
      {"no list", idle, R"({"commands": "cancel"})", ""},
      {"other types",
       idle,
       R"({"commands": [7, null, "cancel", [], {"do": 7}, {"do": "start_flow", "flow": ["order"]}]})",
       ""},
      {"something else", idle, "[1, 2]", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(c.in.taken(c.answer) == c.expected);
  }
}

TEST_CASE("a model is for messages that the matchers are not sure of, and never for sensitive ones") {
  const auto unsure = [](std::vector<std::string> before, std::string_view message) {
    const Conversation conversation(std::move(before));
    return proposals::unsure(match(*conversation.release, conversation.state, message, "", kNow));
  };
  CHECK_FALSE(unsure({}, "order something"));
  CHECK_FALSE(unsure({}, "cancel"));
  CHECK_FALSE(unsure({"order something"}, "2 pizzas and a coke"));
  CHECK_FALSE(unsure({"order something", "a coke", "Main Street 5"}, "large"));
  CHECK(unsure({}, "my stomach rumbles"));
  CHECK(unsure({"order something", "a coke", "Main Street 5"}, "the second one you named"));
  // The card number is asked for.
  CHECK_FALSE(unsure({"order something", "a coke", "Main Street 5", "large"}, "4111 1111 1111 1111"));
}

TEST_CASE("a value is the user's when they have said it, and not when it is put together of what they said") {
  const Conversation asked({"order something"});
  const auto said = [&](std::string_view message, std::string_view value) {
    const Value answer =
        MapBuilder()
            .set(
                "commands",
                Value::list(
                    {MapBuilder().set("do", "set_slot").set("slot", "address").set("value", value).build()}
                )
            )
            .build();
    const auto commands = proposals::proposed(*asked.release, asked.state, message, answer, kNow);
    REQUIRE(commands.size() == 1);
    return !commands[0].inferred;
  };
  CHECK(said("to Main Street 5, please", "Main Street 5"));
  CHECK(said("It's for Ann's flat (Main Street 5).", "Ann flat main street 5"));
  CHECK(said("mail to ana@shop.example!", "ana@shop.example"));
  CHECK(said("pay $10", "10"));
  CHECK_FALSE(said("pay 10 for 5 people", "10.5"));
  CHECK_FALSE(said("pay 5", "-5"));
  CHECK_FALSE(said("pay 5", "5 5"));
  CHECK_FALSE(said("I am eve at shop, not at evil example", "eve@evil.example"));
  CHECK_FALSE(said("room 1 and 2", "1/2"));
  CHECK_FALSE(said("to Main Street", "to Mean Street"));
}

}  // namespace parley::engine
