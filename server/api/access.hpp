// Who a caller is and what it may do.
//
// A visitor proves with a token that a conversation is his: HMAC-SHA256 of its id under the server's secret
// key; and with another one, which the team gives him, that a user's id is his. Operators and admins have API
// keys "pk_<id>_<secret>", of which only SHA-256 is kept. A server that only this machine reaches and that
// has no key yet trusts callers without any credential, so that the first minute works; not those whom a
// proxy brings. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "server/api/errors.hpp"
#include "server/net/http.hpp"

namespace parley::api {

// Later ones may do all that earlier ones may.
enum class Role : std::uint8_t { anyone, visitor, operator_, admin };
[[nodiscard]] std::string_view name(Role role);

// The id of callers without a key on an open server.
inline constexpr std::string_view kLocalCaller = "local";

struct Caller {
  Role role = Role::anyone;
  std::string id = {};     // of the API key
  std::string token = {};  // a visitor's, still to be checked against a conversation
};

struct ApiKey {
  std::string id;
  std::string name;
  Role role = Role::admin;
  std::string sha256;  // hexadecimal, of the whole key
  Timestamp created_at;
};

struct AccessOptions {
  std::string secret;          // signs visitors' tokens
  std::string configured_key;  // PARLEY_SERVER__API_KEY; empty: none
  bool loopback = true;        // only this machine reaches the server
};

class Access {
 public:
  explicit Access(AccessOptions options);

  // Wrong credentials are an error; none at all is Role::anyone, or admin on an open development server.
  [[nodiscard]] std::expected<Caller, Problem> identify(const net::Request& request) const;
  [[nodiscard]] std::expected<Caller, Problem> identify_credential(std::string_view credential) const;

  [[nodiscard]] std::string visitor_token(std::string_view conversation_id) const;
  [[nodiscard]] std::expected<void, Problem> check_conversation(
      const Caller& caller, std::string_view conversation_id
  ) const;

  // Opens what is remembered of a user: HMAC-SHA256 of its id, for the team to hand to whom it has signed in.
  [[nodiscard]] std::string user_token(std::string_view user_id) const;
  // Whose message it is, of what the caller says: callers with an API key are believed, others only with the
  // user's token. Without one it is nobody's in particular; a wrong one is an error.
  [[nodiscard]] std::expected<std::string, Problem> user_of(
      const Caller& caller, std::string_view user_id, std::string_view token
  ) const;

  // No key has been made yet and nobody else can reach the server.
  [[nodiscard]] bool open() const { return loopback_ && !has_keys_.load(std::memory_order_acquire); }
  [[nodiscard]] bool has_keys() const { return has_keys_.load(std::memory_order_acquire); }

  // As stored in the setting "api_keys".
  void set_keys(std::vector<ApiKey> keys);
  [[nodiscard]] std::vector<ApiKey> keys() const;

 private:
  [[nodiscard]] std::expected<Caller, Problem> identify_key(std::string_view key) const;

  const std::string secret_;
  const std::string configured_sha256_;
  const bool loopback_;
  std::atomic<bool> has_keys_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<ApiKey>> keys_;  // guarded by mutex_
};

// A new key's text and what is kept of it.
struct NewApiKey {
  std::string text;
  ApiKey kept;
};
[[nodiscard]] NewApiKey make_api_key(std::string name, Role role, Timestamp at);

[[nodiscard]] std::string encode_keys(const std::vector<ApiKey>& keys);
[[nodiscard]] Result<std::vector<ApiKey>> decode_keys(std::string_view text);

// "localhost", "127.0.0.1:8080", "[::1]:80": a name that no foreign web page can have pointed at us.
[[nodiscard]] bool names_this_machine(std::string_view host);

}  // namespace parley::api
