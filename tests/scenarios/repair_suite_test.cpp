// The repair suite beyond what scenarios_test.cpp does with it: how much there is of each kind, that no model
// is asked, a crash at every event, and every message delivered twice to the real driver.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "assistant/testing/dialogue.hpp"
#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "engine/advance.hpp"
#include "server/turns/test_driver.hpp"
#include "server/workspace/workspace.hpp"

namespace {

using namespace parley;

struct RepairSuite {
  RepairSuite() : space(workspace::load(kFolder)) {
    for (const std::string& file : space.folder.test_files) {
      std::ifstream in(std::string(kFolder) + "/" + file);
      const std::string text((std::istreambuf_iterator<char>(in)), {});
      flow::Diagnostics diagnostics;
      const auto document = assistant::read_document(text, file, diagnostics);
      REQUIRE(document.has_value());
      auto read = assistant::read_tests(*document, file, diagnostics);
      count[std::filesystem::path(file).stem().string()] = read.size();
      for (auto& test : read) tests.push_back(std::move(test));
    }
  }

  assistant::TestResult play(const assistant::ConversationTest& test) const {
    return assistant::play(test, *space.release, [&](std::string_view tool, const Value& arguments) {
      return workspace::call_tool(space.connectors, tool, arguments);
    });
  }

  static constexpr const char* kFolder = PARLEY_SOURCE_DIR "/tests/repair";
  workspace::Workspace space;
  std::vector<assistant::ConversationTest> tests;
  std::map<std::string, std::size_t> count;
};

const RepairSuite& suite() {
  static const RepairSuite loaded;
  return loaded;
}

std::string said(const engine::Effects& effects) {
  std::string text;
  for (const engine::Effect& effect : effects) {
    if (const auto* say = std::get_if<engine::Say>(&effect)) text += say->text + "\n";
  }
  return text;
}

// What the bot said in answer to each message of the user, tool calls included.
std::vector<std::string> answers_of(const assistant::TestResult& result) {
  std::vector<std::string> answers;
  for (const assistant::PlayedEvent& played : result.log) {
    if (std::holds_alternative<engine::MessageReceived>(played.event.body)) answers.emplace_back();
    if (!answers.empty()) answers.back() += said(played.effects);
  }
  return answers;
}

// Plays the user's side of a recorded conversation on the real driver, each message twice.
class TwiceDelivered {
 public:
  explicit TwiceDelivered(const assistant::TestResult& recorded) : recorded_(recorded) {
    world_.tools.answer = [this](const turns::ToolCall&) -> turns::Awaitable<Result<turns::ToolAnswer>> {
      co_return next_answer();
    };
    std::vector<turns::FlowToPublish> flows;
    for (const auto& [id, flow] : suite().space.release->flows()) flows.push_back({flow, flow->canonical});
    const auto published = world_.run(world_.releases->publish(
        "default",
        std::move(flows),
        suite().space.release->settings(),
        turns::Cause{.author = "test"},
        world_.clock.now()
    ));
    REQUIRE(published.has_value());
  }

  void play() {
    turns::ChatRequest first;
    first.user_id = "u_test";
    first.channel = "test";
    const auto started = world_.run(world_.driver->start(first));
    REQUIRE(started.has_value());
    conversation_ = started->conversation_id;
    const std::vector<std::string> expected = answers_of(recorded_);
    std::size_t message = 0;
    for (; at_ < recorded_.log.size(); ++at_) {
      const auto& body = recorded_.log[at_].event.body;
      if (const auto* received = std::get_if<engine::MessageReceived>(&body)) {
        CAPTURE(received->text);
        const Timestamp now = recorded_.log[at_].event.at;
        world_.clock.advance(Duration{now.seconds - world_.clock.now().seconds, 0});
        deliver(*received, expected[message++]);
      } else if (std::holds_alternative<engine::OperatorJoined>(body) ||
                 std::holds_alternative<engine::OperatorReplied>(body) ||
                 std::holds_alternative<engine::OperatorLeft>(body)) {
        // Not part of the answer to a message, so it counts as said by the next.
        REQUIRE(world_.run(world_.driver->event("default", conversation_, body)).has_value());
      }
    }
    world_.check_replays();
  }

