// People who let a connector act for them at a service (OAuth 2 authorization code with PKCE, or at another
// device): the links that they follow, what they have granted, and its renewal.
//
// A grant belongs to the user, where who he is was said by somebody with a key; else to the conversation in
// which it was asked for, because who writes there is known by nothing else; that of a team's connector
// belongs to everybody. Grants are stored sealed.
//
// A link can be sent to anybody. So it leads to a page of this server that asks first (open, follow); the
// browser that was asked is the one that must come back (finish); and what it comes back with counts in the
// conversation when that has shown the code which the browser was shown (confirm). Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/tools/sign_in/clients.hpp"
#include "server/tools/sign_in/confirmations.hpp"
#include "server/tools/sign_in/exchange.hpp"
#include "server/tools/sign_in/links.hpp"
#include "server/tools/sign_in/one_at_a_time.hpp"
#include "server/tools/sign_in/vault.hpp"

namespace parley::tools {

// For whom a call is made. Both empty: for the team.
struct SignInFor {
  std::string conversation_id;
  std::string user_id = {};  // empty: who it is, is not known for sure
};

// Where somebody signs in at another device, and what he types in there.
struct DeviceSignIn {
  std::string address;
  std::string full_address;  // where the code is filled in; may be empty
  std::string code;
  std::int64_t lives_seconds = 0;
};

// What the page of a link asks.
struct SignInQuestion {
  SignInLink link;
  std::string host;  // of the authorization server
};

class SignIns : public std::enable_shared_from_this<SignIns> {
 public:
  static constexpr std::int64_t kLinkSeconds = 600;

  explicit SignIns(SignInWorld world);

  // Where browsers reach this server, without a slash at the end. Before it is set there are no links.
  void set_public_url(std::string url) { clients_.set_public_url(std::move(url)); }
  [[nodiscard]] std::string public_url() const { return clients_.public_url(); }
  [[nodiscard]] std::string redirect_url() const { return clients_.redirect_url(); }
  // What the address shows that some authorization servers know this server by; nothing where it has none.
  [[nodiscard]] std::optional<Value> client_document() const;

  // Either takes the place of what was offered under the same connector and scheme.
  void offer(SignInClient client, std::shared_ptr<net::HttpClient> http);
  void offer(UnknownServer server, std::shared_ptr<net::HttpClient> http);

  // The access token to call with. `refused` is one that the service did not take. Error::pointer:
  // "sign_in_required" with the link as its message · "no_token" · "unavailable".
  net::Awaitable<Result<std::string>> token(
      std::string connector, std::string scheme, SignInFor whom, std::string refused, std::uint32_t timeout_ms
  );
  // The service wants more than was granted: the same errors, the link asks for these scopes as well.
  net::Awaitable<Error> more_needed(
      std::string connector, std::string scheme, SignInFor whom, std::string scopes
  );

  // A fresh link for a team's connector. Errors: not_found, and those of token().
  net::Awaitable<Result<std::string>> team_link(std::string connector);
  // The same without a browser that leads back here. The grant is there as soon as he has signed in.
  net::Awaitable<Result<DeviceSignIn>> team_device(std::string connector);
  net::Awaitable<Result<bool>> is_signed_in(std::string connector, SignInFor whom);

  // What a link asks. Error::pointer: "sign_in_invalid" for one that is none or is too old.
  net::Awaitable<Result<SignInQuestion>> open(std::string link);
  // He has said yes: where he signs in. `browser` is a secret that his browser keeps. Errors as above.
  net::Awaitable<Result<std::string>> follow(std::string link, std::string browser);
  // What the authorization server sent the browser back with. Error::pointer: "sign_in_invalid" for a state
  // that is none, was used or is too old, or is another browser's; "sign_in_refused" when the person or the
  // server said no.
  net::Awaitable<Result<SignedIn>> finish(
      std::string state, std::string code, std::string error, std::string issuer, std::string browser
  );
  // The conversation shows a text that may be the code. The connector that may act from now on; nothing: it
  // is not the code.
  net::Awaitable<Result<std::optional<std::string>>> confirm(std::string conversation_id, std::string text);

  // Takes the grant back, at the authorization server too where it can. False: there was none.
  net::Awaitable<Result<bool>> revoke(std::string connector, SignInFor whom);
  // The connectors that may act for somebody, without those of the team.
  net::Awaitable<Result<std::vector<std::string>>> signed_in_at(SignInFor whom);

 private:
  using OfferPtr = SignInClients::OfferPtr;
  struct Shown {
    DeviceSignIn device;
    std::int64_t until = 0;
  };

  // `scopes`: beyond the client's.
  [[nodiscard]] std::string link(
      const SignInClient& client, const SignInFor& whom, std::vector<std::string> scopes = {}
  ) const;
  net::Awaitable<Result<SignInClients::Offer>> offer_of(SignInLink link);
  net::Awaitable<Error> sign_in_required(
      OfferPtr offer, SignInFor whom, std::vector<std::string> scopes = {}
  );
  [[nodiscard]] bool use_up(const std::string& state, std::int64_t until);
  // At the service, if it can be; nothing of it is kept here.
  net::Awaitable<void> give_up(WaitingGrant waiting);
  net::Awaitable<Result<SignedIn>> redeem(SignInClients::Offer offer, SignInState state, std::string code);

  net::Awaitable<Result<DeviceSignIn>> device(OfferPtr offer, SignInFor whom);
  net::Awaitable<void> wait_for_device(OfferPtr offer, SignInFor whom, DeviceCode code);

  net::Awaitable<Result<std::optional<Grant>>> load(std::string name);
  net::Awaitable<Result<void>> save(std::string name, std::optional<Grant> grant);
  // Of the user, else of the conversation; and under which name.
  net::Awaitable<Result<std::optional<Grant>>> find_grant(
      const SignInClient& client, const SignInFor& whom, std::string& name
  );
  // One renewal of a grant at a time: a refresh token counts once at many servers.
  net::Awaitable<Result<std::optional<Grant>>> renew(
      OfferPtr offer, std::string name, std::string stale, std::uint32_t timeout_ms
  );
  net::Awaitable<Result<std::optional<Grant>>> renewed(
      OfferPtr offer, std::string name, Vault::Held held, std::uint32_t timeout_ms
  );

  std::shared_ptr<Vault> vault_;
  SignInClients clients_;
  Confirmations confirmations_;
  const SignInSeals seals_;
  OneAtATime renewing_;
  mutable std::mutex mutex_;
  // These with the lock.
  std::map<std::string, std::int64_t> used_;  // states that came back, until when they would count
  std::map<std::string, Shown> devices_;      // by grant: who is to sign in at another device now
};

}  // namespace parley::tools
