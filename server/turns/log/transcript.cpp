#include "server/turns/log/transcript.hpp"

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

namespace {

// As recorded: a list of {model, code}.
std::vector<std::pair<std::string, std::string>> passed_over(const Value& recorded) {
  std::vector<std::pair<std::string, std::string>> models;
  if (!recorded.is_list()) return models;
  for (const Value& each : recorded.as_list())
    models.emplace_back(std::string(each.text("model")), std::string(each.text("code")));
  return models;
}

void add_model(TranscriptTurn& turn, const engine::EventBody& event) {
  const auto task = [&](const std::string& effect_id) {
    const auto call = turn.open_calls.find(effect_id);
    return call == turn.open_calls.end() ? std::string() : call->second;
  };
  if (const auto* understood = std::get_if<engine::CommandsUnderstood>(&event)) {
    const bool asked = !understood->prompt.empty() || !understood->failure.empty();
    if (!asked) return;
    // An answer that nothing could be made of is no answer.
    const bool used = understood->source != "matcher";
    turn.models.push_back(
        {"understand",
         used ? understood->source : std::string(),
         used || !understood->failure.empty() ? understood->failure : "not_usable",
         passed_over(understood->passed_over)}
    );
  } else if (const auto* returned = std::get_if<engine::ModelReturned>(&event)) {
    turn.models.push_back({task(returned->effect_id), returned->model, {}, passed_over(returned->passed_over)}
    );
  } else if (const auto* failed = std::get_if<engine::ModelFailed>(&event)) {
    turn.models.push_back({task(failed->effect_id), {}, failed->code, {}});
  }
}

}  // namespace

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
    } else {
      add_model(turn, event.body);
    }
  }
  for (engine::Effect& effect : body->effects) {
    if (auto* say = std::get_if<engine::Say>(&effect)) {
      turn.messages.push_back(std::move(*say));
    } else if (auto* exposure = std::get_if<engine::RecordExposure>(&effect)) {
      turn.exposures.push_back(std::move(*exposure));
    } else if (auto* call = std::get_if<engine::CallModel>(&effect)) {
      turn.open_calls.insert_or_assign(std::move(call->effect_id), std::move(call->task));
    }
  }
  if (body->request) turn.idempotency_key = std::move(body->request->key);
  return {};
}

}  // namespace parley::turns
