#include "server/tools/sign_in/sign_ins.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "server/net/client/egress.hpp"
#include "server/tools/sign_in/sealed.hpp"
#include "server/turns/grant_names.hpp"

namespace parley::tools {
namespace {

constexpr std::string_view kStatePlace = "state";
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kUsedMax = 10'000;
constexpr std::int64_t kMarginSeconds = 30;
constexpr std::uint32_t kExchangeTimeoutMs = 15'000;
constexpr int kTurnsMax = 3;
constexpr std::size_t kDevicesMax = 10'000;
constexpr std::int64_t kDeviceSecondsMax = 1'800;
constexpr std::size_t kScopesMax = 64;
constexpr std::int64_t kSlowerBy = 5;  // RFC 8628, 3.5

std::string random_bytes() {
  std::array<unsigned char, kRandomBytes> bytes{};
  INVARIANT(RAND_bytes(bytes.data(), kRandomBytes) == 1, "the system gives random bytes");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string grant_name(const SignInClient& client, const SignInFor& whom) {
  if (client.team) return turns::grant_name(client.connector, client.scheme, {});
  return turns::grant_name(
      client.connector, client.scheme, {.user_id = whom.user_id, .conversation_id = whom.conversation_id}
  );
}

net::Awaitable<void> pause(std::int64_t seconds) {
  boost::asio::basic_waitable_timer<
      std::chrono::steady_clock,
      boost::asio::wait_traits<std::chrono::steady_clock>,
      net::Executor>
      timer(co_await boost::asio::this_coro::executor, std::chrono::seconds(seconds));
  co_await net::await_callback<bool>([&](auto done) {
    timer.async_wait([done = std::move(done)](boost::system::error_code) mutable { done(true); });
  });
}

std::string encode(const Grant& grant) {
  return write_json(MapBuilder()
                        .set("access", grant.access.reveal())
                        .set("refresh", grant.refresh.reveal())
                        .set("until", grant.until.seconds)
                        .build());
}

std::optional<Grant> decode(std::string_view text) {
  const auto value = parse_json(text);
  if (!value || value->text("access").empty()) return std::nullopt;
  const Value& until = (*value)["until"];
  return Grant{
      .access = Secret(std::string(value->text("access"))),
      .refresh = Secret(std::string(value->text("refresh"))),
      .until = {until.is_int() ? until.as_int() : 0, 0},
  };
}

std::unexpected<Error> invalid_state(std::string why) {
  return fail(
      ErrorCode::invalid_input, std::move(why), "sign_in_invalid", "ask for a new link in the conversation"
  );
}

std::unexpected<Error> no_token(
    const SignInClient& client, std::string why, std::string hint, bool passing = false
) {
  return fail(
      passing ? ErrorCode::unavailable : ErrorCode::unauthenticated,
      "no token for '" + client.scheme + "' of " + client.connector + ": " + std::move(why),
      passing ? "unavailable" : "no_token",
      std::move(hint)
  );
}

std::unexpected<Error> not_for_the_team(const std::string& connector) {
  return fail(
      ErrorCode::not_found,
      "nobody signs in for the whole team at '" + connector + "'",
      "not_found",
      "a credential with owner: team, at which people sign in, is for that"
  );
}

}  // namespace

SignIns::SignIns(SignInWorld world)
    : vault_(std::make_shared<Vault>(std::move(world), "parley grants")),
      clients_(vault_),
      state_key_(sealing_key(vault_->world().secret, "parley sign-in states")) {}

void SignIns::offer(SignInClient client, std::shared_ptr<net::HttpClient> http) {
  clients_.offer(std::move(client), std::move(http));
}

void SignIns::offer(UnknownServer server, std::shared_ptr<net::HttpClient> http) {
  clients_.offer(std::move(server), std::move(http));
}

std::optional<Value> SignIns::client_document() const {
  const std::string id = clients_.document_url();
  return id.empty() ? std::nullopt : std::optional(tools::client_document(id, redirect_url()));
}

std::string SignIns::link(const SignInClient& client, const SignInFor& whom) {
  const Pkce pkce = make_pkce(random_bytes());
  const Value state = MapBuilder()
                          .set("connector", client.connector)
                          .set("scheme", client.scheme)
                          .set("conversation", whom.conversation_id)
                          .set("user", whom.user_id)
                          .set("client", client.client_id)
                          .set("verifier", pkce.verifier)
                          .set("until", vault_->now().seconds + kLinkSeconds)
                          .build();
  return authorization_link(
      client, redirect_url(), seal(state_key_, kStatePlace, write_json(state)), pkce.challenge
  );
}

net::Awaitable<Error> SignIns::sign_in_required(OfferPtr offer, SignInFor whom) {
  const SignInClient& client = offer->client;
  if (client.team) {
    co_return no_token(
        client, "nobody has signed in", "parley tool login " + client.connector + " gives a link"
    )
        .error();
  }
  if (whom.conversation_id.empty() || redirect_url().empty())
    co_return no_token(client, "only a conversation on a server can be asked to sign in", "").error();
  const bool at_device = client.by_device || client.authorization_url.empty();
  if (!at_device) co_return Error{ErrorCode::unauthenticated, link(client, whom), "sign_in_required"};
  const auto where = co_await device(offer, std::move(whom));
  if (!where) co_return no_token(client, where.error().message, "", true).error();
  co_return Error{
      ErrorCode::unauthenticated,
      (where->full_address.empty() ? where->address : where->full_address) + " (" + where->code + ")",
      "sign_in_required"
  };
}

net::Awaitable<Result<std::string>> SignIns::token(
    std::string connector, std::string scheme, SignInFor whom, std::string refused, std::uint32_t timeout_ms
) {
  const auto offer = co_await clients_.find(connector, scheme);
  if (!offer) {
    const bool later = offer.error().pointer == "unavailable";
    co_return no_token(
        {.connector = connector, .scheme = scheme}, offer.error().message, offer.error().hint, later
    );
  }
  if (*offer == nullptr)
    co_return fail(ErrorCode::internal, "no client for '" + scheme + "' of " + connector, "no_token");
  const SignInClient& client = (*offer)->client;
  std::string name;
  auto grant = co_await find_grant(client, whom, name);
  if (!grant) co_return no_token(client, grant.error().message, "", true);
  if (!*grant) {
    // What is asked of a person should hold: the service may have moved since it was found out.
    const auto now = co_await clients_.find(connector, scheme, true);
    co_return std::unexpected(co_await sign_in_required(now && *now ? *now : *offer, std::move(whom)));
  }
  const std::int64_t until = (*grant)->until.seconds;
  const bool old = until != 0 && until - kMarginSeconds <= vault_->now().seconds;
  std::string access((*grant)->access.reveal());
  if (!old && access != refused) co_return access;
  auto renewed = co_await renew(*offer, name, std::move(access), timeout_ms);
  if (!renewed) {
    Error& problem = renewed.error();
    const bool passing = problem.pointer != "client_refused";
    co_return no_token(client, std::move(problem.message), std::move(problem.hint), passing);
  }
  if (!*renewed) co_return std::unexpected(co_await sign_in_required(*offer, std::move(whom)));
  co_return std::string((*renewed)->access.reveal());
}

net::Awaitable<Error> SignIns::more_needed(
    std::string connector, std::string scheme, SignInFor whom, std::string scopes
) {
  const auto offer = co_await clients_.find(connector, scheme);
  if (!offer || *offer == nullptr)
    co_return Error{ErrorCode::unauthenticated, "no client for '" + scheme + "'", "no_token"};
  SignInClients::Offer wider = **offer;
  for (std::string_view rest = scopes; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    std::string scope(rest.substr(0, end));
    const bool known = std::ranges::find(wider.client.scopes, scope) != wider.client.scopes.end();
    if (!scope.empty() && !known && wider.client.scopes.size() < kScopesMax)
      wider.client.scopes.push_back(std::move(scope));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  co_return co_await sign_in_required(
      std::make_shared<const SignInClients::Offer>(std::move(wider)), std::move(whom)
  );
}

// Nothing: it cannot be renewed, and somebody has to sign in again.
net::Awaitable<Result<std::optional<Grant>>> SignIns::renew(
    OfferPtr offer, std::string name, std::string stale, std::uint32_t timeout_ms
) {
  for (int tries = 0; tries < kTurnsMax; ++tries) {
    const bool mine = co_await renewing_.begin(name);
    Result<std::optional<Grant>> grant = co_await load(name);
    const bool to_do = grant && *grant && (*grant)->access.reveal() == stale;
    // Otherwise somebody else has renewed it meanwhile, or it is gone.
    if (to_do && mine) grant = co_await renewed(offer, name, **grant, timeout_ms);
    if (mine) renewing_.end(name);
    if (mine || !to_do) co_return grant;
  }
  co_return fail(ErrorCode::unavailable, "the grant is being renewed by somebody else", "unavailable");
}

net::Awaitable<Result<std::optional<Grant>>> SignIns::renewed(
    OfferPtr offer, std::string name, Grant old, std::uint32_t timeout_ms
) {
  std::optional<Grant> outcome;
  if (!old.refresh.reveal().empty()) {
    auto fresh =
        co_await refresh_grant(*offer->http, offer->client, std::move(old), vault_->now(), timeout_ms);
    if (fresh) {
      outcome = *std::move(fresh);
    } else if (offer->client.found && fresh.error().pointer == "client_refused") {
      // Registered by this server, and forgotten over there: what was granted to it is void.
      co_await clients_.forget(offer->client);
    } else if (fresh.error().pointer != "refused") {
      co_return std::unexpected(std::move(fresh.error()));
    }
  }
  if (auto saved = co_await save(name, outcome); !saved) co_return std::unexpected(std::move(saved.error()));
  co_return outcome;
}

net::Awaitable<Result<std::string>> SignIns::team_link(std::string connector) {
  const auto offer = co_await clients_.first_of(connector);
  if (!offer) co_return std::unexpected(offer.error());
  if (*offer == nullptr || !(*offer)->client.team) co_return not_for_the_team(connector);
  if ((*offer)->client.authorization_url.empty()) {
    co_return fail(
        ErrorCode::not_found,
        "at '" + connector + "' people sign in at another device only",
        "not_found",
        "parley tool login " + connector + " --device"
    );
  }
  co_return link((*offer)->client, {});
}

net::Awaitable<Result<DeviceSignIn>> SignIns::team_device(std::string connector) {
  const auto offer = co_await clients_.first_of(connector);
  if (!offer) co_return std::unexpected(offer.error());
  if (*offer == nullptr || !(*offer)->client.team) co_return not_for_the_team(connector);
  co_return co_await device(*offer, {});
}

// Whoever asks again while a code is shown sees the same.
net::Awaitable<Result<DeviceSignIn>> SignIns::device(OfferPtr offer, SignInFor whom) {
  const SignInClient& client = offer->client;
  const std::string name = grant_name(client, whom);
  const std::int64_t now = vault_->now().seconds;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(devices_, [&](const auto& each) { return each.second.until <= now; });
    if (const auto shown = devices_.find(name); shown != devices_.end()) co_return shown->second.device;
    if (devices_.size() >= kDevicesMax)
      co_return fail(ErrorCode::unavailable, "too many people are signing in", "unavailable");
  }
  if (client.device_url.empty()) {
    co_return fail(
        ErrorCode::not_found,
        "nobody can sign in at another device for '" + client.connector + "'",
        "not_found",
        "set device_url of its credential"
    );
  }
  auto code = co_await ask_for_device_code(*offer->http, client, kExchangeTimeoutMs);
  if (!code) co_return std::unexpected(std::move(code.error()));
  code->lives_seconds = std::min(code->lives_seconds, kDeviceSecondsMax);
  const DeviceSignIn shown{code->address, code->full_address, code->user_code, code->lives_seconds};
  {
    const std::lock_guard lock(mutex_);
    devices_.insert_or_assign(name, Shown{shown, now + code->lives_seconds});
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(
      executor,
      [](std::shared_ptr<SignIns> self, OfferPtr of, SignInFor person, DeviceCode given
      ) -> net::Awaitable<void> {
        co_await self->wait_for_device(std::move(of), std::move(person), std::move(given));
      }(shared_from_this(), offer, std::move(whom), *std::move(code)),
      boost::asio::detached
  );
  co_return shown;
}

// The code lives in memory: after a restart he is shown a new one when he asks again.
net::Awaitable<void> SignIns::wait_for_device(OfferPtr offer, SignInFor whom, DeviceCode code) {
  const SignInClient& client = offer->client;
  const std::string name = grant_name(client, whom);
  const std::int64_t until = vault_->now().seconds + code.lives_seconds;
  std::int64_t interval = code.interval_seconds;
  co_await pause(std::min<std::int64_t>(interval, 1)
  );  // nothing was asked yet that this could be too soon after
  bool done = false;
  while (vault_->now().seconds < until) {
    auto grant =
        co_await redeem_device_code(*offer->http, client, code.code, vault_->now(), kExchangeTimeoutMs);
    if (grant) {
      done = (co_await save(name, *std::move(grant))).has_value();
      break;
    }
    const std::string& why = grant.error().pointer;
    if (why == "slow_down" || why == "unavailable") interval += kSlowerBy;
    if (why == "refused" || why == "client_refused") break;
    co_await pause(interval);
  }
  {
    const std::lock_guard lock(mutex_);
    devices_.erase(name);
  }
  if (done && !whom.conversation_id.empty() && vault_->world().go_on)
    co_await vault_->world().go_on({client.connector, whom.conversation_id});
}

net::Awaitable<Result<bool>> SignIns::is_signed_in(std::string connector, SignInFor whom) {
  const auto offer = co_await clients_.first_of(connector);
  if (!offer || *offer == nullptr) co_return false;
  std::string name;
  const auto grant = co_await find_grant((*offer)->client, whom, name);
  if (!grant) co_return std::unexpected(grant.error());
  co_return grant->has_value();
}

// A state counts once, here; across a restart its code counts once at the authorization server.
bool SignIns::use_up(const std::string& state, std::int64_t until) {
  const std::int64_t now = vault_->now().seconds;
  const std::lock_guard lock(mutex_);
  std::erase_if(used_, [&](const auto& each) { return each.second < now; });
  if (used_.size() >= kUsedMax) return false;
  return used_.emplace(sha256_hex(state), until).second;
}

net::Awaitable<Result<SignedIn>> SignIns::finish(
    std::string state, std::string code, std::string error, std::string issuer
) {
  const auto opened = unseal(state_key_, kStatePlace, state);
  const Result<Value> facts =
      opened ? parse_json(*opened) : Result<Value>(fail(ErrorCode::invalid_input, "sealed by another"));
  if (!facts) co_return invalid_state("this link is not one of this server");
  const Value& until = (*facts)["until"];
  if (!until.is_int() || until.as_int() < vault_->now().seconds)
    co_return invalid_state("this link is too old");
  const auto offer =
      co_await clients_.find(std::string(facts->text("connector")), std::string(facts->text("scheme")));
  if (!offer || *offer == nullptr)
    co_return invalid_state("this link is for a service that is not connected any more");
  const SignInClient& client = (*offer)->client;
  // Else the code would be taken to a server that did not give it.
  if (facts->text("client") != client.client_id)
    co_return invalid_state("this link was made before the service was connected anew");
  if (!use_up(state, until.as_int())) co_return invalid_state("this link was used already");
  if (!error.empty() || code.empty()) {
    co_return fail(
        ErrorCode::forbidden, "the permission was not given", "sign_in_refused", "ask again to try again"
    );
  }
  // RFC 9207: another server than the one that was asked must not be able to pass its code for this one's.
  const bool from_another =
      client.found
          ? (issuer.empty() ? client.found->names_itself : issuer != client.found->issuer)
          : !issuer.empty() && net::host_and_port(issuer) != net::host_and_port(client.authorization_url);
  if (from_another) co_return invalid_state("the answer is from another authorization server");
  co_return co_await redeem(*offer, *facts, std::move(code));
}

net::Awaitable<Result<SignedIn>> SignIns::redeem(OfferPtr offer, Value facts, std::string code) {
  const SignInFor whom{std::string(facts.text("conversation")), std::string(facts.text("user"))};
  auto grant = co_await redeem_code(
      *offer->http,
      offer->client,
      std::move(code),
      std::string(facts.text("verifier")),
      redirect_url(),
      vault_->now(),
      kExchangeTimeoutMs
  );
  if (!grant) {
    if (grant.error().pointer == "client_refused") co_await clients_.forget(offer->client);
    co_return fail(ErrorCode::forbidden, grant.error().message, "sign_in_refused", "ask for a new link");
  }
  auto saved = co_await save(grant_name(offer->client, whom), *std::move(grant));
  if (!saved) co_return std::unexpected(std::move(saved.error()));
  SignedIn back{offer->client.connector, whom.conversation_id};
  // The conversation goes on by itself; nobody waits for it.
  if (!back.conversation_id.empty() && vault_->world().go_on) {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, vault_->world().go_on(back), boost::asio::detached);
  }
  co_return back;
}

net::Awaitable<Result<bool>> SignIns::revoke(std::string connector, SignInFor whom) {
  const auto offer = co_await clients_.first_of(connector);
  const bool for_team = whom.conversation_id.empty() && whom.user_id.empty();
  if (!offer || *offer == nullptr || (*offer)->client.team != for_team) co_return false;
  const SignInClient& client = (*offer)->client;
  std::string name;
  auto grant = co_await find_grant(client, whom, name);
  if (!grant) co_return std::unexpected(std::move(grant.error()));
  if (!*grant) co_return false;
  if (auto saved = co_await save(name, std::nullopt); !saved)
    co_return std::unexpected(std::move(saved.error()));
  auto revoked = co_await revoke_grant(*(*offer)->http, client, **std::move(grant), kExchangeTimeoutMs);
  if (!revoked) co_return std::unexpected(std::move(revoked.error()));
  co_return true;
}

net::Awaitable<Result<std::optional<Grant>>> SignIns::find_grant(
    const SignInClient& client, const SignInFor& whom, std::string& name
) {
  name = grant_name(client, whom);
  auto grant = co_await load(name);
  if (!grant || *grant || client.team || whom.user_id.empty() || whom.conversation_id.empty())
    co_return grant;
  // From before it was known who he is.
  std::string older = grant_name(client, {whom.conversation_id});
  auto before = co_await load(older);
  if (before && *before) name = std::move(older);
  co_return before;
}

net::Awaitable<Result<std::optional<Grant>>> SignIns::load(std::string name) {
  const auto opened = co_await vault_->get(std::move(name));
  if (!opened) co_return std::unexpected(opened.error());
  co_return *opened ? decode(**opened) : std::nullopt;
}

net::Awaitable<Result<void>> SignIns::save(std::string name, std::optional<Grant> grant) {
  if (!grant) co_return co_await vault_->remove(std::move(name));
  co_return co_await vault_->put(std::move(name), encode(*grant));
}

}  // namespace parley::tools
