#include "server/tools/sign_in/sign_ins.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
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

std::string random_bytes() {
  std::array<unsigned char, kRandomBytes> bytes{};
  INVARIANT(RAND_bytes(bytes.data(), kRandomBytes) == 1, "the system gives random bytes");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string offer_name(std::string_view connector, std::string_view scheme) {
  return std::string(connector) + " " + std::string(scheme);
}

std::string grant_name(const SignInClient& client, std::string_view conversation_id) {
  const auto conversation = client.team ? std::nullopt : std::optional(conversation_id);
  return turns::grant_name(client.connector, client.scheme, conversation);
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

}  // namespace

SignIns::SignIns(SignInWorld world)
    : world_(std::move(world)),
      grant_key_(sealing_key(world_.secret, "parley grants")),
      state_key_(sealing_key(world_.secret, "parley sign-in states")) {}

void SignIns::set_public_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const std::lock_guard lock(mutex_);
  public_url_ = std::move(url);
}

std::string SignIns::redirect_url() const {
  const std::lock_guard lock(mutex_);
  return public_url_.empty() ? std::string() : public_url_ + "/v1/sign-in/callback";
}

void SignIns::offer(SignInClient client, std::shared_ptr<net::HttpClient> http) {
  std::string name = offer_name(client.connector, client.scheme);
  auto fresh = std::make_shared<const Offer>(std::move(client), std::move(http));
  const std::lock_guard lock(mutex_);
  offers_.insert_or_assign(std::move(name), std::move(fresh));
}

std::shared_ptr<const SignIns::Offer> SignIns::offer_of(std::string_view connector, std::string_view scheme)
    const {
  const std::lock_guard lock(mutex_);
  const auto found = offers_.find(offer_name(connector, scheme));
  return found == offers_.end() ? nullptr : found->second;
}

std::shared_ptr<const SignIns::Offer> SignIns::first_offer_of(std::string_view connector) const {
  const std::lock_guard lock(mutex_);
  const auto found = offers_.lower_bound(std::string(connector) + " ");
  return found != offers_.end() && found->second->client.connector == connector ? found->second : nullptr;
}

std::string SignIns::link(const SignInClient& client, std::string_view conversation_id) {
  const Pkce pkce = make_pkce(random_bytes());
  const Value state = MapBuilder()
                          .set("connector", client.connector)
                          .set("scheme", client.scheme)
                          .set("conversation", conversation_id)
                          .set("verifier", pkce.verifier)
                          .set("until", world_.now().seconds + kLinkSeconds)
                          .build();
  return authorization_link(
      client, redirect_url(), seal(state_key_, kStatePlace, write_json(state)), pkce.challenge
  );
}

std::unexpected<Error> SignIns::sign_in_required(
    const SignInClient& client, const std::string& conversation_id
) {
  if (client.team) {
    return no_token(
        client, "nobody has signed in", "parley tool login " + client.connector + " gives a link"
    );
  }
  if (conversation_id.empty() || redirect_url().empty())
    return no_token(client, "only a conversation on a server can be asked to sign in", "");
  return fail(ErrorCode::unauthenticated, link(client, conversation_id), "sign_in_required");
}

net::Awaitable<Result<std::string>> SignIns::token(
    std::string connector,
    std::string scheme,
    std::string conversation_id,
    std::string refused,
    std::uint32_t timeout_ms
) {
  const auto offer = offer_of(connector, scheme);
  if (offer == nullptr)
    co_return fail(ErrorCode::internal, "no client for '" + scheme + "' of " + connector, "no_token");
  const SignInClient& client = offer->client;
  const std::string name = grant_name(client, conversation_id);
  auto grant = co_await load(name);
  if (!grant) co_return no_token(client, grant.error().message, "", true);
  if (!*grant) co_return sign_in_required(client, conversation_id);
  const std::int64_t until = (*grant)->until.seconds;
  const bool old = until != 0 && until - kMarginSeconds <= world_.now().seconds;
  std::string access((*grant)->access.reveal());
  if (!old && access != refused) co_return access;
  auto renewed = co_await renew(*offer, name, std::move(access), timeout_ms);
  if (!renewed) {
    Error& problem = renewed.error();
    const bool passing = problem.pointer != "client_refused";
    co_return no_token(client, std::move(problem.message), std::move(problem.hint), passing);
  }
  if (!*renewed) co_return sign_in_required(client, conversation_id);
  co_return std::string((*renewed)->access.reveal());
}

// Nothing: it cannot be renewed, and somebody has to sign in again.
net::Awaitable<Result<std::optional<Grant>>> SignIns::renew(
    const Offer& offer, std::string name, std::string stale, std::uint32_t timeout_ms
) {
  for (int tries = 0; tries < kTurnsMax; ++tries) {
    const bool mine = co_await take_turn(name);
    Result<std::optional<Grant>> grant = co_await load(name);
    const bool to_do = grant && *grant && (*grant)->access.reveal() == stale;
    // Otherwise somebody else has renewed it meanwhile, or it is gone.
    if (to_do && mine) grant = co_await renewed(offer, name, **grant, timeout_ms);
    if (mine) end_turn(name);
    if (mine || !to_do) co_return grant;
  }
  co_return fail(ErrorCode::unavailable, "the grant is being renewed by somebody else", "unavailable");
}

