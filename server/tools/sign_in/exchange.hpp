// Asking an authorization server for tokens (RFC 6749 with PKCE, RFC 7636; for a resource, RFC 8707; for
// devices, RFC 8628; revocation, RFC 7009): what is sent and what comes back. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "server/net/client/http_client.hpp"
#include "server/tools/live/secret.hpp"

namespace parley::tools {

// What is known of one client of one authorization server.
struct SignInClient {
  // Of an authorization server that the service named; see discovery.hpp.
  struct Found {
    std::string resource;       // what tokens are asked for
    std::string issuer;         // who must have given an answer
    bool names_itself = false;  // an answer without its name is not from it
    std::int64_t until = 0;     // of the secret, in Unix seconds; 0: it does not end
  };

  std::string connector;
  std::string scheme;
  std::string authorization_url;  // empty: people sign in at another device only
  std::string token_url;
  std::string revocation_url;  // empty: tokens are only forgotten
  std::string device_url;      // empty: nobody can sign in at another device
  std::string client_id;
  Secret secret;  // empty: a public client
  std::vector<std::string> scopes;
  bool team = false;           // one sign-in for everybody; otherwise each conversation has its own
  bool by_device = false;      // people in chats sign in at another device too
  std::optional<Found> found;  // nothing: the settings say where everything is
};

// What somebody has granted.
struct Grant {
  Secret access;
  Secret refresh;   // empty: none was given
  Timestamp until;  // seconds 0: not said
};

// Two texts of PKCE: what is kept, and what the authorization server is shown of it.
struct Pkce {
  std::string verifier;
  std::string challenge;
};
[[nodiscard]] Pkce make_pkce(std::string_view random_bytes);

// Where somebody signs in.
[[nodiscard]] std::string authorization_link(
    const SignInClient& client, std::string_view redirect, std::string_view state, std::string_view challenge
);

// Error::pointer: "refused" when trying again is of no use, "unavailable" when it may help, "client_refused"
// when it is this client that is not known. Nothing of the answer's text is in an error.
net::Awaitable<Result<Grant>> redeem_code(
    net::HttpClient& http,
    const SignInClient& client,
    std::string code,
    std::string verifier,
    std::string redirect,
    Timestamp now,
    std::uint32_t timeout_ms
);
// The new grant; its refresh token is the old one when the server gives no other.
net::Awaitable<Result<Grant>> refresh_grant(
    net::HttpClient& http, const SignInClient& client, Grant old, Timestamp now, std::uint32_t timeout_ms
);
// What somebody does who signs in at another device.
struct DeviceCode {
  Secret code;               // for asking whether he has
  std::string user_code;     // that he types in
  std::string address;       // there
  std::string full_address;  // where the code is filled in; may be empty
  std::int64_t lives_seconds = 0;
  std::int64_t interval_seconds = 5;  // between two questions
};
// Errors as above.
net::Awaitable<Result<DeviceCode>> ask_for_device_code(
    net::HttpClient& http, const SignInClient& client, std::uint32_t timeout_ms
);
// Errors as above; and "pending" until he has signed in, "slow_down" when that was asked too often.
net::Awaitable<Result<Grant>> redeem_device_code(
    net::HttpClient& http, const SignInClient& client, Secret code, Timestamp now, std::uint32_t timeout_ms
);

net::Awaitable<Result<void>> revoke_grant(
    net::HttpClient& http, const SignInClient& client, Grant grant, std::uint32_t timeout_ms
);

}  // namespace parley::tools
