#include "server/turns/answer.hpp"

#include <array>
#include <utility>

#include "base/json.hpp"

namespace parley::turns {

namespace {

constexpr std::array<std::string_view, 3> kRoles{"assistant", "operator", "system"};  // as engine::Speaker

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

engine::Say message_from(const Value& value) {
  engine::Say message;
  message.id = value.text("id");
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    if (value.text("role") == kRoles[i]) message.speaker = static_cast<engine::Speaker>(i);
  }
  message.text = value.text("text");
  if (const Value& buttons = value["buttons"]; buttons.is_list()) {
    for (const Value& button : buttons.as_list()) {
      message.buttons.push_back({std::string(button.text("label")), std::string(button.text("payload"))});
    }
  }
  message.card = value["card"];
  message.input_slot = value["input"].text("slot");
  message.input_type = value["input"].text("type");
  message.author = value.text("name");
  return message;
}

bool flag(const Value& value, std::string_view name) {
  return value[name].is_bool() && value[name].as_bool();
}

void append_text(std::string& out, const std::vector<engine::Say>& messages) {
  std::string text;
  for (const engine::Say& message : messages) {
    if (message.text.empty()) continue;
    if (!text.empty()) text += '\n';
    text += message.text;
  }
  append_json_string(out, text);
}

}  // namespace

void append_message(std::string& out, const engine::Say& message) {
  out += "{\"id\":";
  append_json_string(out, message.id);
  append_member(out, "role", kRoles[static_cast<std::size_t>(message.speaker)]);
  append_member(out, "text", message.text);
  if (!message.buttons.empty()) {
    out += ",\"buttons\":[";
    for (const engine::SaidButton& button : message.buttons) {
      if (out.back() != '[') out += ',';
      out += "{\"label\":";
      append_json_string(out, button.label);
      append_member(out, "payload", button.payload);
      out += '}';
    }
    out += ']';
  }
  if (!message.card.is_null()) {
    out += ",\"card\":";
    append_json(out, message.card);
  }
  if (!message.input_slot.empty()) {
    out += ",\"input\":{\"slot\":";
    append_json_string(out, message.input_slot);
    append_member(out, "type", message.input_type);
    out += '}';
  }
  if (!message.author.empty()) append_member(out, "name", message.author);
  out += '}';
}

std::string encode_answer(const Answer& answer) {
  std::string out;
  out.reserve(384);
  out += "{\"conversation_id\":";
  append_json_string(out, answer.conversation_id);
  out += ",\"turn\":";
  out += std::to_string(answer.turn);
  out += ",\"at\":\"";
  out += format_timestamp(answer.at);
  out += '"';
  out += answer.created ? ",\"created\":true,\"text\":" : ",\"created\":false,\"text\":";
  append_text(out, answer.messages);
  out += ",\"messages\":[";
  for (const engine::Say& message : answer.messages) {
    if (out.back() != '[') out += ',';
    append_message(out, message);
  }
  out += "],\"next_step\":";
  if (answer.next_step.empty()) {
    out += "null";
  } else {
    append_json_string(out, answer.next_step);
  }
  append_member(out, "status", answer.status);
  append_member(out, "owner", answer.owner);
  if (!answer.outcome.empty()) append_member(out, "outcome", answer.outcome);
  out += answer.ended ? ",\"ended\":true" : ",\"ended\":false";
  if (answer.test_mode) out += ",\"test_mode\":true";
  out += '}';
  return out;
}

Result<Answer> decode_answer(std::string text) {
  const auto value = parse_json(text);
  if (!value) return std::unexpected(value.error());
  if (!value->is_map() || !(*value)["turn"].is_int()) {
    return fail(ErrorCode::internal, "a stored answer cannot be read");
  }
  Answer answer;
  answer.conversation_id = value->text("conversation_id");
  answer.turn = static_cast<std::uint64_t>((*value)["turn"].as_int());
  if (const auto at = parse_timestamp(value->text("at"))) answer.at = *at;
  answer.created = flag(*value, "created");
  if (const Value& messages = (*value)["messages"]; messages.is_list()) {
    for (const Value& message : messages.as_list()) answer.messages.push_back(message_from(message));
  }
  answer.next_step = value->text("next_step");
  answer.status = value->text("status");
  answer.owner = value->text("owner");
  answer.outcome = value->text("outcome");
  answer.ended = flag(*value, "ended");
  answer.test_mode = flag(*value, "test_mode");
  answer.json = std::move(text);
  return answer;
}

}  // namespace parley::turns
