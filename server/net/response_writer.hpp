// Serialises responses. Appends to the caller's buffer; pure but for its inputs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/net/head_parser.hpp"
#include "server/net/http.hpp"

namespace parley::net {

enum class BodyFraming : std::uint8_t {
  length,       // Content-Length and the body
  chunked,      // the body follows as chunks
  until_close,  // the body ends with the connection (HTTP/1.0 streams)
  upgrade,      // 101: no body, the protocol changes
};

struct ResponseFrame {
  BodyFraming framing = BodyFraming::length;
  bool close = false;
  std::string_view date;
  std::string_view request_id;
};

// The name of a status code, "" if we do not know it.
[[nodiscard]] std::string_view reason_phrase(int status);

// Appends the head; the body is the caller's to send. False, with nothing appended, if a header of the
// response holds bytes that would break the head apart.
[[nodiscard]] bool append_head(std::string& out, const Response& response, const ResponseFrame& frame);

// True if a response of this status may carry a body.
[[nodiscard]] bool may_have_body(int status);

// The error body every surface of the server shares.
[[nodiscard]] Response refusal_response(const Refusal& refusal, std::string_view request_id);

// "Sun, 06 Nov 1994 08:49:37 GMT"
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

}  // namespace parley::net
