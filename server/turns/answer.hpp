// What a turn said, as a value and as the JSON that the API sends and the inbox keeps.
// Plain values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/effect.hpp"

namespace parley::turns {

struct Answer {
  std::string conversation_id;
  std::uint64_t turn = 0;
  Timestamp at;          // of the last commit
  bool created = false;  // this request made the conversation
  std::vector<engine::Say> messages;
  std::string next_step;  // the step that waits
  std::string status;     // as ConversationSummary::status
  std::string owner;
  std::string outcome;  // of the flow that ended last
  bool ended = false;
  bool test_mode = false;  // a tool's answer was made up
  std::string json;        // this answer, encoded: a repeated request gets the same bytes again
  bool repeated = false;   // given before; not part of the JSON
};

// {"conversation_id":…,"turn":…,"at":…,"created":…,"text":…,"messages":[…],"next_step":…,"status":…,"owner":…,"outcome":…,
// "ended":…,"test_mode":…}. `text` is the assistant's words, one message a line; next_step is null when none
// waits; outcome and test_mode appear only when they say something.
[[nodiscard]] std::string encode_answer(const Answer& answer);
// Takes what encode_answer wrote; `json` becomes the text itself.
[[nodiscard]] Result<Answer> decode_answer(std::string text);

// {"id":…,"role":"assistant"|"operator"|"system","text":…,"buttons":[…],"card":…,"input":{"slot":…,"type":…},"name":…}
void append_message(std::string& out, const engine::Say& message);

}  // namespace parley::turns
