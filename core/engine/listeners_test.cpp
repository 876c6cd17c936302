// What a conversation is told beside its answers: to whom "is there anything else" is said, whose clock is
// shown, what is asked again. Of kListenersSemantics; before it all was as the last column of a table says.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/advance.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'767'225'600, 0};  // 2026-01-01T00:00:00Z
const std::string kMore = "Is there anything else I can help you with?";

using Said = std::vector<std::string>;

ReleasePtr release_of(std::vector<std::string_view> documents, AssistantSettings settings = {}) {
  std::vector<flow::FlowPtr> flows;
  for (const std::string_view text : documents) {
    const auto document = flow::parse_json_document(text);
    REQUIRE(document.has_value());
    flow::Diagnostics diagnostics;
    flows.push_back(flow::load(*document, "flow.json", step_specs(), diagnostics));
    for (const auto& diagnostic : diagnostics) MESSAGE(diagnostic.message);
    REQUIRE(flows.back() != nullptr);
  }
  return make_release(std::move(flows), std::move(settings));
}

struct Talk {
  explicit Talk(ReleasePtr wanted, ConversationStarted start = {}) : release(std::move(wanted)) {
    start.conversation_id = "c_1";
    start.tenant = "t";
    start.release = release->hash();
    feed(std::move(start));
  }

  Said feed(EventBody body) {
    effects.clear();
    advance(*release, state, {kStart, std::move(body)}, effects);
    return said();
  }

  Said say(std::string text) {
    std::vector<Event> events;
    effects.clear();
    take_message(*release, state, kStart, {"", std::move(text), {}}, events, effects);
    return said();
  }

  [[nodiscard]] Said said() const {
    Said all;
    for (const Effect& effect : effects) {
      if (const auto* message = std::get_if<Say>(&effect)) all.push_back(message->text);
    }
    return all;
  }

  // The tools that are called, with their effects' ids.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> calls() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const Effect& effect : effects) {
      if (const auto* call = std::get_if<CallTool>(&effect)) all.emplace_back(call->tool, call->effect_id);
    }
    return all;
  }

  ReleasePtr release;
  State state;
  Effects effects;
};

constexpr std::string_view kNews =
    R"({"id": "news", "triggers": [{"command": "/news"}, {"event": "parcel.arrived"}],
  "steps": [{"id": "tell", "type": "message", "text": "Your parcel has arrived."}]})";
constexpr std::string_view kNap = R"({"id": "nap", "triggers": [{"command": "/nap"}],
  "steps": [{"id": "wait", "type": "wait", "for": "10m"}, {"id": "up", "type": "message", "text": "Time is up."}]})";
constexpr std::string_view kRate = R"({"id": "rate", "triggers": [{"event": "visit.over"}],
  "slots": {"stars": {"type": "integer", "ask": "How many stars?"}},
  "steps": [{"id": "ask", "type": "input", "gather": ["stars"]}, {"id": "thanks", "type": "message", "text": "Thank you."}]})";

ConversationStarted by_event(std::string_view name, std::uint32_t semantics = kNewestSemantics) {
  return {.event = MapBuilder().set("name", name).set("data", Value::map()).build(), .semantics = semantics};
}

}  // namespace

TEST_CASE("who has said nothing is not asked whether there is anything else") {
  for (const std::uint32_t level : {kOfferedWordsSemantics, kListenersSemantics}) {
    CAPTURE(level);
    const Said end = level < kListenersSemantics ? Said{kMore} : Said{};
    const auto with_end = [&](std::string first) {
      Said all{std::move(first)};
      all.insert(all.end(), end.begin(), end.end());
      return all;
    };
    Talk event(release_of({kNews}), by_event("parcel.arrived", level));
    CHECK(event.said() == with_end("Your parcel has arrived."));
    CHECK(status(event.state) == "ended");

    AssistantSettings greets;
    greets.start_flow = "news";
    CHECK(
        Talk(release_of({kNews}, greets), {.semantics = level}).said() == with_end("Your parcel has arrived.")
    );
    CHECK(
        Talk(release_of({kNews}), {.channel = "schedule", .flow = "news", .semantics = level}).said() ==
        with_end("Your parcel has arrived.")
    );

    Talk timer(release_of({kNap}), {.semantics = level});
    CHECK(timer.say("/nap").empty());
    CHECK(timer.feed(TimerFired{timer.state.stack.back().timer}) == with_end("Time is up."));
    CHECK(status(timer.state) == "ended");
  }
}

