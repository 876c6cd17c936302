#include "server/turns/log/record.hpp"

#include <utility>

#include "base/json.hpp"
#include "engine/masking.hpp"

namespace parley::turns {

namespace {

void append_request(std::string& out, const RequestKey& request) {
  out += "{\"fingerprint\":";
  append_json_string(out, request.fingerprint);
  out += ",\"key\":";
  append_json_string(out, request.key);
  out += ",\"scope\":";
  append_json_string(out, request.scope);
  out += '}';
}

RequestKey request_from(const Value& value) {
  return {
      std::string(value.text("scope")), std::string(value.text("key")), std::string(value.text("fingerprint"))
  };
}

}  // namespace

std::string encode_record(
    std::span<const engine::Event> events,
    std::span<const engine::Effect> effects,
    const RequestKey* request,
    std::span<const RequestKey> merged
) {
  std::string out;
  out.reserve(512);
  out += "{\"effects\":[";
  for (const engine::Effect& effect : effects) {
    if (out.back() != '[') out += ',';
    append_typed(out, engine::to_value(effect));
  }
  out += "],\"events\":[";
  for (const engine::Event& event : events) {
    if (out.back() != '[') out += ',';
    append_typed(out, engine::to_value(event));
  }
  out += ']';
  if (request != nullptr) {
    out += ",\"inbox\":";
    append_request(out, *request);
  }
  if (!merged.empty()) {
    out += ",\"merged\":[";
    for (const RequestKey& each : merged) {
      if (out.back() != '[') out += ',';
      append_request(out, each);
    }
    out += ']';
  }
  out += '}';
  return out;
}

Result<RecordBody> decode_record(std::string_view text) {
  const auto value = parse_typed(text);
  if (!value) return std::unexpected(value.error());
  RecordBody body;
  const Value& events = (*value)["events"];
  const Value& effects = (*value)["effects"];
  if (!events.is_list() || !effects.is_list()) {
    return fail(ErrorCode::internal, "a log record lacks its events or effects");
  }
  body.events.reserve(events.size());
  for (const Value& item : events.as_list()) {
    auto event = engine::event_from(item);
    if (!event) return std::unexpected(std::move(event.error()));
    body.events.push_back(std::move(*event));
  }
  body.effects.reserve(effects.size());
  for (const Value& item : effects.as_list()) {
    auto effect = engine::effect_from(item);
    if (!effect) return std::unexpected(std::move(effect.error()));
    body.effects.push_back(std::move(*effect));
  }
  if (const Value& inbox = (*value)["inbox"]; inbox.is_map()) {
    body.request = request_from(inbox);
  }
  if (const Value& merged = (*value)["merged"]; merged.is_list()) {
    for (const Value& each : merged.as_list()) body.merged.push_back(request_from(each));
  }
  return body;
}

std::string outside_view(std::string_view body) {
  if (!body.contains("\"sensitive\":")) return std::string(body);
  auto decoded = decode_record(body);
  if (!decoded) return "{\"effects\":[],\"events\":[]}";  // rather nothing than too much
  engine::mask(decoded->events, decoded->effects);
  const RequestKey* request = decoded->request ? &*decoded->request : nullptr;
  return encode_record(decoded->events, decoded->effects, request, decoded->merged);
}

std::string encode_request(const engine::CallTool& call) {
  std::string out = "{\"arguments\":";
  append_typed(out, call.arguments);
  if (!call.review_id.empty()) append_json_string(out += ",\"review_id\":", call.review_id);
  out += ",\"timeout_ms\":";
  out += std::to_string(call.timeout_ms);
  out += ",\"tool\":";
  append_json_string(out, call.tool);
  out += '}';
  return out;
}

Result<ToolCall> decode_request(const OutboxEntry& entry) {
  const auto value = parse_typed(entry.request);
  if (!value) return std::unexpected(value.error());
  ToolCall call{
      .tool = entry.tool,
      .arguments = (*value)["arguments"],
      .idempotency_key = entry.idempotency_key,
      .attempt = entry.attempt,
  };
  call.review_id = value->text("review_id");
  if (const Value& timeout = (*value)["timeout_ms"]; timeout.is_int() && timeout.as_int() > 0) {
    call.timeout_ms = static_cast<std::uint32_t>(timeout.as_int());
  }
  return call;
}

}  // namespace parley::turns
