// HTTP requests and responses as plain data.
//
// A Request's string_views point into the connection's buffers: they live until the handler returns. Copy
// what must live longer. No thread-safety of its own: a request belongs to its loop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::net {

// Header names are compared without regard to ASCII case.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

struct Header {
  std::string_view name;
  std::string_view value;
};

// An IP address and port; IPv4 is kept as ::ffff:a.b.c.d.
struct PeerAddress {
  std::array<std::uint8_t, 16> bytes{};
  std::uint16_t port = 0;

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::string to_string() const;  // without the port

  bool operator==(const PeerAddress&) const = default;
};

// Decoded query parameters in their order; a name may repeat.
class Query {
 public:
  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }
  void clear() { pairs_.clear(); }
  // The first value of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

struct Request {
  std::string_view method;
  std::string_view target;  // as sent
  std::string path;         // percent-decoded; starts with '/', holds no control characters, "." or ".."
  Query query;
  std::vector<Header> headers;
  std::string_view body;
  std::string_view request_id;
  PeerAddress peer;  // of the client, as a trusted proxy names it
  bool http_keep_alive = true;
  bool is_http_1_0 = false;

  // The first field of that name.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = {};  // left out when empty
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  bool close = false;  // end the connection afterwards
};

// Undoes percent-encoding; nullopt if an escape is cut off or not hexadecimal, or if the result holds a
// control character or is not UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// Splits an origin-form target into path and query. False if the path would leave its root, hides a slash
// behind an escape, or does not decode.
[[nodiscard]] bool parse_target(std::string_view target, std::string& path, Query& query);

}  // namespace parley::net
