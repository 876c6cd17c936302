#include "server/net/response_writer.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <utility>

namespace parley::net {
namespace {

constexpr std::pair<int, std::string_view> kReasons[] = {
    {200, "OK"},  // the most frequent first
    {100, "Continue"},
    {101, "Switching Protocols"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

bool fields_are_safe(const Response& response) {
  if (!is_field_value(response.content_type)) return false;
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_field_value(value)) return false;
  }
  return true;
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const auto& [code, phrase] : kReasons) {
    if (code == status) return phrase;
  }
  return {};
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

bool append_head(std::string& out, const Response& response, const ResponseFrame& frame) {
  if (!fields_are_safe(response)) return false;
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
  if (frame.framing == BodyFraming::chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (frame.framing == BodyFraming::length && may_have_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  append_field(out, "Date", frame.date);
  append_field(out, "X-Request-Id", frame.request_id);
  if (frame.close) out += "Connection: close\r\n";
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  out += "\r\n";
  return true;
}

Response refusal_response(const Refusal& refusal, std::string_view request_id) {
  const std::string_view type = refusal.status == 503   ? "overloaded"
                                : refusal.status >= 500 ? "server_error"
                                                        : "invalid_request";
  Response response{.status = refusal.status, .content_type = "application/json", .close = true};
  // Codes and messages are constants of this folder and need no escaping.
  response.body.append("{\"error\":{\"type\":\"").append(type);
  response.body.append("\",\"code\":\"").append(refusal.code);
  response.body.append("\",\"message\":\"").append(refusal.message);
  response.body.append("\",\"param\":null,\"request_id\":\"").append(request_id).append("\"}}");
  if (refusal.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::string http_date(std::int64_t unix_seconds) {
  const std::time_t seconds = unix_seconds;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };
  std::array<char, 64> text{};
  std::snprintf(
      text.data(),
      text.size(),
      "%s, %02d %s %04d %02d:%02d:%02d GMT",
      kDays[static_cast<std::size_t>(utc.tm_wday)],
      utc.tm_mday,
      kMonths[static_cast<std::size_t>(utc.tm_mon)],
      utc.tm_year + 1900,
      utc.tm_hour,
      utc.tm_min,
      utc.tm_sec
  );
  return text.data();
}

}  // namespace parley::net