net::Awaitable<Result<std::optional<Grant>>> SignIns::renewed(
    const Offer& offer, std::string name, Grant old, std::uint32_t timeout_ms
) {
  std::optional<Grant> outcome;
  if (!old.refresh.reveal().empty()) {
    auto fresh = co_await refresh_grant(*offer.http, offer.client, std::move(old), world_.now(), timeout_ms);
    if (fresh) {
      outcome = *std::move(fresh);
    } else if (fresh.error().pointer != "refused") {
      co_return std::unexpected(std::move(fresh.error()));
    }
  }
  if (auto saved = co_await save(name, outcome); !saved) co_return std::unexpected(std::move(saved.error()));
  co_return outcome;
}

// False: somebody else had the turn, and has ended it now.
net::Awaitable<bool> SignIns::take_turn(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    if (renewing_.try_emplace(name).second) co_return true;
  }
  co_await net::await_callback<bool>([&](auto done) {
    std::unique_lock lock(mutex_);
    const auto under_way = renewing_.find(name);
    if (under_way != renewing_.end()) {
      under_way->second.emplace_back(std::move(done));
      return;
    }
    lock.unlock();
    done(true);
  });
  co_return false;
}

void SignIns::end_turn(const std::string& name) {
  Waiters waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto under_way = renewing_.find(name);
    if (under_way == renewing_.end()) return;
    waiters = std::move(under_way->second);
    renewing_.erase(under_way);
  }
  for (auto& waiter : waiters) waiter(true);
}

Result<std::string> SignIns::team_link(std::string_view connector) {
  const auto offer = first_offer_of(connector);
  if (offer == nullptr || !offer->client.team) {
    return fail(
        ErrorCode::not_found,
        "nobody signs in for the whole team at '" + std::string(connector) + "'",
        "not_found",
        "a credential of the kind authorization_code with owner: team is for that"
    );
  }
  return link(offer->client, {});
}

net::Awaitable<Result<bool>> SignIns::is_signed_in(std::string connector, std::string conversation_id) {
  const auto offer = first_offer_of(connector);
  if (offer == nullptr) co_return false;
  const auto grant = co_await load(grant_name(offer->client, conversation_id));
  if (!grant) co_return std::unexpected(grant.error());
  co_return grant->has_value();
}

// A state counts once, here; across a restart its code counts once at the authorization server.
bool SignIns::use_up(const std::string& state, std::int64_t until) {
  const std::int64_t now = world_.now().seconds;
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
  if (!until.is_int() || until.as_int() < world_.now().seconds)
    co_return invalid_state("this link is too old");
  const auto offer = offer_of(facts->text("connector"), facts->text("scheme"));
  if (offer == nullptr) co_return invalid_state("this link is for a service that is not connected any more");
  if (!use_up(state, until.as_int())) co_return invalid_state("this link was used already");
  if (!error.empty() || code.empty()) {
    co_return fail(
        ErrorCode::forbidden, "the permission was not given", "sign_in_refused", "ask again to try again"
    );
  }
  // RFC 9207: another server than the one that was asked must not be able to pass its code for this one's.
  const std::string asked = net::host_and_port(offer->client.authorization_url);
  if (!issuer.empty() && net::host_and_port(issuer) != asked)
    co_return invalid_state("the answer is from another authorization server");
  const std::string conversation_id(facts->text("conversation"));
  auto grant = co_await redeem_code(
      *offer->http,
      offer->client,
      std::move(code),
      std::string(facts->text("verifier")),
      redirect_url(),
      world_.now(),
      kExchangeTimeoutMs
  );
  if (!grant)
    co_return fail(ErrorCode::forbidden, grant.error().message, "sign_in_refused", "ask for a new link");
  auto saved = co_await save(grant_name(offer->client, conversation_id), *std::move(grant));
  if (!saved) co_return std::unexpected(std::move(saved.error()));
  co_return SignedIn{offer->client.connector, conversation_id};
}

net::Awaitable<Result<bool>> SignIns::revoke(std::string connector, std::string conversation_id) {
  const auto offer = first_offer_of(connector);
  if (offer == nullptr || offer->client.team != conversation_id.empty()) co_return false;
  const std::string name = grant_name(offer->client, conversation_id);
  auto grant = co_await load(name);
  if (!grant) co_return std::unexpected(std::move(grant.error()));
  if (!*grant) co_return false;
  if (auto saved = co_await save(name, std::nullopt); !saved)
    co_return std::unexpected(std::move(saved.error()));
  auto revoked = co_await revoke_grant(*offer->http, offer->client, **std::move(grant), kExchangeTimeoutMs);
  if (!revoked) co_return std::unexpected(std::move(revoked.error()));
  co_return true;
}

net::Awaitable<Result<std::optional<Grant>>> SignIns::load(std::string name) {
  const auto stored = co_await world_.get(name);
  if (!stored) co_return std::unexpected(stored.error());
  if (!*stored || (*stored)->empty()) co_return std::nullopt;
  const auto opened = unseal(grant_key_, name, **stored);
  co_return opened ? decode(*opened) : std::nullopt;
}

net::Awaitable<Result<void>> SignIns::save(std::string name, std::optional<Grant> grant) {
  const std::string sealed = grant ? seal(grant_key_, name, encode(*grant)) : std::string();
  co_return co_await world_.put(std::move(name), sealed);
}

}  // namespace parley::tools
