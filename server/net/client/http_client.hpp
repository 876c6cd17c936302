// Calls to servers outside: one HTTP client for tools, models and hooks.
//
// Every address is checked before it is connected to (egress.hpp), redirects are not followed, and nothing is
// read beyond the request's limits. Calls are made from a loop thread and resume on it; the client itself is
// thread-safe and shared by all loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "server/net/loop.hpp"

namespace parley::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct OutgoingRequest {
  std::string method = "GET";
  std::string url;  // absolute, http or https
  Headers headers;
  std::string body;
  std::uint32_t timeout_ms = 30'000;         // of the whole call
  std::uint32_t connect_timeout_ms = 5'000;  // until connected, TLS included
  std::uint32_t stall_timeout_ms = 0;  // longest silence of the answer once asked; 0: only the whole call's
  std::size_t max_answer_bytes = 8U << 20U;  // of the decoded body
  std::vector<std::string> allowed_hosts;    // "host" or "host:port"; empty: any public host
};

struct IncomingAnswer {
  int status = 0;
  Headers headers;   // names in lower case, in the order received
  std::string body;  // empty when it was streamed

  // The first of that name (lower case); empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// Takes the next piece of the answer's body; false ends the call with "stopped".
using TakePiece = std::move_only_function<bool(std::string_view piece)>;

// What went wrong, as `Error::pointer` of a failed call. Whether the other side may have acted on the request
// is told by may_have_arrived().
//   blocked            the address, port, scheme or host is not allowed; nothing was connected
//   bad_url            not an absolute http(s) URL
//   unresolved         the name has no address
//   unreachable        no connection, or TLS failed: nothing of the request was sent
//   timeout            the whole call took too long
//   stalled            the answer paused for too long
//   interrupted        the connection ended before the answer did
//   too_large          the answer exceeds its limit
//   stopped            the taker of the pieces did not want more
// A timeout before the connection stands counts as unreachable.
[[nodiscard]] bool may_have_arrived(const Error& error);

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // An answer of any status is a success here.
  virtual Awaitable<Result<IncomingAnswer>> send(OutgoingRequest request) = 0;

  // Gives the body of a 2xx answer piece by piece as it arrives (on the calling loop); other statuses' bodies
  // are collected as by send().
  virtual Awaitable<Result<IncomingAnswer>> stream(OutgoingRequest request, TakePiece take) = 0;
};

}  // namespace parley::net
