// What the server writes into a Redis it must recognise again: HMAC-SHA-256 over the name under which it is
// kept and the content, under a key derived from the server's secret. Whoever else writes there, or moves
// contents from one name to another, is not believed. Old contents of the same name are: what they are used
// for must not mind. Immutable, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::stores::redis {

class Seal {
 public:
  static constexpr std::size_t kBytes = 32;

  explicit Seal(std::string_view server_secret);

  [[nodiscard]] std::string close(std::string_view name, std::string_view content) const;
  // The content; nothing when it is not ours. A view into `sealed`.
  [[nodiscard]] std::optional<std::string_view> open(std::string_view name, std::string_view sealed) const;

 private:
  [[nodiscard]] std::string mark(std::string_view name, std::string_view content) const;
  std::string key_;
};

// "t:<tenant>:<rest>", with no way for a tenant's name to become part of another's.
[[nodiscard]] std::string tenant_key(std::string_view tenant, std::string_view rest);

}  // namespace parley::stores::redis
