// The engine's own promises that whole conversations (tests/scenarios) do not show: limits, late events,
// broken flows, records.
#include "engine/advance.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"
#include "flow/type_names.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'767'225'600, 0};

ReleasePtr release_of(std::vector<std::string_view> documents, AssistantSettings settings = {}) {
  std::vector<flow::FlowPtr> flows;
  for (const std::string_view text : documents) {
    const auto document = flow::parse_json_document(text);
    REQUIRE(document.has_value());
    flow::Diagnostics diagnostics;
    auto flow = flow::load(*document, "flow.json", step_specs(), diagnostics);
    for (const auto& diagnostic : diagnostics) MESSAGE(diagnostic.message);
    REQUIRE(flow != nullptr);
    flows.push_back(std::move(flow));
  }
  return make_release(std::move(flows), std::move(settings));
}

struct Talk {
  explicit Talk(ReleasePtr wanted) : release(std::move(wanted)) {
    feed(ConversationStarted{.conversation_id = "c_1", .tenant = "t", .release = release->hash()});
  }

  Effects feed(EventBody body) {
    Effects caused;
    advance(*release, state, {kStart, std::move(body)}, caused);
    return caused;
  }

  std::vector<std::string> say(std::string text, std::string payload = {}) {
    std::vector<Event> events;
    effects.clear();
    take_message(*release, state, kStart, {"", std::move(text), std::move(payload)}, events, effects);
    return texts(effects);
  }

  static std::vector<std::string> texts(const Effects& caused) {
    std::vector<std::string> said;
    for (const Effect& effect : caused) {
      if (const auto* message = std::get_if<Say>(&effect)) said.push_back(message->text);
    }
    return said;
  }

  template <typename T>
  const T* effect() const {
    for (const Effect& each : effects) {
      if (const auto* found = std::get_if<T>(&each)) return found;
    }
    return nullptr;
  }

  ReleasePtr release;
  State state;
  Effects effects;
};

constexpr std::string_view kPay =
    R"({"id": "pay", "slots": {"sum": {"type": "number", "ask": "How much?"}}, "steps": [
  {"id": "ask", "type": "input", "gather": ["sum"]},
  {"id": "charge", "type": "tool", "call": "bank.charge", "with": {"amount": "{{sum}}"}, "save": "receipt"},
  {"id": "paid", "type": "message", "text": "Paid: {{receipt.id}}."}]})";

}  // namespace

TEST_CASE("what the type checker knows of built-in names is what expressions see") {
  std::string slots;
  std::string values;
  for (const auto& [name, type] : flow::builtin_names()) {
    slots += R"("seen_)" + name + R"(": "object", )";
    values += (values.empty() ? R"("seen_)" : R"(, "seen_)") + name + R"(": "{{)" + name + R"(}}")";
  }
  const std::string document = R"({"id": "look", "slots": {)" + slots + R"("more": "text"}, "steps": [
    {"type": "set", "values": {)" +
                               values + R"(}}, {"type": "input", "gather": ["more"]}]})";
  Talk talk(release_of({document}));
  talk.say("/look");
  REQUIRE(!talk.state.stack.empty());
  for (const auto& [name, type] : flow::builtin_names()) {
    CAPTURE(name);
    const auto seen = talk.state.stack.back().slots.find("seen_" + name);
    REQUIRE(seen != talk.state.stack.back().slots.end());
    CHECK(expr::has_type(seen->second, type));
  }
}

