#include "wire/model_api/failure.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/decimal.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "wire/utf8_stream.hpp"

namespace parley::wire::model_api {

namespace {

constexpr std::size_t kQuoted = 300;

// One line, valid UTF-8, not long.
std::string quoted(std::string_view text) {
  if (text.size() > kQuoted) text = text.substr(0, kQuoted);
  while (!text.empty() && !is_utf8(text)) text.remove_suffix(1);
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, ' ');
  return out;
}

struct CodeRow {
  std::string_view part;  // of the server's code or type
  std::string_view code;
  ErrorCode kind;
};

constexpr CodeRow kTooLong{"", "context_too_long", ErrorCode::too_large};

// The first that occurs in the code or the type; they say more than the status.
constexpr std::array kCodes{
    CodeRow{"insufficient_quota", "quota", ErrorCode::forbidden},
    CodeRow{"billing", "quota", ErrorCode::forbidden},
    CodeRow{"context_length_exceeded", "context_too_long", ErrorCode::too_large},
    CodeRow{"exceed_context_size", "context_too_long", ErrorCode::too_large},
    CodeRow{"content_filter", "refused", ErrorCode::forbidden},
    CodeRow{"content_policy", "refused", ErrorCode::forbidden},
    CodeRow{"invalid_prompt", "refused", ErrorCode::forbidden},
    CodeRow{"model_not_found", "model_not_found", ErrorCode::not_found},
    CodeRow{"invalid_api_key", "unauthenticated", ErrorCode::unauthenticated},
    CodeRow{"authentication_error", "unauthenticated", ErrorCode::unauthenticated},
    CodeRow{"rate_limit", "rate_limited", ErrorCode::unavailable},
    CodeRow{"overloaded", "rate_limited", ErrorCode::unavailable},
    CodeRow{"server_error", "model_down", ErrorCode::unavailable},
};

CodeRow by_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return {"", "unauthenticated", ErrorCode::unauthenticated};
    case 402:
      return {"", "quota", ErrorCode::forbidden};
    case 404:
      return {"", "model_not_found", ErrorCode::not_found};
    case 413:
      return {"", "context_too_long", ErrorCode::too_large};
    case 408:
    case 409:
    case 425:
    case 429:
    case 529:
      return {"", "rate_limited", ErrorCode::unavailable};
    default:
      return status >= 400 && status < 500 ? CodeRow{"", "model_request", ErrorCode::invalid_input}
                                           : CodeRow{"", "model_down", ErrorCode::unavailable};
  }
}

// Some servers say it only in words.
bool says_too_long(std::string_view message) {
  return message.find("maximum context length") != std::string_view::npos ||
         message.find("context window") != std::string_view::npos ||
         message.find("exceeds the available context") != std::string_view::npos;
}

CodeRow classify(int status, std::string_view code, std::string_view type, std::string_view message) {
  for (const CodeRow& row : kCodes) {
    if (code.find(row.part) != std::string_view::npos || type.find(row.part) != std::string_view::npos)
      return row;
  }
  CodeRow row = by_status(status);
  if (row.code == "model_request" && says_too_long(message)) return kTooLong;
  return row;
}

std::string_view hint_of(std::string_view code) {
  if (code == "unauthenticated") return "check the key that the model's settings name";
  if (code == "model_not_found") return "check the model's name and address in parley.yaml";
  if (code == "quota") return "the account at the provider needs credit or a higher limit";
  if (code == "context_too_long") return "send less with the step, or use a model that reads more";
  return {};
}

}  // namespace

Error failure_in(const Value& error, int status) {
  const std::string_view message = error.is_string() ? error.as_string() : error.text("message");
  // Codes are texts with some servers and numbers with others.
  const Value& given = error["code"];
  if (given.is_int() && status < 400 && given.as_int() >= 400 && given.as_int() < 600)
    status = static_cast<int>(given.as_int());
  const CodeRow row = classify(status, error.text("code"), error.text("type"), message);
  std::string said = "the model's server says";
  if (status >= 400) said += " " + std::to_string(status);
  // Servers like to repeat a part of the key that they refuse.
  const std::string words = row.code == "unauthenticated" ? std::string() : quoted(message);
  if (!words.empty()) said += ": " + words;
  return {row.kind, std::move(said), std::string(row.code), std::string(hint_of(row.code))};
}

Error failure_of(int status, std::string_view body) {
  constexpr std::size_t kMostRead = 64U << 10U;
  if (body.size() <= kMostRead) {
    if (const auto parsed = parse_json(body)) {
      if (const Value* error = parsed->find("error"); error != nullptr && !error->is_null())
        return failure_in(*error, status);
      // FastAPI and its kin.
      if (const Value* detail = parsed->find("detail"); detail != nullptr && detail->is_string())
        return failure_in(*detail, status);
      if (parsed->find("message") != nullptr) return failure_in(*parsed, status);
    }
  }
  return failure_in(Value(quoted(body)), status);
}

Error malformed(std::string_view what) {
  return {ErrorCode::unavailable, "the model's answer cannot be read: " + std::string(what), "model_answer"};
}

bool may_pass(const Error& failure) {
  constexpr auto kPassing = std::to_array<std::string_view>(
      {"rate_limited", "model_down", "model_answer", "unreachable", "unresolved", "stalled", "interrupted"}
  );
  return std::ranges::find(kPassing, std::string_view(failure.pointer)) != kPassing.end();
}

bool may_have_worked(const Error& failure) {
  constexpr auto kWorked =
      std::to_array<std::string_view>({"timeout", "stalled", "interrupted", "model_answer", "too_large"});
  return std::ranges::find(kWorked, std::string_view(failure.pointer)) != kWorked.end();
}

std::optional<std::uint32_t> retry_after_ms(std::string_view seconds, std::string_view milliseconds) {
  constexpr double kMost = 3'600'000;
  const auto read = [](std::string_view text) -> std::optional<double> {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    const auto numeric = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    if (text.empty() || text.size() > 20 || !std::ranges::all_of(text, numeric)) return std::nullopt;
    if (text.front() == '.' || std::ranges::count(text, '.') > 1) return std::nullopt;
    return round_decimal(text);
  };
  if (const auto given = read(milliseconds)) return static_cast<std::uint32_t>(std::min(kMost, *given));
  if (const auto given = read(seconds)) return static_cast<std::uint32_t>(std::min(kMost, *given * 1000));
  return std::nullopt;
}

}  // namespace parley::wire::model_api
