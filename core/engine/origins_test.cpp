// Where values come from, by what flows do with them: a call made with them waits for a person, or does not.
#include "engine/origins.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'700'000'000, 0};

// Runs a flow to its last call. Every other call is answered at once; a model says "from a model".
class Played {
 public:
  Played(
      std::vector<std::string> documents,
      std::uint32_t semantics,
      std::vector<language::Command> said,
      Value event = {},
      Value user_slots = {},
      Value user_origins = {}
  ) {
    std::vector<flow::FlowPtr> flows;
    for (const std::string& document : documents) {
      flow::Diagnostics diagnostics;
      auto flow =
          flow::load(flow::parse_json_document(document).value(), "test.json", step_specs(), diagnostics);
      if (flow == nullptr) MESSAGE(diagnostics.front().message);
      REQUIRE(flow != nullptr);
      flows.push_back(std::move(flow));
    }
    const std::string id = flows.front()->id;
    release_ = make_release(std::move(flows));
    feed(ConversationStarted{
        .conversation_id = "c",
        .tenant = "t",
        .user_id = "ana",
        .release = release_->hash(),
        .flow = event.is_null() ? id : "",
        .context = {},
        .user_slots = std::move(user_slots),
        .event = event,
        .semantics = semantics,
        .user_origins = std::move(user_origins)
    });
    if (!said.empty()) feed(CommandsUnderstood{.commands = std::move(said), .source = "model"});
    if (state_.stack.empty()) return;
    if (state_.stack.back().asked)
      feed(CommandsUnderstood{.commands = {{.kind = language::CommandKind::affirm}}});
  }

  // "called", "waits for: …" or "nothing".
  std::string outcome = "nothing";
  Effects remembered;

 private:
  void feed(EventBody body) {
    Effects effects;
    state_ = restore(snapshot(state_)).value();
    advance(*release_, state_, Event{kStart, std::move(body)}, effects);
    for (const Effect& effect : effects) answer(effect);
  }

  void answer(const Effect& effect) {
    const Value made = MapBuilder().set("id", "x").set("total", 5).build();
    if (const auto* call = std::get_if<CallTool>(&effect)) {
      if (call->tool == "bank.pay") {
        outcome = "called";
      } else if (call->tool == "crm.broken") {
        feed(ToolFailed{.effect_id = call->effect_id, .code = "http_500", .message = "pay Eve"});
      } else {
        feed(ToolReturned{.effect_id = call->effect_id, .result = made});
      }
    }
    if (const auto* call = std::get_if<CallModel>(&effect)) {
      const bool links = call->input.text("prompt") == "Link";
      feed(ModelReturned{
          .effect_id = call->effect_id,
          .result = call->task == "extract" ? made : Value(links ? "to https://evil.example/x" : "words")
      });
    }
    if (const auto* call = std::get_if<Recall>(&effect)) feed(Recalled{call->effect_id, Value::list({made})});
    if (const auto* asked = std::get_if<RequestReview>(&effect)) {
      outcome = asked->kind == ReviewKind::approval && !asked->subject.text("tool").empty()
                    ? "waits: " + asked->text
                    : "asked";
      if (outcome == "asked")
        feed(ReviewDecided{
            .review_id = asked->review_id,
            .decision = ReviewStatus::answered,
            .values = MapBuilder().set("to", "Ann").build(),
            .reviewer = "bo",
            .note = {},
            .digest = asked->digest
        });
    }
    if (std::holds_alternative<Remember>(effect)) remembered.push_back(effect);
  }

  ReleasePtr release_;
  State state_;
};

std::string flow_of(std::string_view steps, std::string_view slots = "{}") {
  return R"({"id": "f", "slots": )" + std::string(slots) + R"(, "steps": [)" + std::string(steps) + "]}";
}

constexpr std::string_view kAnySlots =
    R"({"a": {"type": "number"}, "b": {"type": "number"}, "sum": {"type": "number"}, "given": {"type": "object"}})";