TEST_CASE("who talks is asked whether there is anything else") {
  Talk asked_for(release_of({kNews}), {.channel = "web", .flow = "news"});
  CHECK(asked_for.said() == Said{"Your parcel has arrived.", kMore});

  Talk answers(release_of({kRate}), by_event("visit.over"));
  CHECK(answers.said() == Said{"How many stars?"});
  CHECK(answers.say("5") == Said{"Thank you.", kMore});

  Talk later(release_of({kNews}), by_event("parcel.arrived"));
  CHECK(later.say("/news") == Said{"Your parcel has arrived.", kMore});

  // An event in the middle of something else: what waited goes on.
  Talk middle(release_of({kNews, kRate}), by_event("visit.over"));
  CHECK(
      middle.feed(EventArrived{.name = "parcel.arrived", .data = Value::map()}) ==
      Said{"Your parcel has arrived.", "Now back to rate.", "How many stars?"}
  );
}

TEST_CASE("an event comes through however much is open") {
  std::vector<std::string> flows;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    flows.push_back(
        R"({"id": ")" + std::string(id) + R"(", "slots": {"x": {"type": "integer", "ask": "X of )" + id +
        R"(?"}}, "steps": [{"id": "ask", "type": "input", "gather": ["x"]}]})"
    );
  }
  std::vector<std::string_view> documents(flows.begin(), flows.end());
  documents.push_back(kNews);
  Talk talk(release_of(documents));
  for (const char* id : {"/a", "/b", "/c", "/d", "/e"}) talk.say(id);
  CHECK(talk.say("/news") == Said{"There are a few things open already. Let us finish e first.", "X of e?"});
  CHECK(
      talk.feed(EventArrived{.name = "parcel.arrived", .data = Value::map()}) ==
      Said{"Your parcel has arrived.", "Now back to e.", "X of e?"}
  );
}

TEST_CASE("nobody is told of coming back to what asks them nothing") {
  Talk talk(release_of({kNap, kNews}));
  CHECK(talk.say("/nap").empty());
  CHECK(talk.say("/news") == Said{"Your parcel has arrived."});
  CHECK(talk.state.stack.back().flow == "nap");
}

TEST_CASE("times are told as the user's clocks show them") {
  constexpr std::string_view kVisit = R"({"id": "visit", "triggers": [{"command": "/visit"}],
    "slots": {"at": {"type": "datetime", "ask": "When?"}},
    "steps": [{"id": "ask", "type": "input", "gather": ["at"]},
              {"id": "sure", "type": "confirm", "text": "At {{at}} ({{conversation.utc_offset}})?"}]})";
  Talk talk(release_of({kVisit}), {.utc_offset_seconds = 7200});
  talk.say("/visit");
  CHECK(talk.say("tomorrow at 6pm") == Said{"At 2 Jan 2026 18:00 (+02:00)?"});
  CHECK(talk.state.stack.back().slots.at("at").as_timestamp() == *parse_timestamp("2026-01-02T16:00:00Z"));
  CHECK(
      talk.say("no, at 7pm tomorrow") ==
      Said{"Okay, at is now 2 Jan 2026 19:00.", "At 2 Jan 2026 19:00 (+02:00)?"}
  );
}

