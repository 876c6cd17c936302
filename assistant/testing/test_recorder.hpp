// A test from a conversation that took place: what the user, tools and operators did, and what the bot must
// say to it. Values of sensitive slots are replaced by made-up ones. Pure.
#pragma once

#include <string>
#include <vector>

#include "assistant/testing/test_document.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"

namespace parley::assistant {

struct RecordedTest {
  ConversationTest test;
  std::vector<std::string> replaced;  // slots whose values were sensitive
  std::vector<std::string> left_out;  // kinds of events that a test cannot tell
};

// `events` is the whole log; the bot's lines are what `release` says to it.
[[nodiscard]] RecordedTest record_test(
    std::string name, const std::vector<engine::Event>& events, const engine::Release& release
);

}  // namespace parley::assistant
