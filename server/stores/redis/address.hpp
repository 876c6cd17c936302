// Where a Redis is and how one gets in: redis://[user[:password]@]host[:port][/database] or
// unix:///path/to/socket[?db=1]. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::stores::redis {

struct Address {
  std::string host;
  std::uint16_t port = 6379;
  std::string socket;  // of this machine, instead of host and port
  std::string user;
  std::string password;
  std::uint32_t database = 0;

  // Without what is secret, for people.
  [[nodiscard]] std::string shown() const;
};

// Errors never repeat the text: it may hold a password.
[[nodiscard]] Result<Address> read_address(std::string_view url);

}  // namespace parley::stores::redis
