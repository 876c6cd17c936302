#include "server/net/client/egress.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <type_traits>

namespace parley::net {
namespace {

struct Range {
  const char* network;
  unsigned bits;
  Reach reach;
};

// The first row that covers an address decides. From the registries of special-purpose addresses (RFC 6890
// and what followed it) and the documented metadata services of the large clouds.
constexpr auto kRanges4 = std::to_array<Range>({
    {"100.100.100.200", 32, Reach::never},  // metadata (Alibaba), inside the shared range
    {"168.63.129.16", 32, Reach::never},    // metadata (Azure), inside the public range
    {"0.0.0.0", 8, Reach::never},          {"10.0.0.0", 8, Reach::internal},
    {"100.64.0.0", 10, Reach::internal},   {"127.0.0.0", 8, Reach::internal},
    {"169.254.0.0", 16, Reach::never},     {"172.16.0.0", 12, Reach::internal},
    {"192.0.0.0", 24, Reach::never},       {"192.0.2.0", 24, Reach::never},
    {"192.31.196.0", 24, Reach::never},    {"192.52.193.0", 24, Reach::never},
    {"192.88.99.0", 24, Reach::never},     {"192.168.0.0", 16, Reach::internal},
    {"192.175.48.0", 24, Reach::never},    {"198.18.0.0", 15, Reach::internal},
    {"198.51.100.0", 24, Reach::never},    {"203.0.113.0", 24, Reach::never},
    {"224.0.0.0", 3, Reach::never},  // multicast, reserved, broadcast
    {"0.0.0.0", 0, Reach::open},
});

constexpr auto kRanges6 = std::to_array<Range>({
    {"fd00:ec2::254", 128, Reach::never},  // metadata (AWS), inside the private range
    {"fd20:ce::254", 128, Reach::never},   // metadata (Google)
    {"::1", 128, Reach::internal},
    {"fc00::", 7, Reach::internal},
    {"2001::", 23, Reach::never},  // Teredo and other protocol assignments
    {"2001:db8::", 32, Reach::never},
    {"2002::", 16, Reach::never},  // 6to4
    {"2620:4f:8000::", 48, Reach::never},
    {"3fff::", 20, Reach::never},
    {"2000::", 3, Reach::open},
    // The rest is not global unicast: mapped and compatible IPv4, NAT64, link-local, site-local, multicast…
    {"::", 0, Reach::never},
});

template <typename Address>
struct Network {
  typename Address::bytes_type bytes;
  unsigned bits;
  Reach reach;
};

template <typename Address, std::size_t kCount>
std::vector<Network<Address>> read_ranges(const std::array<Range, kCount>& ranges) {
  std::vector<Network<Address>> networks;
  for (const Range& range : ranges) {
    const IpAddress network = boost::asio::ip::make_address(range.network);
    if constexpr (std::is_same_v<Address, boost::asio::ip::address_v4>) {
      networks.push_back({network.to_v4().to_bytes(), range.bits, range.reach});
    } else {
      networks.push_back({network.to_v6().to_bytes(), range.bits, range.reach});
    }
  }
  return networks;
}

template <typename Bytes>
bool same_network(const Bytes& a, const Bytes& b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

template <typename Address>
Reach first_match(const std::vector<Network<Address>>& networks, const Address& address) {
  const auto bytes = address.to_bytes();
  for (const auto& network : networks) {
    if (same_network(bytes, network.bytes, network.bits)) return network.reach;
  }
  return Reach::never;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

std::unexpected<Error> bad_url(std::string why) {
  return fail(
      ErrorCode::invalid_input,
      "This is not an address that can be called: " + std::move(why) + ".",
      "bad_url",
      "write it as https://host/path, the host by name or as a plain IP address"
  );
}

std::unexpected<Error> blocked(std::string why, std::string hint) {
  return fail(ErrorCode::forbidden, std::move(why), "blocked", std::move(hint));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// A host whose last label is a number is an IPv4 address to a URL parser, in whatever notation.
bool looks_like_a_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  const bool digits = std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
  return digits || last.starts_with("0x");
}

Result<void> read_name(std::string_view text, Target& target) {
  target.host = lower(text);
  if (target.host.ends_with('.')) target.host.pop_back();
  if (target.host.empty() || target.host.size() > 253) return bad_url("its host is empty or too long");
  std::size_t label = 0;
  for (const char c : target.host + ".") {
    if (c == '.') {
      if (label == 0 || label > 63) return bad_url("a part of its host is empty or too long");
      label = 0;
    } else if (is_name_character(c)) {
      ++label;
    } else {
      return bad_url("its host has characters other than letters, digits, '-', '_' and '.'");
    }
  }
  if (!looks_like_a_number(target.host)) return {};
  boost::system::error_code error;
  target.literal = boost::asio::ip::make_address_v4(target.host, error);
  if (error) return bad_url("its host is a number, but not four decimal ones with dots");
  return {};
}

Result<void> read_ipv6(std::string_view text, Target& target) {
  if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
    return bad_url("its host is not an IPv6 address");
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address_v6(std::string(text), error);
  if (error) return bad_url("its host is not an IPv6 address");
  target.literal = address;
  target.host = address.to_string();
  return {};
}

Result<std::uint16_t> read_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || text.size() > 5 || port == 0 || port > 65535)
    return bad_url("its port is not a number up to 65535");
  return static_cast<std::uint16_t>(port);
}

// "host:port" or "host", the host perhaps in brackets.
bool names(std::string_view entry, const Target& target, bool with_port) {
  std::string host = lower(entry);
  std::string port;
  if (const std::size_t colon = host.rfind(':');
      colon != std::string::npos && (host.find(':') == colon || host.find("]:") != std::string::npos)) {
    port = host.substr(colon + 1);
    host.resize(colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.pop_back();
  if (port.empty() && with_port) return false;
  return host == target.host && (port.empty() || port == std::to_string(target.port));
}

bool listed(std::span<const std::string> list, const Target& target, bool with_port = false) {
  return std::ranges::any_of(list, [&](const std::string& entry) { return names(entry, target, with_port); });
}

constexpr std::array<std::uint16_t, 3> kWebPorts{80, 443, 8443};

}  // namespace

Reach reach_of(const IpAddress& address) {
  static const auto ranges4 = read_ranges<boost::asio::ip::address_v4>(kRanges4);
  static const auto ranges6 = read_ranges<boost::asio::ip::address_v6>(kRanges6);
  return address.is_v4() ? first_match(ranges4, address.to_v4()) : first_match(ranges6, address.to_v6());
}

Result<Target> read_target(std::string_view url) {
  for (const char byte : url) {
    const auto c = static_cast<unsigned char>(byte);
    if (c <= ' ' || c > 0x7E || c == '\\')
      return bad_url("it has a space, a backslash or a byte outside ASCII");
  }
  const std::size_t slashes = url.find("://");
  const std::string scheme =
      lower(url.substr(0, slashes == std::string_view::npos ? url.find(':') : slashes));
  if (scheme != "http" && scheme != "https") {
    if (slashes == std::string_view::npos) return bad_url("it is not absolute");
    return blocked(
        "Only http and https are called, not “" + scheme.substr(0, 20) + "”.", "use an https:// address"
    );
  }
  if (slashes == std::string_view::npos) return bad_url("two slashes must follow its scheme");
  std::string_view authority = url.substr(slashes + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos)
    return bad_url("it holds a user name; credentials belong into the settings");
  Target target;
  std::string_view rest;
  Result<void> host;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad_url("its host is not an IPv6 address");
    host = read_ipv6(authority.substr(1, end - 1), target);
    rest = authority.substr(end + 1);
  } else {
    const std::size_t end = std::min(authority.find(':'), authority.size());
    host = read_name(authority.substr(0, end), target);
    rest = authority.substr(end);
  }
  if (!host) return std::unexpected(host.error());
  target.port = scheme == "https" ? 443 : 80;
  if (rest.empty()) return target;
  if (!rest.starts_with(':')) return bad_url("something follows its host");
  const auto port = read_port(rest.substr(1));
  if (!port) return std::unexpected(port.error());
  target.port = *port;
  return target;
}

std::string host_and_port(std::string_view url) {
  const auto target = read_target(url);
  if (!target) return {};
  const bool v6 = target->literal && target->literal->is_v6();
  return (v6 ? "[" + target->host + "]" : target->host) + ":" + std::to_string(target->port);
}

bool is_listed(const Target& target, std::span<const std::string> hosts) {
  return listed(hosts, target);
}

Result<void> check_target(
    const Target& target, std::span<const std::string> allowed_hosts, const EgressPolicy& policy
) {
  if (!allowed_hosts.empty() && !listed(allowed_hosts, target)) {
    return blocked(
        "“" + target.host + ":" + std::to_string(target.port) +
            "” is not among the hosts this call may go to.",
        "only the hosts of the connector's description and settings are called"
    );
  }
  const bool web_port = std::ranges::find(kWebPorts, target.port) != kWebPorts.end();
  if (web_port || policy.any_internal || listed(allowed_hosts, target, true) ||
      listed(policy.internal_hosts, target, true))
    return {};
  return blocked(
      "Port " + std::to_string(target.port) + " of “" + target.host + "” is not one of the web's.",
      "ports other than 80, 443 and 8443 are called only where the settings list host:port"
  );
}

Result<void> check_addresses(
    const Target& target, std::span<const IpAddress> addresses, const EgressPolicy& policy
) {
  const bool internal = policy.any_internal || listed(policy.internal_hosts, target);
  for (const IpAddress& address : addresses) {
    const Reach reach = reach_of(address);
    if (reach == Reach::open || (reach == Reach::internal && internal)) continue;
    if (reach == Reach::internal) {
      return blocked(
          "“" + target.host + "” is inside this network (" + address.to_string() + ").",
          "to allow it, list “" + target.host + ":" + std::to_string(target.port) +
              "” under egress.internal_hosts"
      );
    }
    return blocked(
        "“" + target.host + "” leads to " + address.to_string() + ", which is never called.",
        "link-local, metadata, multicast and translated addresses cannot be allowed"
    );
  }
  return {};
}

}  // namespace parley::net