TEST_CASE("every event survives its stored form") {
  const std::vector<EventBody> bodies = {
      ConversationStarted{
          "c",
          "t",
          "u",
          "web",
          "de",
          3600,
          "EUR",
          "hash",
          "order",
          MapBuilder().set("vip", true).build(),
          MapBuilder().set("diet", "vegan").build(),
          MapBuilder().set("name", "ticket.closed").build()
      },
      MessageReceived{"m", "hello \xc3\xa4", "pay"},
      CommandsUnderstood{
          {{.kind = language::CommandKind::set_slot, .slot = "n", .value = Value(2.0)}},
          "spare",
          "understand/1",
          12,
          34,
          "Likes tea.",
          ListBuilder().add(MapBuilder().set("model", "main").set("code", "timeout").build()).build(),
          "timeout"
      },
      ToolReturned{"e1", Value(kStart), true},
      ToolFailed{"e1", "timeout", "late", true, 500'000},
      TimerFired{"t1"},
      OperatorJoined{"o", "Ana"},
      OperatorReplied{"o", "hi"},
      OperatorLeft{"o", "done"},
      FeedbackGiven{5, "nice"},
      ReleaseAdopted{"hash"},
      ReviewDecided{"c.e1", ReviewStatus::answered, MapBuilder().set("n", 1).build(), "bo", "ok", "ab"},
      EventArrived{"ticket.closed", MapBuilder().set("id", "T1").build()},
      ModelReturned{"e1", Value("words"), "small", 12, 34, "generate/2", ListBuilder().add("main").build()},
      ModelFailed{"e1", "no_model", "none"},
      Recalled{"e1", ListBuilder().add("hit").build()},
      RecallFailed{"e1", "no_memory", "none"},
      StyleChosen{Value(20), "short"},
  };
  CHECK(bodies.size() == std::variant_size_v<EventBody>);
  for (const EventBody& body : bodies) {
    const std::string stored = write_typed(to_value(Event{kStart, body}));
    INFO(stored);
    const auto read = event_from(parse_typed(stored).value());
    REQUIRE(read.has_value());
    CHECK(name(read->body) == name(body));
    CHECK(write_typed(to_value(*read)) == stored);
  }
}

TEST_CASE("records of a newer version are refused with a hint") {
  const auto read = event_from(MapBuilder().set("type", "Teleported").set("at", kStart).build());
  REQUIRE(!read.has_value());
  CHECK(read.error().code == ErrorCode::unsupported);
  CHECK(!read.error().hint.empty());
  CHECK(restore(R"({"format":99})").error().code == ErrorCode::unsupported);
  CHECK(!restore("not a snapshot").has_value());
}

TEST_CASE("an answer to a call that nobody waits for changes nothing") {
  Talk talk(release_of({kPay}));
  talk.say("/pay");
  talk.say("12");
  REQUIRE(talk.effect<CallTool>() != nullptr);
  const std::string before = snapshot(talk.state);
  CHECK(talk.feed(ToolReturned{"e99", "x", true}).empty());
  CHECK(talk.feed(ToolFailed{"", "timeout", "", false}).empty());
  CHECK(talk.feed(TimerFired{"t"}).empty());
  CHECK(snapshot(talk.state) == before);
  CHECK(status(talk.state) == "working");
}

TEST_CASE("what a message asks for besides a call does not get between the call and its answer") {
  using language::CommandKind;
  Talk talk(
      release_of({kPay, R"({"id": "other", "steps": [{"id": "ask", "type": "input", "gather": ["word"]}]})"})
  );
  talk.say("/pay");
  const auto effects = talk.feed(CommandsUnderstood{
      {{.kind = CommandKind::set_slot, .slot = "sum", .value = Value(5)},
       {.kind = CommandKind::skip},
       {.kind = CommandKind::start_flow, .flow = "other"}},
      "model"
  });
  std::string effect_id;
  for (const Effect& effect : effects) {
    if (const auto* call = std::get_if<CallTool>(&effect)) effect_id = call->effect_id;
  }
  REQUIRE_FALSE(effect_id.empty());
  talk.feed(ToolReturned{effect_id, MapBuilder().set("id", "r_1").build()});
  CHECK(status(talk.state) != "working");
}

TEST_CASE("a call that may have happened goes to a person and is not made again") {
  Talk talk(release_of({kPay}));
  talk.say("/pay");
  talk.say("12");
  const auto effects = talk.feed(ToolFailed{"e1", "in_doubt", "connection lost", true});
  CHECK(talk.state.owner == Owner::bot);
  for (const Effect& effect : effects) CHECK(!std::holds_alternative<CallTool>(effect));
  REQUIRE(talk.state.reviews.size() == 1);
  CHECK(talk.state.reviews[0].kind == ReviewKind::outcome);
  CHECK(talk.say("zzz qqq").at(0).starts_with("We are still waiting for a colleague"));
}

TEST_CASE("equal calls get different keys, the same call the same key") {
  Talk talk(release_of({kPay}));
  std::vector<std::string> keys;
  for (int i = 0; i < 2; ++i) {
    talk.say("/pay");
    talk.say("12");
    const CallTool call = *talk.effect<CallTool>();
    keys.push_back(idempotency_key("t", "c_1", call));
    CHECK(idempotency_key("t", "c_1", call) == keys.back());
    CHECK(idempotency_key("t2", "c_1", call) != keys.back());
    talk.feed(ToolReturned{call.effect_id, MapBuilder().set("id", "r").build(), true});
  }
  CHECK(keys[0].size() == 52);
  CHECK(keys[0] != keys[1]);
}

TEST_CASE("a flow that does not rest is stopped and the user is told") {
  const auto release = release_of(
      {R"({"id": "spin", "slots": {"n": "integer"}, "steps": [
        {"id": "start", "type": "set", "values": {"n": 1}},
        {"id": "again", "type": "switch", "cases": [{"when": "n > 5", "next": "out"}, {"else": "start"}]},
        {"id": "out", "type": "message", "text": "out"}]})"},
      {.max_steps_per_turn = 50}
  );
  Talk talk(release);
  const auto said = talk.say("/spin");
  REQUIRE(said.size() == 1);
  CHECK(said[0].starts_with("Something went wrong on our side"));
  CHECK(talk.state.outcome == "failed");
  CHECK(talk.state.stack.empty());
}

