// Handlers that whole conversations (tests/repair) do not reach without the world's help.
#include "engine/repair/repair.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/advance.hpp"
#include "engine/repair/builtin_flows.hpp"
#include "engine/repair/handler_frame.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'767'225'600, 0};

constexpr std::string_view kRoom = R"({"id": "room", "description": "Book a room",
  "triggers": [{"command": "/room"}, {"phrases": ["book a room", "a room please"]}],
  "slots": {"nights": {"type": "integer", "label": "the nights", "ask": "How many nights?"},
            "price": {"type": "integer"}, "card": {"type": "text", "ask": "Which card?"}},
  "steps": [{"id": "ask", "type": "input", "gather": ["nights"]},
            {"id": "price", "type": "set", "values": {"price": "{{ nights * 80 }}"}},
            {"id": "card", "type": "input", "gather": ["card"]},
            {"id": "sure", "type": "confirm", "text": "{{nights}} nights, {{price}}?"},
            {"id": "done", "type": "message", "text": "Booked."}]})";
constexpr std::string_view kTaxi = R"({"id": "taxi", "description": "Call a taxi",
  "triggers": [{"command": "/taxi"}, {"phrases": ["call a taxi", "a room please"]}],
  "steps": [{"id": "say", "type": "message", "text": "A taxi comes."}]})";

ReleasePtr release_of(std::vector<std::string_view> documents) {
  std::vector<flow::FlowPtr> flows;
  for (const std::string_view text : documents) {
    const auto document = flow::parse_json_document(text);
    REQUIRE(document.has_value());
    flow::Diagnostics diagnostics;
    flows.push_back(flow::load(*document, "flow.json", step_specs(), diagnostics));
    REQUIRE(flows.back() != nullptr);
  }
  return make_release(std::move(flows));
}

struct Talk {
  explicit Talk(ReleasePtr wanted) : release(std::move(wanted)) {
    Effects caused;
    advance(
        *release,
        state,
        {kStart, ConversationStarted{.conversation_id = "c_1", .tenant = "t", .release = release->hash()}},
        caused
    );
  }

  std::vector<std::string> say(std::string text, std::string payload = {}) {
    std::vector<Event> events;
    Effects effects;
    take_message(*release, state, kStart, {"", std::move(text), std::move(payload)}, events, effects);
    std::vector<std::string> said;
    for (const Effect& effect : effects) {
      if (const auto* message = std::get_if<Say>(&effect)) said.push_back(message->text);
    }
    return said;
  }

  ReleasePtr release;
  State state;
};

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("every handler name has its flow, and every flow its name") {
  std::vector<std::string> shipped;
  for (const BuiltinDocument& document : builtin_documents()) {
    CAPTURE(document.handler);
    shipped.emplace_back(document.handler);
    const flow::Flow* flow = builtin_flow("repair." + std::string(document.handler));
    REQUIRE(flow != nullptr);
    CHECK_FALSE(flow->description.empty());
    CHECK(document.yaml.starts_with("# "));
  }
  std::vector<std::string> named;
  for (const std::string_view name : flow::handler_names()) named.emplace_back(name);
  std::sort(named.begin(), named.end());
  CHECK(shipped == named);
}

TEST_CASE("silence asks again after a word") {
  Talk talk(release_of({kRoom}));
  talk.say("/room");
  Effects effects;
  Run run(*talk.release, talk.state, kStart, effects);
  repair::silence(run);
  REQUIRE(talk.state.stack.back().flow == "repair.silence");
  CHECK(talk.state.stack.back().about.text("label") == "the nights");
  CHECK(talk.state.stack.back().continuation == Continuation::ask_again);
}

TEST_CASE("a button of a flow that is gone is explained, not misunderstood") {
  Talk talk(release_of({kRoom, kTaxi}));
  CHECK(talk.say("what else can you do") == Said{"Here is what I can do:"});
  const ReleasePtr newer = release_of({kRoom});
  Effects effects;
  advance(*newer, talk.state, {kStart, ReleaseAdopted{newer->hash()}}, effects);
  talk.release = newer;
  CHECK(
      talk.say("", "/taxi") ==
      Said{
          R"(I have changed since then, and "Call a taxi" is no longer available. Here is what I can do now:)"
      }
  );
  CHECK(talk.state.misunderstood == 0);
  // What was never offered is only words.
  CHECK(talk.say("", "/boat") == Said{"Sorry, I did not understand that. Here is what I can do:"});
}

TEST_CASE("words that two flows claim alike are asked about") {
  Talk talk(release_of({kRoom, kTaxi}));
  CHECK(talk.say("a room please") == Said{"Which of these did you mean?"});
  CHECK(talk.state.offered == std::vector<std::string>{"room", "taxi"});
  CHECK(talk.say("the first") == Said{"How many nights?"});
  CHECK(talk.state.offered.empty());
}

TEST_CASE("what was computed from a corrected answer is computed again") {
  Talk talk(release_of({kRoom}));
  talk.say("book a room for 2");
  CHECK(talk.say("change the nights to 3") == Said{"Okay, the nights is now 3.", "Which card?"});
  CHECK(talk.state.stack.back().slots.at("price") == Value(240));
  CHECK(talk.say("the blue one") == Said{"3 nights, 240?"});
}

TEST_CASE("small talk after the end does not begin the conversation anew") {
  Talk talk(release_of({kTaxi}));
  talk.say("/taxi");
  CHECK(status(talk.state) == "ended");
  CHECK(talk.say("thanks, that's all") == Said{"Goodbye! Write whenever you need something."});
  CHECK(status(talk.state) == "ended");
}
