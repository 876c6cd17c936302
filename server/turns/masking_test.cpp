// A canary: the value of a sensitive slot reaches the tool, and nobody who looks at the conversation.
#include <doctest/doctest.h>

#include <algorithm>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "server/turns/record.hpp"
#include "server/turns/test_driver.hpp"
#include "server/turns/transcript.hpp"

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

TEST_CASE("records without sensitive values are shown as they are stored") {
  World world;
  world.publish({kFlow});
  const std::string id = world.begin("pay");
  const auto records = world.run(world.store.records("default", id, 0, 100));
  for (const LogRecord& record : *records) CHECK(outside_view(record.body) == record.body);
}

}  // namespace parley::turns
