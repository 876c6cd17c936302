// A canary: the value of a sensitive slot reaches the tool, and nobody who looks at the conversation.
#include <doctest/doctest.h>

#include <algorithm>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "server/turns/log/record.hpp"
#include "server/turns/log/transcript.hpp"
#include "server/turns/test_driver.hpp"

namespace parley::turns {

using testing::World;

namespace {

constexpr std::string_view kCanary = "4111 1111 1111 1142";

constexpr std::string_view kFlow = R"({"id": "pay", "slots": {
    "card": {"type": "text", "sensitive": true, "ask": "Card?", "pattern": "[0-9 ]{15,}"},
    "note": {"type": "text", "ask": "Note?"}},
  "steps": [
    {"id": "ask", "type": "input", "gather": ["card", "note"]},
    {"id": "sure", "type": "confirm", "text": "Pay with {{ card }}, note {{ note }}, you said {{ message }}?"},
    {"id": "charge", "type": "tool", "call": "shop.charge", "with": {"source": "{{ card.replace(' ', '') }}", "note": "{{ note }}"}},
    {"id": "done", "type": "message", "text": "Paid with {{ card }}."},
    {"id": "help", "type": "handoff", "summary": "Paid with {{ slots.card }}"}]})";

std::string digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ') out += c;
  }
  return out;
}

bool shows(std::string_view view) {
  return digits(view).contains(digits(kCanary)) || digits(view).contains("4111111111111");
}

}  // namespace

TEST_CASE("a sensitive value reaches the tool and no view of the conversation") {
  World world;
  world.publish({kFlow});
  const std::string id = world.begin("pay");
  std::vector<std::string> views;
  const auto say = [&](std::string text) {
    const auto answer = world.say(id, std::move(text));
    REQUIRE(answer.has_value());
    views.push_back(answer->json);
  };
  say("4111 1111 1111 11x2");  // refused, and still about the card
  say(std::string(kCanary));
  say("change the card to 4111 1111 1111 1159");
  say("for lunch");
  say("yes");

  REQUIRE(world.tools.calls.size() == 1);
  CHECK(world.tools.calls[0].arguments.text("source") == "4111111111111159");

  const auto records = world.run(world.store.records("default", id, 0, 100));
  REQUIRE(records.has_value());
  std::vector<TranscriptTurn> transcript;
  bool stored = false;
  for (const LogRecord& record : *records) {
    stored = stored || shows(record.body);
    views.push_back(outside_view(record.body));
    REQUIRE(add_to_transcript(transcript, record).has_value());
  }
  for (const TranscriptTurn& turn : transcript) views.push_back(encode_transcript_turn(turn));
  CHECK(stored);  // replay needs it
  CHECK(views.size() > 10);
  for (const std::string& view : views) {
    CAPTURE(view);
    CHECK_FALSE(shows(view));
  }
  CHECK(std::ranges::any_of(views, [](const std::string& view) { return view.contains("•••• 59"); }));
}

TEST_CASE("people who decide about a call do not see a sensitive value, and send it all the same") {
  World world;
  world.publish({R"({"id": "pay", "slots": {
      "card": {"type": "text", "sensitive": true, "ask": "Card?", "pattern": "[0-9 ]{15,}"}},
    "steps": [
      {"id": "ask", "type": "input", "gather": ["card"]},
      {"id": "charge", "type": "tool", "call": "shop.charge", "approve": "true",
       "with": {"source": "{{ card }}", "sum": 5}}]})"});
  for (const bool edits : {false, true}) {
    const std::string id = world.begin("pay");
    std::vector<std::string> views{world.say(id, std::string(kCanary))->json};
    const auto open = *world.run(world.store.reviews("default", {.status = "open"}));
    REQUIRE(open.size() == 1);
    views.push_back(open[0].request);
    const Value asked = parse_json(open[0].request).value();
    CHECK(asked["subject"]["arguments"].text("source") == "•••• 42");
    engine::ReviewDecided decision{
        .review_id = open[0].review_id,
        .decision = edits ? engine::ReviewStatus::edited : engine::ReviewStatus::approved,
        .values = edits ? asked["subject"]["arguments"].with("sum", Value(7)) : Value(),
        .reviewer = "bo",
        .note = {},
        .digest = std::string(asked.text("digest")),
    };
    const auto answer = world.run(world.driver->decide("default", std::move(decision)));
    REQUIRE(answer.has_value());
    views.push_back(answer->json);
    const Value& sent = world.tools.calls.back().arguments;
    CHECK(sent.text("source") == kCanary);
    CHECK(sent["sum"] == Value(edits ? 7 : 5));
    for (const ReviewEntry& each : *world.run(world.store.reviews("default", {}))) {
      views.push_back(each.request);
      views.push_back(each.decision);
    }
    for (const LogRecord& record : *world.run(world.store.records("default", id, 0, 100)))
      views.push_back(outside_view(record.body));
    for (const std::string& view : views) {
      CAPTURE(view);
      CHECK_FALSE(shows(view));
    }
    world.check_replays();
  }
}

TEST_CASE("a sensitive value that is remembered of a user is in no view") {
  World world;
  world.publish({R"({"id": "keep", "slots": {
      "card": {"type": "text", "sensitive": true, "scope": "user", "ask": "Card?", "pattern": "[0-9 ]{15,}"}},
    "steps": [{"id": "ask", "type": "input", "gather": ["card"]}, {"id": "m", "type": "message", "text": "Kept."}]})"
  });
  std::vector<std::string> ids;
  for (int time = 0; time < 2; ++time) {
    ChatRequest request;
    request.flow = "keep";
    request.user_id = "ana";
    const auto begun = world.run(world.driver->start(request));
    REQUIRE(begun.has_value());
    ids.push_back(begun->conversation_id);
    if (time == 0) REQUIRE(world.say(ids.back(), std::string(kCanary)).has_value());
  }
  bool stored = false;
  for (const std::string& id : ids) {
    for (const LogRecord& record : *world.run(world.store.records("default", id, 0, 100))) {
      stored = stored || (id == ids[1] && shows(record.body));
      CHECK_FALSE(shows(outside_view(record.body)));
    }
  }
  CHECK(stored);
}

TEST_CASE("records without sensitive values are shown as they are stored") {
  World world;
  world.publish({kFlow});
  const std::string id = world.begin("pay");
  const auto records = world.run(world.store.records("default", id, 0, 100));
  for (const LogRecord& record : *records) CHECK(outside_view(record.body) == record.body);
}

}  // namespace parley::turns
