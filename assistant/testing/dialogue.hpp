// Plays conversation tests on the engine: virtual time, stubbed tools, every bot message accounted for.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/testing/stage.hpp"
#include "assistant/testing/test_document.hpp"
#include "base/result.hpp"
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

struct TestResult {
  std::vector<TestFailure> failures;  // empty: passed
  std::vector<PlayedEvent> log;
  engine::State state;  // at the end
  Visits visits;
  std::uint32_t turns = 0;
};

struct DialogueOptions {
  bool restore_between_events = false;  // snapshot and restore the state before every event
  std::uint32_t fail_effect =
      0;  // the n-th tool call of the dialogue fails (0: none); expectations are not checked then
  std::function<bool(std::string_view tool)> only_reads = {};  // as in StageOptions
};

[[nodiscard]] TestResult play(
    const ConversationTest& test,
    const engine::Release& release,
    const AnswerTool& answer_tool,
    const DialogueOptions& options = {}
);

// The event that begins the test's conversation.
[[nodiscard]] engine::ConversationStarted start_of(
    const ConversationTest& test, const engine::Release& release
);

}  // namespace parley::assistant
