#include "server/stores/redis/address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace parley::stores::redis {

namespace {

constexpr std::string_view kTcp = "redis://";
constexpr std::string_view kUnix = "unix://";

std::unexpected<Error> wrong(std::string_view why) {
  return fail(
      ErrorCode::invalid_input,
      "redis.url names no Redis: " + std::string(why),
      "redis.url",
      "write redis://user:password@host:6379/0, or unix:///path/to/socket"
  );
}

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

// %40 → @; nothing when an escape is broken.
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    std::uint8_t byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
    if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

Result<void> read_credentials(std::string_view text, Address& address) {
  const std::size_t colon = text.find(':');
  const auto user = unescaped(text.substr(0, colon));
  const auto password = colon == std::string_view::npos ? std::string() : unescaped(text.substr(colon + 1));
  if (!user || !password) return wrong("a % in user or password must be followed by two hexadecimal digits");
  address.user = *user;
  address.password = *password;
  return {};
}

Result<Address> read_unix(std::string_view text) {
  Address address;
  const std::size_t query = std::min(text.find('?'), text.size());
  address.socket = text.substr(0, query);
  if (!address.socket.starts_with('/') || address.socket.size() > 100)
    return wrong("the path is no absolute one");
  std::string_view rest = text.substr(query);
  if (rest.empty()) return address;
  const auto database = rest.starts_with("?db=") ? whole<std::uint32_t>(rest.substr(4)) : std::nullopt;
  if (!database) return wrong("only ?db= and a number may follow the path");
  address.database = *database;
  return address;
}

}  // namespace

std::string Address::shown() const {
  if (!socket.empty()) return "unix://" + socket;
  return "redis://" + host + ":" + std::to_string(port) + "/" + std::to_string(database);
}

Result<Address> read_address(std::string_view url) {
  if (url.starts_with(kUnix)) return read_unix(url.substr(kUnix.size()));
  if (url.starts_with("rediss://")) return wrong("there is no TLS; let a tunnel on this machine speak it");
  if (!url.starts_with(kTcp)) return wrong("it does not begin with redis:// or unix://");
  url.remove_prefix(kTcp.size());
  Address address;
  std::string_view authority = url.substr(0, url.find('/'));
  std::string_view path = url.substr(authority.size());
  // A password may hold an @ by mistake: what stands before the last one is all of it.
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (auto read = read_credentials(authority.substr(0, at), address); !read)
      return std::unexpected(std::move(read.error()));
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return wrong("its IPv6 address has no end");
    address.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    address.host = authority.substr(0, authority.find(':'));
    port = authority.substr(address.host.size());
  }
  if (address.host.empty()) return wrong("it has no host");
  if (!port.empty()) {
    const auto number = port.starts_with(':') ? whole<std::uint16_t>(port.substr(1)) : std::nullopt;
    if (!number || *number == 0) return wrong("its port is no number from 1 to 65535");
    address.port = *number;
  }
  if (path.size() > 1) {
    const auto database = whole<std::uint32_t>(path.substr(1));
    if (!database) return wrong("after the host stands the number of a database");
    address.database = *database;
  }
  return address;
}

}  // namespace parley::stores::redis
