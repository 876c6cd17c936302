// How a connector is called: the entries of tools.connectors in parley.yaml, by the connector's name.
// Secrets are only named here; their values come from the environment of the process that makes the calls.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flow/diagnostic.hpp"
#include "flow/document.hpp"

namespace parley::assistant {

enum class ToolMode : std::uint8_t { test, live };

// What a security scheme of the description needs, or one that the description lacks.
struct CredentialSetting {
  std::string scheme;  // the key: as the description calls it, or any name
  // "bearer", "basic", "header", "query", "cookie", "client_credentials", "authorization_code", "discover";
  // empty: as described
  std::string kind;
  std::string secret;     // its name: PARLEY_SECRET_<name> in the environment, or PARLEY_SECRET_<name>_FILE
  std::string user;       // of basic; the client id of client_credentials and authorization_code
  std::string name;       // of the header, query parameter or cookie
  std::string token_url;  // of client_credentials and authorization_code; empty: as described
  std::string authorization_url;    // of authorization_code; empty: as described
  std::string revocation_url;       // of authorization_code; empty: tokens are only forgotten
  std::string device_url;           // of authorization_code; empty: nobody signs in at another device
  bool at_device = false;           // people in chats sign in at another device
  std::string owner = "user";       // of authorization_code: "user", each for himself, or "team"
  std::vector<std::string> scopes;  // of both; empty: as described
};

struct ConnectorSettings {
  std::optional<ToolMode> mode;  // unset: as tools.mode
  std::string server;            // the base URL; empty: as described
  std::vector<CredentialSetting> credentials;
  std::vector<std::pair<std::string, std::string>> headers;      // sent with every call
  std::vector<std::string> command;                              // of an MCP server that is a program
  std::vector<std::pair<std::string, std::string>> environment;  // of it: variable → name of a secret
  std::string idempotency_header = "Idempotency-Key";            // of calls with effect: keyed
  // Whether an MCP server is believed what it says of its tools' effects; unset: it is not, and that is said.
  std::optional<bool> trust_annotations;
  std::uint32_t answer_bytes = 1U << 20U;  // of an answer, at most
  std::uint32_t kept_bytes = 64U << 10U;   // of a result, at most
  flow::Position place;
};

using ConnectorTable = std::map<std::string, ConnectorSettings, std::less<>>;

// Adds to the diagnostics what is wrong; what is right is kept.
[[nodiscard]] ConnectorTable read_connector_settings(
    const flow::Node& node, std::string_view file, flow::Diagnostics& diagnostics
);

}  // namespace parley::assistant
