// The settings of the server process itself, which parley.yaml does not have: secrets and limits. Together
// with assistant::setting_infos() this is every setting there is. Static data, read from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace parley::ops {

enum class KeyType : std::uint8_t {
  text,
  integer,
  secret,  // only from the environment or a file named there; never shown
};

struct ConfigKey {
  std::string_view name;  // "server.api_key"; in the environment PARLEY_SERVER__API_KEY
  KeyType type;
  std::string_view fallback;  // the default, as text
  std::string_view doc;
  std::int64_t minimum = 0;  // of an integer
  std::int64_t maximum = 0;
};

[[nodiscard]] std::span<const ConfigKey> config_keys();
[[nodiscard]] const ConfigKey* find_config_key(std::string_view name);

}  // namespace parley::ops
