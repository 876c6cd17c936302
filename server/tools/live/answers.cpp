#include "server/tools/live/answers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "wire/conduct/conduct.hpp"
#include "wire/kept.hpp"

namespace parley::tools {
namespace {

constexpr std::size_t kMessageBytes = 300;
constexpr std::int64_t kInternalError = -32603;  // of JSON-RPC

bool is_json(const net::IncomingAnswer& answer) {
  const std::string_view type = answer.header("content-type");
  const std::string media = ascii_lower(type.substr(0, type.find(';')));
  if (media.ends_with("json")) return true;
  // Many services forget to say what they send.
  return media.empty() && (answer.body.starts_with('{') || answer.body.starts_with('['));
}

// RFC 8259 forbids the mark at its beginning, and lets readers overlook it.
Result<Value> json_in(const net::IncomingAnswer& answer) {
  std::string_view text = answer.body;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return parse_json(text, kAnswerLimits);
}

bool is_text(const net::IncomingAnswer& answer) {
  const std::string media = ascii_lower(answer.header("content-type"));
  return media.empty() || media.starts_with("text/") || media.contains("xml") || media.contains("csv");
}

// "text/csv; charset=ISO-8859-1" → "iso-8859-1".
std::string charset_of(const net::IncomingAnswer& answer) {
  const std::string type = ascii_lower(answer.header("content-type"));
  const std::size_t at = type.find("charset=");
  if (at == std::string::npos) return {};
  std::string_view name = std::string_view(type).substr(at + 8);
  if (name.starts_with('"')) name.remove_prefix(1);
  return std::string(name.substr(0, name.find_first_of("\"; ")));
}

// In UTF-8; nothing when it is in no encoding that is known here. What calls itself Latin-1 is read as
// browsers read it.
std::optional<std::string> text_in(const net::IncomingAnswer& answer) {
  if (is_utf8(answer.body)) return answer.body;
  const std::string charset = charset_of(answer);
  if (charset != "iso-8859-1" && charset != "latin1" && charset != "windows-1252") return std::nullopt;
  constexpr std::array<char16_t, 32> kWindows{
      0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
      0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178,
  };
  std::string out;
  for (const char c : answer.body) {
    const auto byte = static_cast<unsigned char>(c);
    const bool special = byte >= 0x80 && byte < 0xA0;
    append_utf8(out, special ? char32_t(kWindows[byte - 0x80]) : char32_t(byte));
  }
  return out;
}

// A person's words for a line of a log: one line, no control characters, not long.
std::string trimmed(std::string_view text) {
  std::string out;
  for (const char c : repair_utf8(utf8_prefix(text, kMessageBytes))) {
    const bool gap = (static_cast<unsigned char>(c) <= 0x20) || c == 0x7F;
    if (!gap) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (out.ends_with(' ')) out.pop_back();
  return text.size() > kMessageBytes ? out + "…" : out;
}

// Where services put the sentence about what went wrong.
std::string_view sentence_in(const Value& body) {
  if (body.is_string()) return body.as_string();
  if (body.is_list()) return body.size() > 0 ? sentence_in(body.as_list()[0]) : std::string_view{};
  if (!body.is_map()) return {};
  for (const char* key : {"message", "error_description", "detail", "title", "reason", "error", "errors"}) {
    const Value* found = body.find(key);
    if (found == nullptr) continue;
    if (const std::string_view sentence = sentence_in(*found); !sentence.empty()) return sentence;
  }
  return {};
}

std::string explanation(const net::IncomingAnswer& answer) {
  if (!is_json(answer)) return is_text(answer) && !answer.body.starts_with('<') ? trimmed(answer.body) : "";
  const auto body = json_in(answer);
  return body ? trimmed(sentence_in(*body)) : "";
}

// A service's word as part of a failure's code.
std::string code_word(std::string_view word) {
  constexpr std::size_t kLongest = 40;
  std::string code;
  for (const char c : ascii_lower(word.substr(0, kLongest)))
    code += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  return code;
}

// It may have been carried out although the answer does not say so, and repeating it could do harm.
std::unexpected<Error> in_doubt(const wire::Tool& tool, std::string why) {
  return fail(
      ErrorCode::unavailable,
      tool.id + ": " + std::move(why) + "; it may have been carried out",
      "in_doubt",
      "look at the service, then decide the review"
  );
}

// The service broke while it worked: nobody knows how far it came.
bool broke_while_working(int status) {
  return status >= 500 && status != 501 && status != 505;
}

// Many services carry out a call and then lead to what came of it; where is not followed.
bool leads_to_a_result(int status) {
  return status == 302 || status == 303;
}

std::optional<std::int64_t> seconds_in(std::string_view text) {
  std::uint32_t seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool all = problem == std::errc{} && !text.empty() && end == text.data() + text.size();
  return all ? std::optional<std::int64_t>(seconds) : std::nullopt;
}

Result<Value> refused(const wire::Tool& tool, turns::EffectClass effect, const net::IncomingAnswer& answer) {
  const std::string status = std::to_string(answer.status);
  const bool unknown = broke_while_working(answer.status) || leads_to_a_result(answer.status);
  if (unknown && !turns::may_repeat(effect)) return in_doubt(tool, "the service answered " + status);
  const std::string why = explanation(answer);
  return fail(
      ErrorCode::unavailable,
      tool.id + " was answered with " + status + (why.empty() ? "" : ": " + why),
      "http_" + status
  );
}

// The service said yes, but what it said beside that cannot be used.
std::unexpected<Error> unusable(const wire::Tool& tool, turns::EffectClass effect, std::string_view why) {
  if (!turns::may_repeat(effect))
    return in_doubt(tool, "the service said yes, but its answer " + std::string(why));
  return fail(ErrorCode::invalid_input, tool.id + ": the answer " + std::string(why), "bad_answer");
}

Result<Value> read_json_rpc(const wire::Tool& tool, turns::EffectClass effect, const Value& body) {
  const Value& problem = body["error"];
  if (problem.is_map()) {
    const Value& code = problem["code"];
    // "Internal error": it broke while it worked.
    if (code == Value(kInternalError) && !turns::may_repeat(effect))
      return in_doubt(tool, "the service answered with an internal error");
    return fail(
        ErrorCode::unavailable,
        tool.id + " was answered with an error: " + trimmed(sentence_in(problem)),
        "rpc_" + (code.is_int() ? std::to_string(code.as_int()) : std::string("error"))
    );
  }
  if (body["id"] != Value(1) || body.find("result") == nullptr)
    return unusable(tool, effect, "is not one of JSON-RPC");
  return body["result"];
}

// One tool asks for one field. What came with errors about parts of it is given with them, as "_errors".
Result<Value> read_graphql(const wire::Tool& tool, turns::EffectClass effect, const Value& body) {
  const Value& errors = body["errors"];
  const Value& data = body["data"];
  const bool one = data.is_map() && data.size() == 1;
  const Value& field = one ? data.entries()[0].value : data;
  if (!errors.is_list() || errors.size() == 0) {
    if (data.is_map()) return field;
    return unusable(tool, effect, "is not one of GraphQL");
  }
  if (field.is_null()) {
    return fail(
        ErrorCode::unavailable,
        tool.id + " was answered with an error: " + trimmed(sentence_in(errors)),
        "graphql_error"
    );
  }
  if (!field.is_map()) return field;
  ListBuilder messages;
  for (const Value& each : errors.as_list()) messages.add(trimmed(sentence_in(each)));
  return field.with("_errors", messages.build());
}

// What an MCP server shows a model, as a flow can use it: the structured content, or the JSON or text of it.
Value content_of(const Value& result) {
  if (const Value& structured = result["structuredContent"]; structured.is_map()) return structured;
  std::string text;
  const Value& content = result["content"];
  for (const Value& part : content.is_list() ? content.as_list() : std::span<const Value>{}) {
    if (part.text("type") == "text") text.append(text.empty() ? "" : "\n").append(part.text("text"));
  }
  if (text.starts_with('{') || text.starts_with('[')) {
    if (auto value = parse_json(text, kAnswerLimits)) return *std::move(value);
  }
  return Value(std::move(text));
}

Result<Value> read_mcp(const wire::Tool& tool, turns::EffectClass effect, const Value& body) {
  auto result = read_json_rpc(tool, effect, body);
  if (!result) return result;
  const std::string_view kind = result->text("resultType", "complete");
  if (kind != "complete") {
    return fail(
        ErrorCode::unsupported,
        tool.id + " asks for more (" + trimmed(kind) + "), which no flow can give it",
        "mcp_input_required"
    );
  }
  Value content = content_of(*result);
  if ((*result)["isError"] != Value(true)) return content;
  const std::string why = trimmed(content.is_string() ? content.as_string() : sentence_in(content));
  return fail(ErrorCode::unavailable, tool.id + " failed" + (why.empty() ? "" : ": " + why), "mcp_error");
}

Result<Value> read_body(
    const wire::Tool& tool, turns::EffectClass effect, const net::IncomingAnswer& answer
) {
  const bool rpc = tool.body.kind == wire::BodyKind::json_rpc;
  const bool graphql = tool.body.kind == wire::BodyKind::graphql;
  const bool mcp = tool.body.kind == wire::BodyKind::mcp;
  const bool enveloped = rpc || graphql || mcp;
  if (enveloped || is_json(answer)) {
    if (answer.body.empty()) {
      if (enveloped) return unusable(tool, effect, "is empty");
      return Value();
    }
    auto body = json_in(answer);
    if (!body) return unusable(tool, effect, "is not JSON that can be read");
    if (rpc) return read_json_rpc(tool, effect, *body);
    if (mcp) return read_mcp(tool, effect, *body);
    return graphql ? read_graphql(tool, effect, *body) : Result<Value>(*std::move(body));
  }
  if (answer.body.empty()) return Value();
  if (is_text(answer)) {
    if (auto text = text_in(answer)) return Value(*std::move(text));
  }
  return MapBuilder()
      .set("content_type", answer.header("content-type"))
      .set("bytes", static_cast<std::int64_t>(answer.body.size()))
      .build();
}

}  // namespace

Result<Value> read_answer(
    const wire::Tool& tool,
    turns::EffectClass effect,
    const net::IncomingAnswer& answer,
    std::size_t kept_bytes
) {
  const bool good = answer.status >= 200 && answer.status < 300;
  const bool speaks_for_itself = tool.body.kind == wire::BodyKind::json_rpc ||
                                 tool.body.kind == wire::BodyKind::graphql ||
                                 tool.body.kind == wire::BodyKind::mcp;
  if (!good && speaks_for_itself && !broke_while_working(answer.status) && is_json(answer)) {
    // These protocols put their own errors into answers of any status.
    const auto body = json_in(answer);
    if (body && (body->find("error") != nullptr || body->find("errors") != nullptr)) {
      auto said = read_body(tool, effect, answer);
      if (!said) return said;
    }
  }
  if (!good) return refused(tool, effect, answer);
  auto result = read_body(tool, effect, answer);
  if (!result) return result;
  if (const auto word = wire::refusal_in(tool, *result)) {
    return fail(
        ErrorCode::unavailable, tool.id + " was refused: " + trimmed(*word), "refused_" + code_word(*word)
    );
  }
  return wire::shortened(wire::project(*result, tool.fields), kept_bytes);
}

Error failure_of(const wire::Tool& tool, turns::EffectClass effect, const Error& problem) {
  Error failure = problem;
  failure.message = tool.id + ": " + problem.message;
  if (!net::may_have_arrived(problem)) {
    const bool passing = problem.pointer == "unresolved" || problem.pointer == "unreachable";
    if (passing) failure.pointer = "unavailable";
    return failure;
  }
  if (!turns::may_repeat(effect)) return in_doubt(tool, problem.message).error();
  if (problem.pointer == "timeout" || problem.pointer == "stalled") {
    failure.pointer = "timeout";
  } else if (problem.pointer != "too_large") {
    failure.pointer = effect == turns::EffectClass::read ? "unavailable" : "in_doubt";
  }
  return failure;
}

std::optional<std::chrono::milliseconds> wait_asked_for(
    const net::IncomingAnswer& answer, std::chrono::system_clock::time_point now
) {
  using std::chrono::milliseconds;
  const std::string value(answer.header("retry-after"));
  // Who has used up what he is granted is told so with 403 by some, and when it begins anew in seconds since
  // 1970.
  const bool used_up = answer.header("x-ratelimit-remaining") == "0";
  const bool passing = answer.status == 408 || answer.status == 425 || answer.status == 429 ||
                       (answer.status == 403 && (used_up || !value.empty())) ||
                       broke_while_working(answer.status);
  if (!passing) return std::nullopt;
  // In seconds: a clock that counts nanoseconds ends in 2262, and a date may be of the year 9999.
  const std::int64_t seconds_now =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto until = [&](std::int64_t seconds_since_1970) {
    return milliseconds(std::chrono::seconds(std::max<std::int64_t>(seconds_since_1970 - seconds_now, 0)));
  };
  if (value.empty()) {
    const auto begins_anew = used_up ? seconds_in(answer.header("x-ratelimit-reset")) : std::nullopt;
    return begins_anew ? std::optional(until(*begins_anew)) : std::nullopt;
  }
  if (const auto seconds = seconds_in(value)) return milliseconds(std::chrono::seconds(*seconds));
  std::tm date{};
  const char* const rest = ::strptime(value.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  return until(::timegm(&date));
}

}  // namespace parley::tools
