// The configuration: flag > environment > parley.yaml > default, with the origin of every value.
//
// load_config() reports every mistake at once. A Config is a plain value, read from any thread; asking for a
// key that no table declares, or as another type, is a bug.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assistant/settings.hpp"
#include "base/result.hpp"
#include "server/ops/config_keys.hpp"

namespace parley::ops {

enum class Origin : std::uint8_t { fallback, file, environment, flag };

struct Source {
  Origin origin = Origin::fallback;
  std::string where = "default";  // "command line", "PARLEY_SERVER__LISTEN", "parley.yaml:3:9"
};

class Config {
 public:
  // The settings of parley.yaml with everything that overrides them.
  [[nodiscard]] const assistant::Settings& assistant() const { return assistant_; }

  // The keys of config_keys().
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;

  // Of every setting of both tables.
  [[nodiscard]] const Source& source(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, Source, std::less<>>& sources() const { return sources_; }

 private:
  friend class ConfigLoader;
  assistant::Settings assistant_;
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, Source, std::less<>> sources_;
};

using Assignments = std::vector<std::pair<std::string, std::string>>;

struct ConfigSources {
  Assignments flags;         // {"server.listen", ":9000"}
  Assignments environment;   // everything; only PARLEY_SECTION__KEY is looked at
  assistant::Settings file;  // what parley.yaml says, `places` included
};

using ConfigErrors = std::vector<Error>;

[[nodiscard]] std::expected<Config, ConfigErrors> load_config(const ConfigSources& sources);

// This process's environment.
[[nodiscard]] Assignments process_environment();

// "127.0.0.1:8080", "[::1]:8080" or ":8080" (which is this machine only) as address and port.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view listen);
// Only this machine can reach the address.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace parley::ops
