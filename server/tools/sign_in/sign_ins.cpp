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
#include "server/tools/sign_in/grants.hpp"
#include "server/turns/grant_names.hpp"

namespace parley::tools {
namespace {

constexpr std::string_view kLinkPath = "/v1/sign-in?link=";
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kUsedMax = 10'000;
constexpr int kGrantsMax = 2;
constexpr std::int64_t kMarginSeconds = 30;
constexpr std::uint32_t kExchangeTimeoutMs = 15'000;
constexpr int kTurnsMax = 3;
constexpr std::size_t kDevicesMax = 10'000;
constexpr std::int64_t kDeviceSecondsMax = 1'800;
constexpr std::size_t kScopesMax = 32;  // that a service may name in a refusal
constexpr std::size_t kScopeBytesMax = 128;
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

std::optional<Grant> grant_in(std::string_view text) {
  const auto value = parse_json(text);
  return value ? grant_of(*value) : std::nullopt;
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
      confirmations_(vault_),
      seals_(vault_->world().secret) {}

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

std::string SignIns::link(const SignInClient& client, const SignInFor& whom, std::vector<std::string> scopes)
    const {
  const SignInLink asked{
      .connector = client.connector,
      .scheme = client.scheme,
      .conversation_id = whom.conversation_id,
      .user_id = whom.user_id,
      .client_id = client.client_id,
      .scopes = std::move(scopes),
      .asked_at = vault_->now().seconds,
  };
  return clients_.public_url() + std::string(kLinkPath) + seals_.seal(asked);
}

net::Awaitable<Error> SignIns::sign_in_required(
    OfferPtr offer, SignInFor whom, std::vector<std::string> scopes
) {
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
  if (!at_device) {
    co_return Error{ErrorCode::unauthenticated, link(client, whom, std::move(scopes)), "sign_in_required"};
  }
  if (!scopes.empty()) {
    SignInClients::Offer more = *offer;
    more.client.scopes.insert(more.client.scopes.end(), scopes.begin(), scopes.end());
    offer = std::make_shared<const SignInClients::Offer>(std::move(more));
  }
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
  const std::vector<std::string>& known = (*offer)->client.scopes;
  std::vector<std::string> more;
  for (std::string_view rest = scopes; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view scope = rest.substr(0, end);
    const bool is_new =
        std::ranges::find(known, scope) == known.end() && std::ranges::find(more, scope) == more.end();
    if (!scope.empty() && scope.size() <= kScopeBytesMax && is_new && more.size() < kScopesMax)
      more.emplace_back(scope);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  co_return co_await sign_in_required(*offer, std::move(whom), std::move(more));
}

// Nothing: it cannot be renewed, and somebody has to sign in again.
net::Awaitable<Result<std::optional<Grant>>> SignIns::renew(
    OfferPtr offer, std::string name, std::string stale, std::uint32_t timeout_ms
) {
  for (int tries = 0; tries < kTurnsMax; ++tries) {
    const bool mine = co_await renewing_.begin(name);
    const auto held = co_await vault_->get_held(name);
    Result<std::optional<Grant>> grant(std::nullopt);
    if (!held) grant = std::unexpected(held.error());
    if (held && *held) grant = grant_in((*held)->text);
    const bool to_do = grant && *grant && (*grant)->access.reveal() == stale;
    // Otherwise somebody else has renewed it meanwhile, or it is gone.
    if (to_do && mine) grant = co_await renewed(offer, name, **held, timeout_ms);
    if (mine) renewing_.end(name);
    if (mine || !to_do) co_return grant;
  }
  co_return fail(ErrorCode::unavailable, "the grant is being renewed by somebody else", "unavailable");
}

// What was taken back meanwhile stays so, and what another server has renewed is its word, not this one's:
// a refresh token that counts once was refused here because it had counted there.
net::Awaitable<Result<std::optional<Grant>>> SignIns::renewed(
    OfferPtr offer, std::string name, Vault::Held held, std::uint32_t timeout_ms
) {
  std::optional<Grant> outcome;
  Grant old = grant_in(held.text).value_or(Grant{});
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
  auto saved = co_await vault_->replace(name, std::move(held), outcome ? write_json(as_value(*outcome)) : "");
  if (!saved && saved.error().code == ErrorCode::conflict) co_return co_await load(std::move(name));
  if (!saved) co_return std::unexpected(std::move(saved.error()));
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

// A state counts once, here; across a restart, and when very many come back, its code counts once at the
// authorization server. Whoever has one link can make many states: they must not keep others out.
bool SignIns::use_up(const std::string& state, std::int64_t until) {
  const std::int64_t now = vault_->now().seconds;
  const std::lock_guard lock(mutex_);
  std::erase_if(used_, [&](const auto& each) { return each.second < now; });
  if (used_.size() >= kUsedMax) used_.erase(used_.begin());
  return used_.emplace(sha256_hex(state), until).second;
}

// The client that the link was made for, asking for what it asks for.
net::Awaitable<Result<SignInClients::Offer>> SignIns::offer_of(SignInLink link) {
  const auto offer = co_await clients_.find(link.connector, link.scheme);
  // A description may hold anything in its place; people are sent to web pages only.
  const bool there =
      offer && *offer != nullptr && !net::host_and_port((*offer)->client.authorization_url).empty();
  if (!there) co_return invalid_state("this link is for a service that is not connected any more");
  // Else the code would be taken to a server that did not give it.
  if (link.client_id != (*offer)->client.client_id || link.conversation_id.empty() != (*offer)->client.team)
    co_return invalid_state("this link was made before the service was connected anew");
  SignInClients::Offer asked = **offer;
  asked.client.scopes.insert(asked.client.scopes.end(), link.scopes.begin(), link.scopes.end());
  co_return asked;
}

net::Awaitable<Result<SignInQuestion>> SignIns::open(std::string link) {
  auto asked = seals_.link(link);
  if (!asked) co_return invalid_state("this link is not one of this server");
  if (asked->asked_at + kLinkSeconds < vault_->now().seconds) co_return invalid_state("this link is too old");
  const auto offer = co_await offer_of(*asked);
  if (!offer) co_return std::unexpected(offer.error());
  const std::string& url = offer->client.authorization_url;
  std::string host = net::host_and_port(url);
  const std::string_view usual = url.starts_with("https://") ? ":443" : ":80";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  co_return SignInQuestion{*std::move(asked), std::move(host)};
}

net::Awaitable<Result<std::string>> SignIns::follow(std::string link, std::string browser) {
  auto question = co_await open(std::move(link));
  if (!question) co_return std::unexpected(std::move(question.error()));
  const auto offer = co_await offer_of(question->link);
  if (!offer) co_return std::unexpected(offer.error());
  const Pkce pkce = make_pkce(random_bytes());
  const SignInState state{
      .link = std::move(question->link),
      .verifier = pkce.verifier,
      .browser = sha256_hex(browser),
      .until = vault_->now().seconds + kLinkSeconds,
  };
  co_return authorization_link(offer->client, redirect_url(), seals_.seal(state), pkce.challenge);
}

net::Awaitable<Result<SignedIn>> SignIns::finish(
    std::string state, std::string code, std::string error, std::string issuer, std::string browser
) {
  auto asked = seals_.state(state);
  if (!asked) co_return invalid_state("this link is not one of this server");
  if (asked->until < vault_->now().seconds) co_return invalid_state("this link is too old");
  // Whoever follows somebody else's way back has not been asked anything.
  if (browser.empty() || asked->browser != sha256_hex(browser)) {
    co_return fail(
        ErrorCode::invalid_input,
        "this is another browser than the one in which the sign-in was begun",
        "sign_in_invalid",
        "open the link from the conversation in the browser that you sign in with, and allow its cookies"
    );
  }
  auto offer = co_await offer_of(asked->link);
  if (!offer) co_return std::unexpected(std::move(offer.error()));
  const SignInClient& client = offer->client;
  if (!use_up(state, asked->until)) co_return invalid_state("this link was used already");
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
  co_return co_await redeem(*std::move(offer), *std::move(asked), std::move(code));
}

net::Awaitable<Result<SignedIn>> SignIns::redeem(
    SignInClients::Offer offer, SignInState state, std::string code
) {
  const SignInClient& client = offer.client;
  const SignInFor whom{state.link.conversation_id, state.link.user_id};
  auto grant = co_await redeem_code(
      *offer.http,
      client,
      std::move(code),
      std::move(state.verifier),
      redirect_url(),
      vault_->now(),
      kExchangeTimeoutMs
  );
  if (!grant) {
    if (grant.error().pointer == "client_refused") co_await clients_.forget(client);
    co_return fail(ErrorCode::forbidden, grant.error().message, "sign_in_refused", "ask for a new link");
  }
  SignedIn back{client.connector, whom.conversation_id};
  std::string name = grant_name(client, whom);
  // Links for the team are made by an admin, who is believed.
  if (whom.conversation_id.empty()) {
    auto saved = co_await save(std::move(name), *std::move(grant));
    if (!saved) co_return std::unexpected(std::move(saved.error()));
    co_return back;
  }
  auto shown = co_await confirmations_.wait(
      whom.conversation_id, {client.connector, client.scheme, std::move(name), *std::move(grant)}
  );
  if (!shown) co_return std::unexpected(std::move(shown.error()));
  back.code = std::move(shown->code);
  co_await give_up(std::move(shown->replaced));
  co_return back;
}

net::Awaitable<void> SignIns::give_up(WaitingGrant waiting) {
  if (waiting.grant.access.reveal().empty()) co_return;
  const auto offer = co_await clients_.find(waiting.connector, waiting.scheme);
  if (!offer || *offer == nullptr) co_return;
  (void
  )co_await revoke_grant(*(*offer)->http, (*offer)->client, std::move(waiting.grant), kExchangeTimeoutMs);
}

net::Awaitable<Result<std::optional<std::string>>> SignIns::confirm(
    std::string conversation_id, std::string text
) {
  using Kind = Confirmations::Shown::Kind;
  std::string code = confirmation_code_in(text);
  if (code.empty()) co_return std::nullopt;
  auto shown = co_await confirmations_.show(conversation_id, code);
  if (!shown) co_return std::unexpected(std::move(shown.error()));
  WaitingGrant& waiting = shown->grant;
  const bool has_grant = !waiting.grant.access.reveal().empty();
  if (shown->kind == Kind::given_up) co_await give_up(std::move(waiting));
  if (shown->kind != Kind::right) co_return std::nullopt;
  if (has_grant) {
    // In this order: whoever is interrupted in between shows the code again.
    auto saved = co_await save(waiting.name, std::move(waiting.grant));
    if (!saved) co_return std::unexpected(std::move(saved.error()));
    auto noted = co_await confirmations_.confirmed(std::move(conversation_id), std::move(code));
    if (!noted) co_return std::unexpected(std::move(noted.error()));
  }
  co_return std::move(waiting.connector);
}

net::Awaitable<Result<bool>> SignIns::revoke(std::string connector, SignInFor whom) {
  const auto offer = co_await clients_.first_of(connector);
  const bool for_team = whom.conversation_id.empty() && whom.user_id.empty();
  if (!offer || *offer == nullptr || (*offer)->client.team != for_team) co_return false;
  const SignInClient& client = (*offer)->client;
  std::optional<Error> problem;
  bool any = false;
  // The user's, and one that the conversation has from before it was known who he is.
  for (int grants = 0; grants < kGrantsMax; ++grants) {
    std::string name;
    auto grant = co_await find_grant(client, whom, name);
    if (!grant) co_return std::unexpected(std::move(grant.error()));
    if (!*grant) break;
    any = true;
    if (auto saved = co_await save(name, std::nullopt); !saved)
      co_return std::unexpected(std::move(saved.error()));
    auto revoked = co_await revoke_grant(*(*offer)->http, client, **std::move(grant), kExchangeTimeoutMs);
    if (!revoked) problem = std::move(revoked.error());
  }
  if (problem) co_return std::unexpected(*std::move(problem));
  co_return any;
}

net::Awaitable<Result<std::vector<std::string>>> SignIns::signed_in_at(SignInFor whom) {
  std::vector<std::string> connectors;
  for (const std::string& connector : clients_.connectors()) {
    const auto offer = co_await clients_.first_of(connector);
    if (!offer || *offer == nullptr || (*offer)->client.team) continue;
    std::string name;
    const auto grant = co_await find_grant((*offer)->client, whom, name);
    if (!grant) co_return std::unexpected(grant.error());
    if (*grant) connectors.push_back(connector);
  }
  co_return connectors;
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
  co_return *opened ? grant_in(**opened) : std::nullopt;
}

net::Awaitable<Result<void>> SignIns::save(std::string name, std::optional<Grant> grant) {
  if (!grant) co_return co_await vault_->remove(std::move(name));
  co_return co_await vault_->put(std::move(name), write_json(as_value(*grant)));
}

}  // namespace parley::tools