TEST_CASE("what is left of a question for several slots is asked for by itself") {
  constexpr std::string_view kContact = R"({"id": "contact", "triggers": [{"command": "/contact"}],
    "slots": {"person": {"type": "text", "ask": "Your name?"}, "mail": {"type": "email", "ask": "Your email?"}},
    "steps": [{"id": "ask", "type": "input", "gather": ["person", "mail"], "text": "Your name and email, please."}]})";
  Talk talk(release_of({kContact}));
  CHECK(talk.say("/contact") == Said{"Your name and email, please."});
  CHECK(talk.say("Ada") == Said{"Your email?"});
}

TEST_CASE("what a sub-flow has done before it failed is not done again") {
  constexpr std::string_view kPay = R"({"id": "pay", "inputs": ["sum"], "steps": [
    {"id": "charge", "type": "tool", "call": "bank.charge", "with": {"sum": "{{sum}}"}},
    {"id": "print", "type": "tool", "call": "bank.print", "with": {}}]})";
  constexpr std::string_view kShop = R"({"id": "shop", "triggers": [{"command": "/shop"}],
    "slots": {"sum": {"type": "integer", "label": "the sum", "ask": "How much?"}, "mail": {"type": "email", "ask": "Your email?"}},
    "steps": [{"id": "ask", "type": "input", "gather": ["sum"]},
              {"id": "safe", "type": "try",
               "steps": [{"id": "go", "type": "flow", "call": "pay", "with": {"sum": "{{sum}}"}}],
               "catch": [{"match": "*", "steps": [{"id": "sorry", "type": "message", "text": "No receipt."}]}]},
              {"id": "mail", "type": "input", "gather": ["mail"]}]})";
  Talk talk(release_of({kPay, kShop}));
  talk.say("/shop");
  talk.say("5");
  REQUIRE(talk.calls().size() == 1);
  talk.feed(ToolReturned{.effect_id = talk.calls()[0].second, .result = Value::map()});
  REQUIRE(talk.calls().size() == 1);
  CHECK(
      talk.feed(ToolFailed{.effect_id = talk.calls()[0].second, .code = "down", .message = "it is down"}) ==
      Said{"No receipt.", "Your email?"}
  );
  talk.say("change the sum to 6");
  CHECK(talk.calls().empty());
  CHECK(talk.state.stack.back().slots.at("sum") == Value(5));
}

TEST_CASE("starting over undoes what was done, and keeps what the flow was started with") {
  constexpr std::string_view kOrder =
      R"({"id": "order", "label": "your order", "triggers": [{"event": "cart.left"}],
    "slots": {"size": {"type": "integer", "ask": "Which size?"}, "mail": {"type": "email", "ask": "Your email?"}},
    "steps": [{"id": "hello", "type": "message", "text": "Your {{event.data.thing}} is waiting."},
              {"id": "ask", "type": "input", "gather": ["size"]},
              {"id": "hold", "type": "tool", "call": "shop.hold", "with": {"size": "{{size}}"}, "compensate": "shop.release"},
              {"id": "mail", "type": "input", "gather": ["mail"]}]})";
  Talk talk(
      release_of({kOrder}),
      {.event = MapBuilder()
                    .set("name", "cart.left")
                    .set("data", MapBuilder().set("thing", "coat").build())
                    .build()}
  );
  CHECK(talk.said() == Said{"Your coat is waiting.", "Which size?"});
  talk.say("40");
  REQUIRE(talk.calls().size() == 1);
  CHECK(talk.calls()[0].first == "shop.hold");
  CHECK(
      talk.feed(ToolReturned{.effect_id = talk.calls()[0].second, .result = Value::map()}) ==
      Said{"Your email?"}
  );
  CHECK(talk.say("start over") == Said{"Okay, let us start over with your order."});
  REQUIRE(talk.calls().size() == 1);
  CHECK(talk.calls()[0].first == "shop.release");
  CHECK(
      talk.feed(ToolReturned{.effect_id = talk.calls()[0].second, .result = Value::map()}) ==
      Said{"Your coat is waiting.", "Which size?"}
  );
  CHECK(talk.state.stack.size() == 1);
  CHECK(talk.state.stack.back().undo.empty());
}