std::string outcome(
    std::string_view steps,
    std::string_view slots = kAnySlots,
    std::vector<language::Command> said = {},
    std::uint32_t semantics = kNewestSemantics
) {
  return Played({flow_of(steps, slots)}, semantics, std::move(said)).outcome;
}

constexpr std::string_view kFind =
    R"({"id": "find", "type": "tool", "call": "crm.find", "with": {"n": 1}, "save": "found", "effect": "read"},)";

std::string waits(std::string_view from) {
  return "waits: What it is called with comes from " + std::string(from) +
         ", not only from the user and the author.";
}

language::Command set(std::string slot, Value value, bool inferred) {
  return {
      .kind = language::CommandKind::set_slot,
      .slot = std::move(slot),
      .value = std::move(value),
      .inferred = inferred
  };
}

}  // namespace

TEST_CASE("what a call is made with decides whether a person is asked") {
  struct Case {
    const char* name;
    std::string steps;
    std::string outcome;
  };
  const std::string find(kFind);
  const Case cases[] = {
      {"constants", R"({"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "Ann"}})", "called"},
      {"another connector's answer",
       find + R"({"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{found.id}}"}})",
       waits("crm.find")},
      {"its own connector's answer",
       R"({"id": "find", "type": "tool", "call": "bank.find", "with": {"n": 1}, "save": "found"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{found.id}}"}})",
       "called"},
      {"an answer that the author trusts",
       find + R"({"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{found.id}}"},
          "trust": ["crm.find"]})",
       "called"},
      {"a call that only reads",
       find +
           R"({"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{found.id}}"}, "effect": "read"})",
       "called"},
      {"an answer that is not passed on",
       find + R"({"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "Ann"}})",
       "called"},
      {"computed from it",
       find + R"({"id": "s", "type": "set", "values": {"a": "{{found.total + 1}}", "b": "{{a}}"}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"deep": [{"to": "{{slots.b}}"}]}})",
       waits("crm.find")},
      {"set anew by the author",
       find + R"({"id": "s", "type": "set", "values": {"given": "{{found}}"}},
          {"id": "t", "type": "set", "values": {"given": {"id": "Ann"}}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{given.id}}"}})",
       "called"},
      {"the last result",
       find + R"({"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{result.id}}"}})",
       waits("crm.find")},
      {"an item of a list",
       find + R"({"id": "l", "type": "loop", "for_each": "[found]", "as": "one", "steps": [
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{one.id}}"}}]})",
       waits("crm.find")},
      {"the message of a failure",
       R"({"id": "b", "type": "tool", "call": "crm.broken", "with": {"n": 1}, "on_error": "p"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{error.message}}"}})",
       waits("crm.broken")},
      {"a caught failure",
       R"({"id": "t", "type": "try", "steps": [{"id": "b", "type": "tool", "call": "crm.broken", "with": {"n": 1}}],
          "catch": [{"match": "*", "as": "why", "steps": [
            {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{why.message}}"}}]}]})",
       waits("crm.broken")},
      {"words of a model",
       R"({"id": "g", "type": "generate", "prompt": "Write", "save": "text"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{text}}"}})",
       waits("model.generate")},
      {"a model's reading of an answer",
       find + R"({"id": "e", "type": "extract", "text": "{{found.id}}", "save": "it",
          "schema": {"type": "object", "properties": {"id": {"type": "string"}}}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{it.id}}"}})",
       waits("crm.find and model.extract")},
      {"what was looked up",
       R"({"id": "s", "type": "search", "source": "faq", "query": "x", "save": "hits"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{hits[0].id}}"}})",
       waits("knowledge.faq")},
      {"passed through another call",
       find +
           R"({"id": "e", "type": "tool", "call": "bank.echo", "with": {"x": "{{found.id}}"}, "trust": ["crm.find"],
          "save": "echo"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{echo.id}}"}})",
       waits("crm.find")},
      {"passed through a function",
       find + R"({"id": "e", "type": "tool", "call": "text.summarise", "with": {"texts": ["{{found.id}}"]},
          "save": "short"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{short.id}}"}})",
       waits("crm.find")},
      {"what a person of the team filled in",
       R"({"id": "r", "type": "review", "title": "To whom?", "form": {"to": {"type": "text"}}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{review.values.to}}"}})",
       "called"},
      {"an answer that the user was shown in full and said yes to",
       R"({"id": "find", "type": "tool", "call": "crm.find", "with": {"n": 1}, "save": "found", "effect": "read"},
          {"id": "s", "type": "set", "values": {"sum": "{{found.total}}"}},
          {"id": "c", "type": "confirm", "text": "Pay {{sum}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{sum}}"}})",
       "called"},
      {"one of which the user was shown a part",
       find + R"({"id": "c", "type": "confirm", "text": "Pay {{found.total}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{found.id}}"}})",
       waits("crm.find")},
      {"a fact about the user made from it",
       find + R"({"id": "r", "type": "remember", "facts": {"friend": "{{found.id}}", "likes": "tea"}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{user.friend}}"}})",
       waits("crm.find")},
      {"another fact than that",
       find + R"({"id": "r", "type": "remember", "facts": {"friend": "{{found.id}}", "likes": "tea"}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{user.likes}}"}})",
       "called"},
      {"a fact remembered anew",
       find + R"({"id": "r", "type": "remember", "facts": {"friend": "{{found.id}}"}},
          {"id": "s", "type": "remember", "facts": {"friend": "Ann"}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{user.friend}}"}})",
       "called"},
      {"an item of a list whose name means something else in a later round",
       find + R"({"id": "l", "type": "loop", "for_each": "[result.id, result.id]", "as": "one", "steps": [
          {"id": "p", "type": "tool", "call": "bank.pay", "if": "given != null", "with": {"to": "{{one}}"}},
          {"id": "own", "type": "tool", "call": "bank.find", "with": {"n": 1}, "save": "own"},
          {"id": "s", "type": "set", "values": {"given": {"second": true}}}]})",
       waits("crm.find")},
      {"the words of a model's failure",
       R"({"id": "c", "type": "classify", "labels": ["a"], "text": "x", "on_error": "p"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{error.message}}"}})",
       waits("model.classify")},
      {"a model's words that the user was shown and said yes to",
       R"({"id": "g", "type": "generate", "prompt": "Write", "save": "text"},
          {"id": "c", "type": "confirm", "text": "Send {{text}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{text}}"}})",
       "called"},
      {"a model's words that were shown without their link",
       R"({"id": "g", "type": "generate", "prompt": "Link", "save": "text"},
          {"id": "c", "type": "confirm", "text": "Send {{text}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{text}}"}})",
       waits("model.generate")},
      {"one that only a phrase was chosen by",
       find + R"({"id": "s", "type": "set", "values": {"sum": "{{found.total}}"}},
          {"id": "c", "type": "confirm", "text": "{sum, select, yes {Yes} other {No}} it is?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{sum}}"}})",
       waits("crm.find")},
      {"one in a phrase that was not chosen",
       find + R"({"id": "s", "type": "set", "values": {"sum": "{{found.total}}"}},
          {"id": "c", "type": "confirm", "text": "{size([1]), plural, one {Sure} other {Pay {{sum}}}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{sum}}"}})",
       waits("crm.find")},
      {"one in the phrase that was chosen",
       find + R"({"id": "s", "type": "set", "values": {"sum": "{{found.total}}"}},
          {"id": "c", "type": "confirm", "text": "{size([1, 2]), plural, one {Sure} other {Pay {{sum}}}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{sum}}"}})",
       "called"},
      {"a map that was shown with all of its members",
       find +
           R"({"id": "s", "type": "set", "values": {"given": {"to": "{{found.id}}", "sum": "{{found.total}}"}}},
          {"id": "c", "type": "confirm", "text": "Pay {{given}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{given}}"}})",
       "called"},
      {"a map that was shown as a number of things",
       find +
           R"({"id": "s", "type": "set", "values": {"given": {"quantity": 1, "item": "tea", "to": "{{found.id}}"}}},
          {"id": "c", "type": "confirm", "text": "Pay {{given}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{given}}"}})",
       waits("crm.find")},
      {"a sum that was shown with two digits of its three",
       find +
           R"({"id": "s", "type": "set", "values": {"given": {"amount": "{{found.total + 0.004}}", "currency": "EUR"}}},
          {"id": "c", "type": "confirm", "text": "Pay {{given}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{given}}"}})",
       waits("crm.find")},
      {"a text that turns what is behind it around",
       find + R"({"id": "s", "type": "set", "values": {"given": ["\u202e{{found.id}}"]}},
          {"id": "c", "type": "confirm", "text": "Pay {{given}}?"},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{given}}"}})",
       waits("crm.find")},
      {"one that only some of the words show",
       R"({"id": "find", "type": "tool", "call": "crm.find", "with": {"n": 1}, "save": "found", "effect": "read"},
          {"id": "s", "type": "set", "values": {"sum": "{{found.total}}"}},
          {"id": "c", "type": "confirm", "text": {"en": "Sure?", "de": "{{sum}} zahlen?"}},
          {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{sum}}"}})",
       waits("crm.find")},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(outcome(c.steps) == c.outcome);
    // As it was before values carried where they came from.
    CHECK(outcome(c.steps, kAnySlots, {}, kFirstSemantics) == "called");
  }
}

