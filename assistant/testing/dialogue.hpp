// Plays conversation tests on the engine: virtual time, stubbed tools, every bot message accounted for.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/testing/test_document.hpp"
#include "base/result.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"

namespace parley::assistant {

// What a tool answers when the test gives no stub: its test-mode example. Error::pointer is the failure's
// code.
using AnswerTool = std::function<Result<Value>(std::string_view tool, const Value& arguments)>;

struct TestFailure {
  flow::Position position;
  std::string message;  // what was expected and what came
};

// One consumed event with the effects it had: the log that a server would have kept.
struct PlayedEvent {
  engine::Event event;
  engine::Effects effects;
};

// (flow id, step index) of every step that ran.
using VisitedSteps = std::set<std::pair<std::string, flow::StepIndex>>;

struct TestResult {
  std::vector<TestFailure> failures;  // empty: passed
  std::vector<PlayedEvent> log;
  engine::State state;  // at the end
  VisitedSteps visited;
  std::uint32_t turns = 0;
};

struct DialogueOptions {
  Timestamp start{1'767'225'600, 0};    // 2026-01-01T00:00:00Z
  bool restore_between_events = false;  // snapshot and restore the state before every event
  std::uint32_t fail_effect =
      0;  // the n-th tool call of the dialogue fails (0: none); expectations are not checked then
};

[[nodiscard]] TestResult play(
    const ConversationTest& test,
    const engine::Release& release,
    const AnswerTool& answer_tool,
    const DialogueOptions& options = {}
);

}  // namespace parley::assistant