 private:
  void deliver(const engine::MessageReceived& received, const std::string& expected) {
    turns::ChatRequest request;
    request.conversation_id = conversation_;
    request.user_id = "u_test";
    request.channel = "test";
    request.text = received.text;
    request.payload = received.payload;
    request.message_id = received.message_id;
    const auto first = world_.run(world_.driver->chat(request));
    REQUIRE(first.has_value());
    std::string text;
    for (const engine::Say& message : first->messages) text += message.text + "\n";
    CHECK(expected.starts_with(text));
    const std::size_t calls = world_.tools.calls.size();
    const auto second = world_.run(world_.driver->chat(request));
    REQUIRE(second.has_value());
    CHECK(second->repeated);
    CHECK(second->json == first->json);
    CHECK(world_.tools.calls.size() == calls);
  }

  // The next result in the recording.
  Result<turns::ToolAnswer> next_answer() {
    for (std::size_t i = std::max(at_, answered_); i < recorded_.log.size(); ++i) {
      const auto& body = recorded_.log[i].event.body;
      if (const auto* returned = std::get_if<engine::ToolReturned>(&body)) {
        answered_ = i + 1;
        return turns::ToolAnswer{returned->result, true};
      }
      if (const auto* failed = std::get_if<engine::ToolFailed>(&body)) {
        answered_ = i + 1;
        return fail(ErrorCode::unavailable, failed->message, failed->code);
      }
    }
    return fail(ErrorCode::internal, "a call that the recording does not have", "unexpected");
  }

  const assistant::TestResult& recorded_;
  turns::testing::World world_;
  std::string conversation_;
  std::size_t at_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace

TEST_CASE("the suite is as large as it has to be") {
  struct {
    std::string file;
    std::size_t least;
  } rows[] = {
      {"corrections", 30},
      {"digressions", 25},
      {"cancellations", 15},
      {"confirmations", 10},
      {"several_values", 15},
      {"skip_and_repeat", 12},
      {"clarify", 8},
      {"small_talk", 12},
      {"invalid", 10},
      {"people", 8},
      {"bursts", 6},
  };
  for (const auto& [file, least] : rows) {
    CAPTURE(file);
    REQUIRE(suite().count.contains(file));
    CHECK(suite().count.at(file) >= least);
  }
  CHECK(suite().tests.size() >= 150);
}

TEST_CASE("no model is asked: the matcher understands all of it") {
  std::set<std::string> handlers;
  for (const auto& test : suite().tests) {
    const auto result = suite().play(test);
    for (const assistant::PlayedEvent& played : result.log) {
      if (const auto* understood = std::get_if<engine::CommandsUnderstood>(&played.event.body))
        CHECK(understood->source == "matcher");
    }
    for (const auto& [place, visits] : result.visits) {
      if (place.first.starts_with("repair.")) handlers.insert(place.first);
    }
  }
  // What needs an outside event has its own tests: silence, flow_changed; error needs a tool without a
  // branch.
  for (const char* handler :
       {"cancel",
        "clarify",
        "completed",
        "correction",
        "denied",
        "digression",
        "handoff_request",
        "invalid",
        "off_topic",
        "repeat",
        "resume",
        "skip",
        "too_many_attempts",
        "unknown"}) {
    CAPTURE(handler);
    CHECK(handlers.contains(std::string("repair.") + handler));
  }
}

TEST_CASE("a crash at every event changes nothing") {
  constexpr std::size_t kSnapshotEvery = 5;
  const engine::Release& release = *suite().space.release;
  for (const auto& test : suite().tests) {
    CAPTURE(test.name);
    const auto result = suite().play(test);
    std::string committed;  // the last snapshot, and the events since
    std::size_t since = 0;
    engine::State state;
    for (std::size_t i = 0; i < result.log.size(); ++i) {
      engine::State recovered;
      if (!committed.empty()) {
        auto restored = engine::restore(committed);
        REQUIRE(restored.has_value());
        recovered = std::move(*restored);
      }
      engine::Effects known;
      for (std::size_t j = since; j < i; ++j) engine::advance(release, recovered, result.log[j].event, known);
      REQUIRE(engine::snapshot(recovered) == engine::snapshot(state));
      engine::Effects effects;
      engine::advance(release, recovered, result.log[i].event, effects);
      CHECK(said(effects) == said(result.log[i].effects));
      state = std::move(recovered);
      if (i % kSnapshotEvery == kSnapshotEvery - 1) {
        committed = engine::snapshot(state);
        since = i + 1;
      }
    }
    CHECK(engine::snapshot(state) == engine::snapshot(result.state));
  }
}

TEST_CASE("a message delivered twice is answered once, on the real driver") {
  for (const auto& test : suite().tests) {
    CAPTURE(test.name);
    const auto recorded = suite().play(test);
    TwiceDelivered(recorded).play();
  }
}