TEST_CASE(
    "what Parley says by itself is in the conversation's language; older conversations hear what they heard"
) {
  struct {
    std::string locale;
    std::uint32_t level;
    std::string unknown;
  } cases[] = {
      {"en", kNewestSemantics, "Sorry, I did not understand that."},
      {"de", kFirstSemantics, "Das habe ich leider nicht verstanden."},
      {"fr", kNewestSemantics, "Désolé, je n'ai pas compris."},
      {"fr-CA", kNewestSemantics, "Désolé, je n'ai pas compris."},
      {"es", kNewestSemantics, "Perdón, no le he entendido."},
      {"fr", kOfferedWordsSemantics, "Sorry, I did not understand that."},
      {"nl", kNewestSemantics, "Sorry, I did not understand that."},
  };
  for (const auto& each : cases) {
    CAPTURE(each.locale);
    CAPTURE(each.level);
    Talk talk(release_of({kRate}), {.locale = each.locale, .semantics = each.level});
    CHECK(talk.say("blah blubb") == Said{each.unknown});
  }
  Talk waiting(release_of({kNap}), {.locale = "de"});
  waiting.say("/nap");
  CHECK(
      waiting.say("und jetzt") ==
      Said{"Ich warte noch auf etwas, bevor es mit nap weitergeht. Ich melde mich hier."}
  );
}

TEST_CASE("names are told in the conversation's language, and understood in all of them") {
  constexpr std::string_view kTable = R"({"id": "table", "label": {"en": "your table", "de": "Ihr Tisch"},
    "triggers": [{"command": "/table"}],
    "slots": {"area": {"type": "choice", "label": {"en": "the area", "de": "der Bereich"}, "ask": {"en": "Where?", "de": "Wo?"},
      "choices": [{"value": "in", "label": {"en": "Inside", "de": "Drinnen"}}, {"value": "out", "label": {"en": "Outside", "de": "Draußen"}}]}},
    "steps": [{"id": "ask", "type": "input", "gather": ["area"]}, {"id": "sure", "type": "confirm", "text": "?"}]})";
  Talk talk(release_of({kTable}), {.locale = "de"});
  CHECK(talk.say("/table") == Said{"Wo?"});
  REQUIRE(talk.state.last_said.back().buttons.size() == 2);
  CHECK(talk.state.last_said.back().buttons[1].label == "Draußen");
  CHECK(talk.say("outside") == Said{"?"});
  CHECK(talk.say("lieber drinnen") == Said{"In Ordnung, der Bereich ist jetzt Drinnen.", "?"});
  CHECK(talk.say("abbrechen") == Said{"In Ordnung, Ihr Tisch ist abgebrochen."});
}

TEST_CASE("a button of a list gives a list") {
  constexpr std::string_view kLiked = R"({"id": "liked", "triggers": [{"command": "/liked"}],
    "slots": {"what": {"type": "list of choice", "choices": ["food", "music"], "ask": "What?"},
              "order": {"type": "list of item", "choices": ["pizza", "salad"], "ask": "Which?"}},
    "steps": [{"id": "ask", "type": "input", "gather": ["what", "order"]}, {"id": "sure", "type": "confirm", "text": "{{what}}, {{order}}?"}]})";
  Talk talk(release_of({kLiked}));
  talk.say("/liked");
  std::vector<Event> events;
  for (const char* pressed : {"food", "pizza"}) {
    talk.effects.clear();
    take_message(*talk.release, talk.state, kStart, {"", pressed, pressed}, events, talk.effects);
  }
  CHECK(talk.said() == Said{"food, 1 pizza?"});
  CHECK(talk.state.stack.back().slots.at("what").is_list());
}
