// A chat message as the API takes it, over plain HTTP, as a stream, or over a WebSocket: checked, authorised,
// and as the driver wants it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "server/api/api.hpp"
#include "server/turns/driver.hpp"

namespace parley::api {

// What a message is besides its body.
struct ChatOrigin {
  const Caller& caller;
  std::string_view idempotency_key;  // empty: none
  std::string_view fingerprinted;    // the bytes that must be the same when the key is
  std::string_view accept_language;
  net::PeerAddress peer;
  std::string_view channel;  // "api", "web", "websocket"
};

// Refuses a message for a conversation that is not the caller's.
[[nodiscard]] std::expected<turns::ChatRequest, Problem> chat_request(
    const Api& api, const Value& body, const ChatOrigin& origin
);

// The answer as JSON, with the token of a conversation it created.
[[nodiscard]] std::string answer_json(const Api& api, turns::Answer& answer);

// {"tool":…,"state":…,"test_mode":true}, the last only when it was made up: what streams tell of a tool call.
[[nodiscard]] std::string effect_json(std::string_view tool, std::string_view state, bool test_mode);

// Says which of the things that a message names does not exist, and what was probably meant. Writes to the
// log what clients are not told.
[[nodiscard]] Problem chat_problem(
    const Api& api, const Error& error, const turns::ChatRequest& request, std::string_view request_id
);

}  // namespace parley::api
