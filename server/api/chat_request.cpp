#include "server/api/chat_request.hpp"

#include <algorithm>
#include <vector>

#include "base/edit_distance.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"

namespace parley::api {

namespace {

constexpr std::size_t kMaxKeyBytes = 255;
// Shorter keys are easily chosen twice by strangers, and an answer that creates a conversation opens it.
constexpr std::size_t kUnguessableKeyBytes = 16;

// "de-DE,de;q=0.9" → "de-DE"
std::string_view first_language(std::string_view accept) {
  std::string_view tag = accept.substr(0, accept.find_first_of(",;"));
  while (tag.starts_with(' ')) tag.remove_prefix(1);
  while (tag.ends_with(' ')) tag.remove_suffix(1);
  const bool tag_like = !tag.empty() && tag.size() <= 35 && std::ranges::all_of(tag, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
  return tag_like ? tag : std::string_view();
}

// Separates callers, so that nobody gets the answer to another's request by choosing the same key.
std::string key_scope(const ChatOrigin& origin, std::string_view conversation_id, std::string_view key) {
  if (!conversation_id.empty()) return "conversation:" + std::string(conversation_id);
  if (!origin.caller.id.empty() && origin.caller.id != kLocalCaller) return "key:" + origin.caller.id;
  if (key.size() < kUnguessableKeyBytes) return "address:" + origin.peer.to_string();
  return "new";
}

std::expected<Value, Problem> style_in(const Value& body, const assistant::Settings& settings) {
  const Value& tone = body["tone"];
  if (!tone.is_null() && !engine::tone_value(settings.tones, tone)) {
    std::string names;
    for (const flow::ToneStop& stop : settings.tones) names += (names.empty() ? "" : ", ") + stop.name;
    return std::unexpected(Problem{
        "invalid_field", "There is no such tone.", "send a number from 0 to 100, or one of " + names, "tone"
    });
  }
  MapBuilder style;
  if (!tone.is_null()) style.set("tone", tone);
  if (const std::string_view length = body.text("length"); !length.empty()) style.set("length", length);
  Value chosen = style.build();
  return chosen.size() == 0 ? Value() : std::move(chosen);
}

}  // namespace

std::expected<turns::ChatRequest, Problem> chat_request(
    const Api& api, const Value& body, const ChatOrigin& origin
) {
  turns::ChatRequest request;
  request.conversation_id = body.text("conversation_id");
  if (!request.conversation_id.empty()) {
    if (auto allowed = api.access().check_conversation(origin.caller, request.conversation_id); !allowed) {
      return std::unexpected(std::move(allowed.error()));
    }
  }
  if (origin.idempotency_key.size() > kMaxKeyBytes) {
    return std::unexpected(Problem{
        "idempotency_key_invalid",
        "The Idempotency-Key may have at most 255 characters.",
        "a random UUID is a good key"
    });
  }
  request.tenant = api.tenant();
  request.channel = origin.channel;
  // A name that anybody could have written opens nobody's memory.
  auto user = api.access().user_of(origin.caller, body.text("user_id"), body.text("user_token"));
  if (!user) return std::unexpected(std::move(user.error()));
  request.user_id = *std::move(user);
  // On an open development server everybody is the same caller.
  request.user_known = !request.user_id.empty() && origin.caller.id != kLocalCaller;
  request.flow = body.text("flow_id");
  request.text = body.text("message");
  request.payload = body.text("payload");
  request.message_id = body.text("message_id");
  request.context = body["context"];
  // Of POST /v1/events; no other body has these fields.
  if (const Value& name = body["name"]; !name.is_null())
    request.event = MapBuilder().set("name", name).set("data", body["data"]).build();
  const auto settings = api.settings();
  auto style = style_in(body, *settings);
  if (!style) return std::unexpected(std::move(style.error()));
  request.style = std::move(*style);
  const std::string_view language = first_language(origin.accept_language);
  request.locale = body.text("locale", language.empty() ? std::string_view(settings->locale) : language);
  request.currency = settings->currency;
  request.utc_offset_seconds = settings->utc_offset_seconds;

  const bool by_id = origin.idempotency_key.empty();
  const std::string_view key = by_id ? std::string_view(request.message_id) : origin.idempotency_key;
  if (!key.empty()) {
    std::string scope = key_scope(origin, request.conversation_id, key);
    if (by_id) scope = "message:" + scope;
    // A channel repeats a message's id only for the same message, so there is no body to compare.
    request.idempotency = {
        std::move(scope), std::string(key), by_id ? "message" : sha256_hex(origin.fingerprinted)
    };
  }
  return request;
}

std::string answer_json(const Api& api, turns::Answer& answer) {
  std::string json = std::move(answer.json);
  if (!answer.created) return json;
  json.pop_back();
  json += ",\"token\":\"";
  json += api.access().visitor_token(answer.conversation_id);
  json += "\"}";
  return json;
}

std::string effect_json(std::string_view tool, std::string_view state, bool test_mode) {
  std::string json = "{\"tool\":";
  append_json_string(json, tool);
  json += ",\"state\":";
  append_json_string(json, state);
  json += test_mode ? ",\"test_mode\":true}" : "}";
  return json;
}

Problem chat_problem(
    const Api& api, const Error& error, const turns::ChatRequest& request, std::string_view request_id
) {
  note_failure(error, request_id);
  if (error.code != ErrorCode::not_found) return problem_from(error);
  if (!request.conversation_id.empty()) {
    return {
        "conversation_not_found",
        "There is no conversation " + request.conversation_id + ".",
        "leave conversation_id out to start a new one",
        "conversation_id"
    };
  }
  std::vector<std::string_view> ids;
  const auto active = api.driver().releases().active(api.tenant());
  if (active != nullptr) {
    for (const auto& [flow_id, flow] : active->flows()) ids.push_back(flow_id);
  }
  const std::string_view near = nearest(request.flow, ids);
  std::string all;
  for (const std::string_view id : ids) all.append(all.empty() ? "" : ", ").append(id);
  return {
      "flow_not_found",
      "There is no flow '" + request.flow + "'.",
      near.empty() ? "the flows are: " + all : "did you mean '" + std::string(near) + "'?",
      "flow_id"
  };
}

}  // namespace parley::api
