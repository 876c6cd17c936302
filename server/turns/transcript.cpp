#include "server/turns/transcript.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "base/json.hpp"
#include "engine/masking.hpp"
#include "server/turns/answer.hpp"

namespace parley::turns {

std::string encode_transcript_turn(const TranscriptTurn& turn, std::string_view status) {
  std::string out =
      "{\"turn\":" + std::to_string(turn.turn) + ",\"at\":\"" + format_timestamp(turn.at) + "\",\"user\":";
  if (turn.user.by_user) {
    out += "{\"text\":";
    append_json_string(out, turn.user.text);
    if (!turn.user.payload.empty()) {
      out += ",\"payload\":";
      append_json_string(out, turn.user.payload);
    }
    out += '}';
  } else {
    out += "null";
  }
  out += ",\"messages\":[";
  for (const engine::Say& message : turn.messages) {
    if (out.back() != '[') out += ',';
    append_message(out, message);
  }
  out += ']';
  if (!status.empty()) {
    out += ",\"status\":";
    append_json_string(out, status);
  }
  if (!turn.idempotency_key.empty()) {
    out += ",\"idempotency_key\":";
    append_json_string(out, turn.idempotency_key);
  }
  if (turn.test_mode) out += ",\"test_mode\":true";
  out += '}';
  return out;
}

Result<void> add_to_transcript(std::vector<TranscriptTurn>& turns, const LogRecord& record) {
  auto body = decode_record(record.body);
  if (!body) return std::unexpected(std::move(body.error()));
  if (turns.empty() || turns.back().turn != record.turn) {
    turns.emplace_back();
    turns.back().turn = record.turn;
    turns.back().at = record.at;
  }
  engine::mask(body->events, body->effects);
  TranscriptTurn& turn = turns.back();
  for (const engine::Event& event : body->events) {
    if (const auto* message = std::get_if<engine::MessageReceived>(&event.body)) {
      turn.user = {true, message->text, message->payload};
    } else if (const auto* returned = std::get_if<engine::ToolReturned>(&event.body)) {
      turn.test_mode = turn.test_mode || returned->test_mode;
    }
  }
  for (engine::Effect& effect : body->effects) {
    if (auto* say = std::get_if<engine::Say>(&effect)) {
      turn.messages.push_back(std::move(*say));
    } else if (auto* exposure = std::get_if<engine::RecordExposure>(&effect)) {
      turn.exposures.push_back(std::move(*exposure));
    }
  }
  if (body->request) turn.idempotency_key = std::move(body->request->key);
  return {};
}

}  // namespace parley::turns
