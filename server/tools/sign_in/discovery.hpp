// Where people sign in for a service that says so itself, as MCP servers do: its challenge leads to what is
// protected (RFC 9728), that to an authorization server, and that to where everything is (RFC 8414, OpenID
// Connect Discovery), where a client may be registered (RFC 7591).
//
// All of it was written by strangers. Every address is called through the egress guard like any other, and is
// https:, except at hosts for which the settings allow plain http; nobody may speak for another host's
// service or under another issuer's name; an authorization server without PKCE is not used. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "server/net/client/http_client.hpp"
#include "server/tools/live/secret.hpp"

namespace parley::tools {

struct SignInPlace {
  std::string resource;  // as the service calls itself
  std::string issuer;
  std::string authorization_url;
  std::string token_url;
  std::string revocation_url;           // empty: none
  std::string device_url;               // likewise (RFC 8628)
  std::string registration_url;         // likewise
  std::vector<std::string> scopes;      // that are needed; empty: the server decides
  bool takes_client_documents = false;  // a client's id may be the address of a document about it
  bool names_itself = false;            // every answer says who gives it (RFC 9207)
};

struct DiscoveryRules {
  std::vector<std::string> plain_hosts;  // "host" or "host:port" that may be called without TLS; "*" is any
  std::uint32_t timeout_ms = 10'000;     // of each request
  bool from_outside = false;             // set here: the service is not on that list, so it names none of it
};

// `resource` is the address that is called; `is_mcp` whether by MCP. Error::pointer: "no_sign_in" when the
// service does not say where, or says something that is not to be believed, with the reason in words;
// "unavailable" when trying again may help.
net::Awaitable<Result<SignInPlace>> find_sign_in_place(
    net::HttpClient& http, std::string resource, bool is_mcp, DiscoveryRules rules
);

struct RegisteredClient {
  std::string id;
  Secret secret;           // empty: a public client
  std::int64_t until = 0;  // of the secret, in Unix seconds; 0: it does not end
};

// Errors as above.
net::Awaitable<Result<RegisteredClient>> register_client(
    net::HttpClient& http, SignInPlace place, std::string redirect, DiscoveryRules rules
);

// The document that a client's address shows (OAuth Client ID Metadata Document).
[[nodiscard]] Value client_document(std::string_view id, std::string_view redirect);

// Whether what calls itself `said` may speak for `called`: the same, or the same host and a path above it.
[[nodiscard]] bool may_speak_for(std::string_view said, std::string_view called);

// Where an issuer's metadata may be, in the order in which to look.
[[nodiscard]] std::vector<std::string> metadata_addresses(std::string_view issuer);
// The same of a protected resource.
[[nodiscard]] std::vector<std::string> resource_addresses(std::string_view resource);

}  // namespace parley::tools
