#include "server/tools/worker/messages.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace parley::tools::worker {
namespace {

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxMessage = 1000;
constexpr std::size_t kMaxCode = 64;
constexpr std::string_view kCodeLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

std::string cut(std::string_view text, std::size_t most) {
  return std::string(utf8_prefix(text, most));
}

std::unexpected<Error> wrong(std::string message, std::string hint = {}) {
  return fail(ErrorCode::invalid_input, std::move(message), {}, std::move(hint));
}

Result<FromWorker> read_register(const Value& message, std::size_t max_capacity) {
  const Value& version = message["version"];
  if (!version.is_int() || version.as_int() != kProtocol) {
    return fail(
        ErrorCode::unsupported,
        "this server speaks version 1 of the workers' protocol",
        {},
        "use the SDK that belongs to this server"
    );
  }
  if (!message["tools"].is_list()) return wrong("'tools' must be a list of tools");
  Register out{
      .connector = std::string(message.text("connector", "worker")),
      .name = cut(message.text("worker"), kMaxName),
      .sdk = cut(message.text("sdk"), kMaxName),
      .tools = message["tools"],
  };
  const Value& capacity = message["capacity"];
  if (!capacity.is_null()) {
    if (!capacity.is_int() || capacity.as_int() < 1) return wrong("'capacity' must be a number from 1");
    out.capacity = std::min(static_cast<std::size_t>(capacity.as_int()), max_capacity);
  }
  return out;
}

// A code that flows could not name is a part of the words: whoever waits for the call must hear that it
// failed.
CallError read_error(const Value& message, std::string call_id) {
  const std::string_view code = message.text("code", "worker_error");
  const std::string_view words = message.text("message");
  const bool usable = !code.empty() && code.size() <= kMaxCode &&
                      code.find_first_not_of(kCodeLetters) == std::string_view::npos;
  if (usable) return CallError{std::move(call_id), std::string(code), cut(words, kMaxMessage)};
  return CallError{
      std::move(call_id), "worker_error", cut(cut(code, kMaxCode) + ": " + std::string(words), kMaxMessage)
  };
}

}  // namespace

Result<FromWorker> read_message(std::string_view text, std::size_t max_capacity) {
  const auto parsed = parse_json(text);
  if (!parsed) return wrong("the message is not JSON: " + parsed.error().message);
  const Value& message = *parsed;
  const std::string_view type = message.text("type");
  if (type == "register") return read_register(message, max_capacity);
  if (type == "heartbeat") return Heartbeat{};
  if (type == "drain") return Drain{};
  if (type != "result" && type != "error" && type != "progress") {
    return wrong(
        "there is no message of the type '" + cut(type, kMaxName) + "'",
        "a worker sends register, heartbeat, progress, result, error and drain"
    );
  }
  std::string call_id(message.text("call_id"));
  if (call_id.empty()) return wrong("'call_id' is missing");
  if (type == "progress") return Progress{std::move(call_id)};
  if (type == "error") return read_error(message, std::move(call_id));
  return CallResult{std::move(call_id), write_json(message["result"])};
}

std::string registered_message(
    const Terms& terms,
    const std::vector<std::string>& tools,
    const std::vector<wire::DroppedOperation>& refused
) {
  ListBuilder accepted;
  for (const std::string& tool : tools) accepted.add(tool);
  ListBuilder not_accepted;
  for (const wire::DroppedOperation& each : refused)
    not_accepted.add(MapBuilder().set("tool", each.operation).set("reason", each.reason).build());
  return write_json(MapBuilder()
                        .set("type", "registered")
                        .set("version", kProtocol)
                        .set("session", terms.session)
                        .set("connector", terms.connector)
                        .set("heartbeat_ms", static_cast<std::int64_t>(terms.heartbeat.count()))
                        .set("lease_ms", static_cast<std::int64_t>(terms.lease.count()))
                        .set("capacity", static_cast<std::int64_t>(terms.capacity))
                        .set("result_bytes", static_cast<std::int64_t>(terms.result_bytes))
                        .set("tools", accepted.build())
                        .set("refused", not_accepted.build())
                        .build());
}

std::string call_message(const CallHeader& header, const turns::Caller& caller, const Value& arguments) {
  std::string out = R"({"type":"call","call_id":)";
  append_json_string(out, header.call_id);
  out += ",\"tool\":";
  append_json_string(out, header.tool);
  out += ",\"attempt\":" + std::to_string(header.attempt);
  out += ",\"delivery\":" + std::to_string(header.delivery);
  out += ",\"idempotency_key\":";
  append_json_string(out, header.idempotency_key);
  out += ",\"deadline_ms\":" + std::to_string(header.time_left.count());
  out += ",\"user_id\":";
  append_json_string(out, caller.user_id);
  out += ",\"conversation_id\":";
  append_json_string(out, caller.conversation_id);
  out += ",\"turn\":" + std::to_string(caller.turn);
  out += ",\"arguments\":";
  append_json(out, arguments);
  out += '}';
  return out;
}

std::string cancel_message(std::string_view call_id) {
  std::string out = R"({"type":"cancel","call_id":)";
  append_json_string(out, call_id);
  return out + "}";
}

std::string drain_message() {
  return R"({"type":"drain"})";
}

std::string error_message(const Error& error) {
  MapBuilder out;
  out.set("type", "error").set("code", name(error.code)).set("message", error.message);
  if (!error.pointer.empty()) out.set("pointer", error.pointer);
  if (!error.hint.empty()) out.set("hint", error.hint);
  return write_json(out.build());
}

}  // namespace parley::tools::worker