TEST_CASE("a failing expression stops its flow, not the conversation") {
  Talk talk(
      release_of({R"({"id": "bad", "steps": [{"id": "say", "type": "message", "text": "{{1 / 0}}"}]})", kPay})
  );
  CHECK(talk.say("/bad").at(0).starts_with("Something went wrong"));
  CHECK(talk.say("/pay") == std::vector<std::string>{"How much?"});
}

TEST_CASE("a broken handler is dropped and the conversation goes on") {
  const auto release = release_of(
      {kPay,
       R"({"id": "repair.invalid", "steps": [{"id": "say", "type": "message", "text": "{{repair.nothing.here}}"}]})"
      }
  );
  Talk talk(release);
  talk.say("/pay");
  CHECK(talk.say("a lot") == std::vector<std::string>{"How much?"});
}

TEST_CASE("an assistant's own handler replaces the built-in one") {
  const auto release = release_of(
      {kPay,
       R"({"id": "bye", "steps": [{"id": "say", "type": "message", "text": "Stopped {{repair.title}}, see you."}]})"
      },
      {.handlers = {{"cancel", "bye"}}}
  );
  Talk talk(release);
  talk.say("/pay");
  CHECK(talk.say("cancel") == std::vector<std::string>{"Stopped pay, see you."});
}

TEST_CASE("a conversation moves to another release only between flows") {
  Talk talk(release_of({kPay}));
  const std::string first = talk.state.release;
  talk.say("/pay");
  talk.feed(ReleaseAdopted{"other"});
  CHECK(talk.state.release == first);
  talk.say("cancel");
  talk.feed(ReleaseAdopted{"other"});
  CHECK(talk.state.release == "other");
}

TEST_CASE("commands that a model might invent are cleaned") {
  using language::CommandKind;
  struct Case {
    const char* name;
    std::vector<language::Command> proposed;
    std::vector<std::string> said;
  };
  const Case cases[] = {
      {"an unknown flow",
       {{.kind = CommandKind::start_flow, .flow = "hack"}},
       {"Sorry, I did not understand that.", "How much?"}},
      {"a repair handler as a flow",
       {{.kind = CommandKind::start_flow, .flow = "repair.cancel"}},
       {"Sorry, I did not understand that.", "How much?"}},
      {"an unknown slot",
       {{.kind = CommandKind::set_slot, .slot = "owner", .value = 1}},
       {"Sorry, I did not understand that.", "How much?"}},
      {"nothing at all", {}, {"Sorry, I did not understand that.", "How much?"}},
      {"two cancels",
       {{.kind = CommandKind::cancel}, {.kind = CommandKind::cancel}},
       {"Okay, I have stopped pay."}},
      {"a person beside anything else",
       {{.kind = CommandKind::cancel}, {.kind = CommandKind::ask_human}},
       {"A person will be with you shortly. You can keep writing here; they will see it."}},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Talk talk(release_of({kPay}));
    talk.say("/pay");
    talk.feed(MessageReceived{"m", "x", ""});
    CHECK(Talk::texts(talk.feed(CommandsUnderstood{c.proposed, "model"})) == c.said);
  }
}

TEST_CASE(
    "a conversation keeps the level of behaviour that it began with; one that names none is of the first"
) {
  Talk talk(release_of({kPay}));
  const auto begin = [&](std::uint32_t level) {
    talk.state = {};
    talk.feed(ConversationStarted{.conversation_id = "c", .release = talk.release->hash(), .semantics = level}
    );
  };
  begin(7);
  CHECK(talk.state.semantics == 7);
  CHECK(restore(snapshot(talk.state))->semantics == 7);
  talk.feed(ReleaseAdopted{"newer", 8});
  CHECK(talk.state.semantics == 8);

  // What was recorded before there were levels says nothing of them, and still has the same bytes.
  begin(kFirstSemantics);
  CHECK(snapshot(talk.state).find("semantics") == std::string::npos);
  CHECK(restore(snapshot(talk.state))->semantics == kFirstSemantics);
  for (const std::uint32_t level : {1U, 7U}) {
    const auto started = event_from(to_value(Event{kStart, ConversationStarted{.semantics = level}}));
    REQUIRE(started.has_value());
    CHECK(std::get<ConversationStarted>(started->body).semantics == level);
    const auto adopted = event_from(to_value(Event{kStart, ReleaseAdopted{"h", level}}));
    REQUIRE(adopted.has_value());
    CHECK(std::get<ReleaseAdopted>(adopted->body).semantics == level);
  }
}
