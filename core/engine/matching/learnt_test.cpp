// What users say in words that no author wrote.
#include "engine/matching/learnt.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/advance.hpp"
#include "engine/matching/intents.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"

namespace {

using namespace parley;
using namespace parley::engine;

constexpr Timestamp kStart{1'767'225'600, 0};

constexpr std::string_view kTrack = R"({"id": "track", "description": "Where a parcel is", "triggers": [
  {"phrases": ["where is my parcel", "track my delivery", "when will my parcel arrive",
   "my package has not come yet", "has my parcel been shipped"]}],
  "steps": [{"id": "say", "type": "message", "text": "It is on its way."}]})";
constexpr std::string_view kRefund = R"({"id": "refund", "description": "Money back", "triggers": [
  {"phrases": ["I want my money back", "refund my purchase", "give me a refund",
   "how do I get my money back", "I would like to be refunded"]}],
  "slots": {"amount": {"type": "money", "ask": "How much was it?"}},
  "steps": [{"id": "ask", "type": "input", "gather": ["amount"]},
            {"id": "say", "type": "message", "text": "{{amount}} it is."}]})";
// Too few to act on.
constexpr std::string_view kJobs = R"({"id": "jobs", "description": "Work with us", "triggers": [
  {"phrases": ["do you have any job openings", "I am looking for a job with you"]}],
  "steps": [{"id": "say", "type": "message", "text": "Always."}]})";

std::vector<flow::FlowPtr> flows_of(std::vector<std::string_view> documents) {
  std::vector<flow::FlowPtr> flows;
  for (const std::string_view text : documents) {
    const auto document = flow::parse_json_document(text);
    REQUIRE(document.has_value());
    flow::Diagnostics diagnostics;
    auto flow = flow::load(*document, "flow.json", step_specs(), diagnostics);
    REQUIRE(flow != nullptr);
    flows.push_back(std::move(flow));
  }
  return flows;
}

std::vector<language::Command> meaning(const ReleasePtr& release, std::string_view text) {
  State state;
  return match(*release, state, text, {}, kStart);
}

}  // namespace

TEST_CASE("a request in words of its own starts the flow that it is like") {
  const auto release = make_release(flows_of({kTrack, kRefund, kJobs}));
  struct {
    std::string text;
    std::string flow;
  } cases[] = {
      {"could you track where my delivery is", "track"},
      {"my parcel still has not arrived", "track"},
      {"how can I get a refund for my purchase", "refund"},
      {"I really want to get my money back now", "refund"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto commands = meaning(release, c.text);
    REQUIRE(commands.size() >= 1);
    CHECK(commands.front().kind == language::CommandKind::start_flow);
    CHECK(commands.front().flow == c.flow);
  }
}

TEST_CASE("values in such a request fill the flow's slots") {
  const auto release = make_release(flows_of({kTrack, kRefund}));
  const auto commands = meaning(release, "I really want to get my money back, it was $30");
  REQUIRE(commands.size() == 2);
  CHECK(commands[0].flow == "refund");
  CHECK(commands[1].kind == language::CommandKind::set_slot);
  CHECK(commands[1].slot == "amount");
}

TEST_CASE("a flow with few phrases is asked about, and started only by a yes") {
  const auto release = make_release(flows_of({kTrack, kRefund, kJobs}));
  const auto commands = meaning(release, "are there any job openings with you");
  REQUIRE(commands.size() == 1);
  CHECK(commands.front().kind == language::CommandKind::clarify);
  REQUIRE_FALSE(commands.front().options.empty());
  CHECK(commands.front().options.front() == "jobs");
}

TEST_CASE("what is about something else is not understood") {
  const auto release = make_release(flows_of({kTrack, kRefund}));
  for (const std::string text :
       {"what do pandas eat", "who won the football match yesterday", "🍕", "12", "xyzzy plugh"}) {
    CAPTURE(text);
    CHECK(meaning(release, text).front().kind == language::CommandKind::cannot_handle);
  }
}

TEST_CASE("without phrases there is nothing to learn") {
  const auto release = make_release(
      flows_of({R"({"id": "plain", "steps": [{"id": "say", "type": "message", "text": "Hello."}]})"})
  );
  CHECK(release->classifier() == nullptr);
  CHECK(meaning(release, "something quite different").front().kind == language::CommandKind::cannot_handle);
}

TEST_CASE("a classifier is learnt once") {
  const auto release = make_release(flows_of({kTrack, kRefund}));
  CHECK(release->classifier() != nullptr);
  CHECK(release->classifier() == release->classifier());
}

TEST_CASE("the author is told of flows with few phrases and of flows that read alike") {
  const auto flows = flows_of(
      {kTrack,
       kJobs,
       R"({"id": "stop_order", "triggers": [{"phrases": ["cancel my order", "stop my order",
           "I want to cancel my order", "please stop my order", "end my order"]}],
           "steps": [{"id": "say", "type": "message", "text": "Done."}]})",
       R"({"id": "drop_order", "triggers": [{"phrases": ["cancel the order", "stop the order",
           "I want to stop my order", "please cancel my order", "call off my order"]}],
           "steps": [{"id": "say", "type": "message", "text": "Done."}]})"}
  );
  flow::Diagnostics diagnostics;
  check_phrases(flows, {}, diagnostics);
  std::vector<std::string> said;
  for (const auto& diagnostic : diagnostics) {
    CHECK(diagnostic.severity == flow::Severity::warning);
    said.push_back(diagnostic.code + " " + diagnostic.message.substr(0, diagnostic.message.find(' ')));
  }
  CHECK(std::ranges::count(said, "F0901 'jobs'") == 1);
  CHECK(std::ranges::count_if(said, [](const std::string& each) { return each.starts_with("F0902"); }) >= 1);
}
