// People who let a connector act for them at a service (OAuth 2 authorization code with PKCE): the links that
// they follow, what they have granted, and its renewal.
//
// A grant belongs to the conversation in which it was asked for, because who writes there is known by
// nothing else; that of a team's connector belongs to everybody. Grants are stored sealed. What travels in
// `state` is sealed too: which conversation, which connector, the PKCE verifier, until when; so a link is
// of use for nothing else, and survives a restart.
// Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "server/tools/sign_in/exchange.hpp"

namespace parley::tools {

// Where sealed texts are kept, by name; what was never put is nothing.
struct SignInWorld {
  std::function<net::Awaitable<Result<std::optional<std::string>>>(std::string name)> get;
  std::function<net::Awaitable<Result<void>>(std::string name, std::string text)> put;
  std::function<Timestamp()> now;
  std::string secret;  // of the server
};

// Somebody came back from the authorization server.
struct SignedIn {
  std::string connector;
  std::string conversation_id;  // empty: for the team
};

class SignIns {
 public:
  static constexpr std::int64_t kLinkSeconds = 600;

  explicit SignIns(SignInWorld world);

  // Where browsers reach this server, without a slash at the end. Before it is set there are no links.
  void set_public_url(std::string url);
  [[nodiscard]] std::string redirect_url() const;

  // Takes the place of what was offered under the same connector and scheme.
  void offer(SignInClient client, std::shared_ptr<net::HttpClient> http);

  // The access token to call with. `refused` is one that the service did not take. Error::pointer:
  // "sign_in_required" with the link as its message · "no_token" · "unavailable".
  net::Awaitable<Result<std::string>> token(
      std::string connector,
      std::string scheme,
      std::string conversation_id,
      std::string refused,
      std::uint32_t timeout_ms
  );

  // A fresh link for a team's connector. Errors: not_found.
  [[nodiscard]] Result<std::string> team_link(std::string_view connector);
  net::Awaitable<Result<bool>> is_signed_in(std::string connector, std::string conversation_id);

  // What the authorization server sent the browser back with. Error::pointer: "sign_in_invalid" for a state
  // that is none, was used or is too old; "sign_in_refused" when the person or the server said no.
  net::Awaitable<Result<SignedIn>> finish(
      std::string state, std::string code, std::string error, std::string issuer
  );

  // Takes the grant back, at the authorization server too where it can. False: there was none.
  net::Awaitable<Result<bool>> revoke(std::string connector, std::string conversation_id);

 private:
  struct Offer {
    SignInClient client;
    std::shared_ptr<net::HttpClient> http;
  };
  using Waiters = std::vector<std::move_only_function<void(bool)>>;

  [[nodiscard]] std::shared_ptr<const Offer> offer_of(std::string_view connector, std::string_view scheme)
      const;
  [[nodiscard]] std::shared_ptr<const Offer> first_offer_of(std::string_view connector) const;
  [[nodiscard]] std::string link(const SignInClient& client, std::string_view conversation_id);
  [[nodiscard]] std::unexpected<Error> sign_in_required(
      const SignInClient& client, const std::string& conversation_id
  );
  [[nodiscard]] bool use_up(const std::string& state, std::int64_t until);

  net::Awaitable<Result<std::optional<Grant>>> load(std::string name);
  net::Awaitable<Result<void>> save(std::string name, std::optional<Grant> grant);
  // One renewal of a grant at a time: a refresh token counts once at many servers.
  net::Awaitable<Result<std::optional<Grant>>> renew(
      const Offer& offer, std::string name, std::string stale, std::uint32_t timeout_ms
  );
  net::Awaitable<Result<std::optional<Grant>>> renewed(
      const Offer& offer, std::string name, Grant old, std::uint32_t timeout_ms
  );
  net::Awaitable<bool> take_turn(const std::string& name);
  void end_turn(const std::string& name);

  SignInWorld world_;
  const std::string grant_key_;
  const std::string state_key_;
  mutable std::mutex mutex_;
  // These with the lock.
  std::string public_url_;
  std::map<std::string, std::shared_ptr<const Offer>, std::less<>> offers_;  // "connector scheme"
  std::map<std::string, Waiters> renewing_;
  std::map<std::string, std::int64_t> used_;  // states that came back, until when they would count
};

}  // namespace parley::tools