TEST_CASE("what a model reads into the user's words is the user's once they have confirmed it") {
  constexpr std::string_view kSlots = R"({"to": {"type": "text", "ask": "To whom?"}})";
  constexpr std::string_view kAsk = R"({"id": "a", "type": "input", "gather": ["to"]},)";
  constexpr std::string_view kPay =
      R"({"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{to}}"}})";
  const std::string plain = std::string(kAsk) + std::string(kPay);
  const std::string confirmed =
      std::string(kAsk) + R"({"id": "c", "type": "confirm", "text": "Pay {{to}}?"},)" + std::string(kPay);
  CHECK(outcome(plain, kSlots, {set("to", Value("Ann"), false)}) == "called");
  CHECK(outcome(plain, kSlots, {set("to", Value("Eve"), true)}) == waits("model.understand"));
  CHECK(outcome(confirmed, kSlots, {set("to", Value("Eve"), true)}) == "called");
  // Without `with` a call takes every slot.
  const std::string all = std::string(kAsk) + R"({"id": "p", "type": "tool", "call": "bank.pay"})";
  CHECK(outcome(all, kSlots, {set("to", Value("Eve"), true)}) == waits("model.understand"));
}

TEST_CASE("what a flow's inputs are made from by default keeps its origin") {
  const std::string pays = R"({"id": "f", "inputs": {"to": "{{friend}}"},
    "slots": {"friend": {"type": "text", "scope": "user"}},
    "steps": [{"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{to}}"}}]})";
  const Value slots = MapBuilder().set("friend", "Eve").build();
  const Value marks = MapBuilder().set("friend", Value::list({Value("crm.find")})).build();
  CHECK(Played({pays}, kNewestSemantics, {}, {}, slots, marks).outcome == waits("crm.find"));
  CHECK(Played({pays}, kNewestSemantics, {}, {}, slots, {}).outcome == "called");
  CHECK(Played({pays}, kStyleForModels, {}, {}, slots, marks).outcome == "called");
}

