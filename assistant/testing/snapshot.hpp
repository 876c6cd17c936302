// Transcripts as people read them, and the recorded ones that tests compare with. Pure functions.
//
// A test file tests/order.yaml has its transcripts in tests/order.yaml.snapshot: for each test a heading
// "# name" and then its lines.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assistant/testing/stage.hpp"
#include "assistant/testing/test_document.hpp"

namespace parley::assistant {

// One line an event or effect that users and operators see or cause, tool calls included.
[[nodiscard]] std::string transcript(std::span<const PlayedEvent> log);

// By the test's name.
using Snapshots = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Snapshots read_snapshots(std::string_view text);
[[nodiscard]] std::string write_snapshots(const Snapshots& snapshots);

// "tests/order.yaml" → "tests/order.yaml.snapshot"
[[nodiscard]] std::string snapshot_file(std::string_view test_file);
void attach_snapshots(std::span<ConversationTest> tests, const Snapshots& snapshots);

// Why a transcript is not the recorded one; nothing when it is.
[[nodiscard]] std::optional<std::string> snapshot_difference(
    const std::optional<std::string>& recorded, std::string_view now
);

}  // namespace parley::assistant
