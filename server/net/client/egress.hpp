// Where calls to outside may go: hosts, ports, addresses. Decisions only, no input or output.
//
// Every address a name has is judged, and one bad address condemns the name: a name that means an outside
// and an inside address at once is an attack or a mistake. Plain values, no thread affinity.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::net {

using IpAddress = boost::asio::ip::address;

enum class Reach : std::uint8_t {
  open,      // a unicast address of the public Internet
  internal,  // loopback, private, shared (CGNAT), benchmarking: only where the settings name the host
  never,     // link-local, cloud metadata, multicast, unspecified, reserved, and IPv6 forms that hide an IPv4
};
[[nodiscard]] Reach reach_of(const IpAddress& address);

struct Target {
  std::string host;  // lower case, no final dot, no brackets
  std::uint16_t port = 0;
  std::optional<IpAddress> literal;  // when the host is written as an address
};

// Reads scheme, host and port of an absolute http(s) URL. Only one way of writing a host is taken: no user
// names, no percent or non-ASCII characters (internationalised names come as xn--…), no octal, hexadecimal,
// shortened or single-number IPv4. Errors have the pointer "bad_url", or "blocked" for other schemes.
[[nodiscard]] Result<Target> read_target(std::string_view url);

// "host:port" of such a URL, as lists of hosts name it; empty when it is none.
[[nodiscard]] std::string host_and_port(std::string_view url);

// A setting of the server, never of a document or a user.
struct EgressPolicy {
  std::vector<std::string> internal_hosts;  // "host" or "host:port" that may have internal addresses
  bool any_internal = false;                // development: any host may, on any port
};

// Before resolving: is this host in `allowed_hosts` (empty: any), and its port one of the web's or listed?
[[nodiscard]] Result<void> check_target(
    const Target& target, std::span<const std::string> allowed_hosts, const EgressPolicy& policy
);

// Is it one of "host" or "host:port", whatever the case?
[[nodiscard]] bool is_listed(const Target& target, std::span<const std::string> hosts);

// After resolving: may this target be at these addresses, all of them?
[[nodiscard]] Result<void> check_addresses(
    const Target& target, std::span<const IpAddress> addresses, const EgressPolicy& policy
);

}  // namespace parley::net