TEST_CASE("what a failure says stays the tool's in the flow that handles it") {
  const std::string breaks =
      flow_of(R"({"id": "b", "type": "tool", "call": "crm.broken", "with": {"n": 1}})");
  const std::string handler = R"({"id": "repair.error", "steps": [
    {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{repair.message}}"}}]})";
  CHECK(Played({breaks, handler}, kNewestSemantics, {}).outcome == waits("crm.broken"));
  CHECK(Played({breaks, handler}, kStyleForModels, {}).outcome == "called");
}

TEST_CASE("what a webhook brings is a stranger's, what the team's own programs send is not") {
  const auto with = [](std::string_view call, std::string_view keywords, std::string_view origin) {
    const std::string flow =
        R"({"id": "f", "triggers": [{"event": "closed"}], "steps": [
          {"id": "p", "type": "tool", "call": ")" +
        std::string(call) + R"(", "with": {"to": "{{event.data.who}}"})" + std::string(keywords) + "}]}";
    MapBuilder event;
    event.set("name", "closed").set("data", MapBuilder().set("who", "Eve").build());
    if (!origin.empty()) event.set("origin", origin);
    return Played({flow}, kNewestSemantics, {}, event.build()).outcome;
  };
  CHECK(with("bank.pay", "", "") == "called");
  CHECK(with("bank.pay", "", "desk.webhook") == waits("desk.webhook"));
  CHECK(with("bank.pay", "", "bank.webhook") == "called");
  CHECK(with("bank.pay", R"(, "trust": ["desk.webhook"])", "desk.webhook") == "called");
}

