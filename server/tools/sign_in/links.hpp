// What of a sign-in travels outside of this server, sealed: the link that a chat shows, and the `state` that
// an authorization server hands back. Each is of use for nothing but what stands in it, and survives a
// restart. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::tools {

// Whoever opens it is asked, on a page of this server, whether the connector may act for him.
struct SignInLink {
  std::string connector;
  std::string scheme;
  std::string conversation_id;      // empty: for the team
  std::string user_id;              // empty: who it is, is not known for sure
  std::string client_id;            // of the client that is asked for it
  std::vector<std::string> scopes;  // beyond the client's
  std::int64_t asked_at = 0;        // Unix seconds
};

// He has said yes, in one browser, which is the one that must come back.
struct SignInState {
  SignInLink link;
  std::string verifier;  // of PKCE
  std::string browser;   // fingerprint of what that browser keeps
  std::int64_t until = 0;
};

class SignInSeals {
 public:
  explicit SignInSeals(std::string_view secret);

  [[nodiscard]] std::string seal(const SignInLink& link) const;
  [[nodiscard]] std::string seal(const SignInState& state) const;
  // Nothing: sealed by another server, for something else, or changed.
  [[nodiscard]] std::optional<SignInLink> link(std::string_view sealed) const;
  [[nodiscard]] std::optional<SignInState> state(std::string_view sealed) const;

 private:
  const std::string key_;
};

}  // namespace parley::tools
