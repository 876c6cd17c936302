// Proxies whose word about their clients is believed, and what they say in X-Forwarded-For.
//
// Anybody can send that header, so an address counts only when a trusted proxy added it: read from the right,
// the first that is no trusted proxy itself. Immutable after read(); used from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/net/http.hpp"

namespace parley::net {

class TrustedProxies {
 public:
  // "10.0.0.0/8, 127.0.0.1, fd00::/8"; empty: none.
  [[nodiscard]] static Result<TrustedProxies> read(std::string_view list);

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] bool contains(const PeerAddress& peer) const;

  // Whose request it is that came over a connection of `peer`. The port is the connection's.
  [[nodiscard]] PeerAddress client_of(const PeerAddress& peer, const std::vector<Header>& headers) const;

 private:
  struct Range {
    std::array<std::uint8_t, 16> bytes{};
    int bits = 128;
  };
  std::vector<Range> ranges_;
};

// This machine's own address.
[[nodiscard]] bool is_loopback(const PeerAddress& peer);

}  // namespace parley::net
