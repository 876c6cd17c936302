#include "server/net/proxies.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>
#include <string>

namespace parley::net {

namespace {

constexpr std::string_view kHeader = "x-forwarded-for";
constexpr int kMappedBits = 96;  // before an IPv4 address that is kept as IPv6

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct Parsed {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;
};

std::optional<Parsed> parse_address(std::string_view text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  Parsed parsed{.is_v4 = address.is_v4()};
  parsed.bytes =
      address.is_v4()
          ? boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes()
          : address.to_v6().to_bytes();
  return parsed;
}

// Some proxies add the port: "192.0.2.1:1234", "[2001:db8::1]:1234".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos
             ? text.substr(0, colon)
             : text;
}

bool same_bits(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::read(std::string_view list) {
  TrustedProxies proxies;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view entry = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (entry.empty()) continue;
    const std::size_t slash = std::min(entry.find('/'), entry.size());
    const auto address = parse_address(entry.substr(0, slash));
    int bits = address && address->is_v4 ? 32 : 128;
    const int widest = bits;
    bool fits = address.has_value();
    if (slash < entry.size()) {
      const char* const end = entry.data() + entry.size();
      const auto [stop, error] = std::from_chars(entry.data() + slash + 1, end, bits);
      fits = fits && error == std::errc() && stop == end && bits >= 0 && bits <= widest;
    }
    if (!fits) {
      return fail(
          ErrorCode::invalid_input,
          "'" + std::string(entry) + "' is neither an address nor a range of addresses",
          "server.trusted_proxies",
          "write addresses like 10.0.0.5 or ranges like 10.0.0.0/8, with commas between them"
      );
    }
    proxies.ranges_.push_back({address->bytes, address->is_v4 ? kMappedBits + bits : bits});
  }
  return proxies;
}

bool TrustedProxies::contains(const PeerAddress& peer) const {
  return std::ranges::any_of(ranges_, [&](const Range& range) {
    return same_bits(range.bytes, peer.bytes, range.bits);
  });
}

PeerAddress TrustedProxies::client_of(const PeerAddress& peer, const std::vector<Header>& headers) const {
  PeerAddress client = peer;
  for (std::size_t i = headers.size(); i-- > 0 && contains(client);) {
    if (!equals_ignoring_case(headers[i].name, kHeader)) continue;
    std::string_view list = headers[i].value;
    while (!list.empty() && contains(client)) {
      const std::size_t comma = list.rfind(',');
      const std::size_t from = comma == std::string_view::npos ? 0 : comma + 1;
      const auto address = parse_address(without_port(trimmed(list.substr(from))));
      if (!address) return client;  // what stands before it cannot be believed either
      client.bytes = address->bytes;
      list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
  }
  return client;
}

bool is_loopback(const PeerAddress& peer) {
  if (peer.is_v4()) return peer.bytes[12] == 127;
  return std::all_of(peer.bytes.begin(), peer.bytes.end() - 1, [](std::uint8_t b) { return b == 0; }) &&
         peer.bytes[15] == 1;
}

}  // namespace parley::net
