// How calls of a connector authenticate: the schemes of its description, with the secrets of the settings.
//
// Plain values, immutable once made; the tokens of OAuth clients are kept in a TokenSource (tokens.hpp).
// Nothing here prints a secret: errors name the scheme and the secret's name.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "server/net/client/http_client.hpp"
#include "server/tools/live/secret.hpp"
#include "wire/tool.hpp"

namespace parley::tools {

enum class CredentialKind : std::uint8_t {
  bearer,
  basic,
  header,
  query,
  cookie,
  client_credentials,
  authorization_code,
  discover,  // as authorization_code, at whatever server the service names
};

struct Credential {
  std::string scheme;
  CredentialKind kind = CredentialKind::bearer;
  std::string name;  // of the header, query parameter or cookie
  std::string user;  // of basic; the client's id of the others that fetch tokens
  Secret secret;
  std::string token_url;
  std::string authorization_url;  // of authorization_code
  std::string revocation_url;     // likewise; may be empty
  std::string device_url;         // likewise
  bool at_device = false;         // likewise: in chats people sign in at another device
  bool team = false;              // likewise: one grant for everybody
  std::vector<std::string> scopes;
  bool described = true;  // false: the description has no such scheme, so every call carries it
};

// What the settings say of one scheme; see assistant::CredentialSetting.
struct CredentialChoice {
  std::string scheme;
  std::string kind;
  std::string secret;
  std::string user;
  std::string name;
  std::string token_url;
  std::string authorization_url = {};
  std::string revocation_url = {};
  std::string device_url = {};
  bool at_device = false;
  std::string owner = "user";
  std::vector<std::string> scopes;
};

// The token comes from somebody who gives tokens, and may be refused and renewed.
[[nodiscard]] bool uses_tokens(const Credential& credential);
// Somebody signs in for it.
[[nodiscard]] bool is_signed_in_for(const Credential& credential);

// `schemes` are those of the description. Error::hint says what to write.
[[nodiscard]] Result<Credential> make_credential(
    const CredentialChoice& choice, const Value& schemes, const FindSecret& find_secret
);

// Those that a call carries: of the first way of the tool that all is there for, and those that every call
// carries. The error's pointer is the failure code "no_credentials".
[[nodiscard]] Result<std::vector<const Credential*>> credentials_for(
    const wire::Tool& tool, const std::vector<Credential>& all
);

// Adds a credential to a request; `token` is the text of a client's token.
void apply(const Credential& credential, std::string_view token, net::OutgoingRequest& request);

// The text without the values of the secrets, and without the token.
[[nodiscard]] std::string scrubbed(
    std::string text, const std::vector<Credential>& all, std::string_view token = {}
);

}  // namespace parley::tools