TEST_CASE("an event that a flow waits for brings its origin along") {
  const std::string document = R"({"id": "f", "steps": [
    {"id": "w", "type": "wait", "event": "paid", "save": "came"},
    {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{came.who}}"}}]})";
  flow::Diagnostics diagnostics;
  const auto release = make_release(
      {flow::load(flow::parse_json_document(document).value(), "test.json", step_specs(), diagnostics)}
  );
  for (const std::string origin : {"", "desk.webhook"}) {
    State state;
    Effects effects;
    advance(
        *release, state, Event{kStart, ConversationStarted{.conversation_id = "c", .flow = "f"}}, effects
    );
    state = restore(snapshot(state)).value();
    const EventBody paid = EventArrived{"paid", MapBuilder().set("who", "Eve").build(), origin};
    advance(*release, state, event_from(to_value(Event{kStart, paid})).value(), effects);
    const bool called = std::ranges::any_of(effects, [](const Effect& effect) {
      return std::holds_alternative<CallTool>(effect);
    });
    CHECK(called == origin.empty());
  }
}

TEST_CASE("values keep where they came from on their way through other flows and through memory") {
  const std::string caller =
      R"({"id": "f", "slots": {"same": {"type": "text"}, "other": {"type": "text"}}, "steps": [)" +
      std::string(kFind) +
      R"({"id": "sub", "type": "flow", "call": "inner", "with": {"who": "{{found.id}}"}},
         {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{OUT}}"}}]})";
  const std::string inner = R"({"id": "inner", "inputs": {"who": {"required": true}},
    "outputs": {"same": "{{who}}", "other": "Ann"}, "steps": [{"id": "m", "type": "message", "text": "hm"}]})";
  const auto with = [&](std::string_view output) {
    std::string text = caller;
    text.replace(text.find("OUT"), 3, output);
    return Played({text, inner}, kNewestSemantics, {}).outcome;
  };
  CHECK(with("same") == waits("crm.find"));
  CHECK(with("other") == "called");

  const std::string remembers = flow_of(
      std::string(kFind) + R"({"id": "s", "type": "set", "values": {"friend": "{{found.id}}"}},
        {"id": "p", "type": "tool", "call": "bank.pay", "with": {"to": "{{friend}}"}})",
      R"({"friend": {"type": "text", "scope": "user"}})"
  );
  const Played played({remembers}, kNewestSemantics, {});
  CHECK(played.outcome == waits("crm.find"));
  REQUIRE(played.remembered.size() == 1);
  CHECK(std::get<Remember>(played.remembered[0]).origins == Origins{"crm.find"});
}

TEST_CASE("a conversation that begins with remembered values knows whose they are") {
  State state;
  state.semantics = kNewestSemantics;
  const Value marks = MapBuilder().set("friend", Value::list({Value("crm.find")})).build();
  state.origins = read_origins(marks);
  CHECK(write_canonical(origins_value(state.origins)) == write_canonical(marks));
  const auto again = restore(snapshot(state));
  REQUIRE(again.has_value());
  CHECK(again->origins == state.origins);
}
