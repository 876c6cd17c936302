#include "server/tools/sign_in/clients.hpp"

#include <optional>
#include <utility>

#include "base/json.hpp"
#include "server/net/client/egress.hpp"

namespace parley::tools {
namespace {

std::string entry_name(std::string_view connector, std::string_view scheme) {
  return std::string(connector) + " " + std::string(scheme);
}

std::string kept_name(const std::string& connector, const std::string& scheme) {
  return "client:" + connector + ":" + scheme;
}

Value list_of(const std::vector<std::string>& texts) {
  ListBuilder out;
  for (const std::string& text : texts) out.add(text);
  return out.build();
}

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> texts;
  if (!list.is_list()) return texts;
  for (const Value& each : list.as_list()) {
    if (each.is_string()) texts.emplace_back(each.as_string());
  }
  return texts;
}

std::int64_t number_of(const Value& value) {
  return value.is_int() ? value.as_int() : 0;
}

// `place` as the client of this server there.
SignInClient client_at(const SignInPlace& place, const UnknownServer& server) {
  SignInClient client{
      .connector = server.connector,
      .scheme = server.scheme,
      .authorization_url = place.authorization_url,
      .token_url = place.token_url,
      .revocation_url = place.revocation_url,
      .device_url = place.device_url,
      .client_id = server.client_id,
      .secret = server.secret,
      .scopes = server.scopes.empty() ? place.scopes : server.scopes,
      .team = server.team,
      .by_device = server.by_device,
      .found = SignInClient::Found{.resource = place.resource, .issuer = place.issuer},
  };
  client.found->names_itself = place.names_itself;
  return client;
}

}  // namespace

void SignInClients::set_public_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const std::lock_guard lock(mutex_);
  public_url_ = std::move(url);
}

std::string SignInClients::public_url() const {
  const std::lock_guard lock(mutex_);
  return public_url_;
}

std::string SignInClients::redirect_url() const {
  const std::lock_guard lock(mutex_);
  return public_url_.empty() ? std::string() : public_url_ + "/v1/sign-in/callback";
}

std::string SignInClients::document_url() const {
  const std::lock_guard lock(mutex_);
  return public_url_.starts_with("https://") ? public_url_ + "/v1/sign-in/client" : std::string();
}

void SignInClients::offer(SignInClient client, std::shared_ptr<net::HttpClient> http) {
  std::string name = entry_name(client.connector, client.scheme);
  Entry fresh{.known = std::make_shared<const Offer>(std::move(client), http), .unknown = {}, .http = http};
  const std::lock_guard lock(mutex_);
  entries_.insert_or_assign(std::move(name), std::move(fresh));
}

void SignInClients::offer(UnknownServer server, std::shared_ptr<net::HttpClient> http) {
  std::string name = entry_name(server.connector, server.scheme);
  Entry fresh{
      .known = {}, .unknown = std::make_shared<UnknownServer>(std::move(server)), .http = std::move(http)
  };
  const std::lock_guard lock(mutex_);
  entries_.insert_or_assign(std::move(name), std::move(fresh));
}

std::optional<SignInClients::Entry> SignInClients::entry(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

net::Awaitable<Result<SignInClients::OfferPtr>> SignInClients::find(
    std::string connector, std::string scheme, bool for_a_link
) {
  const std::string name = entry_name(connector, scheme);
  for (;;) {
    const auto found = entry(name);
    if (!found) co_return nullptr;
    const std::int64_t now = vault_->now().seconds;
    const bool old = found->unknown != nullptr && found->found_at + kKeptSeconds < now;
    const bool ended = found->known != nullptr && found->known->client.found &&
                       found->known->client.found->until != 0 && found->known->client.found->until <= now;
    if (found->known != nullptr && !ended && !(old && for_a_link)) co_return found->known;
    if (!co_await turns_.begin(name)) continue;  // somebody else has found it out meanwhile, or has not
    auto out = co_await find_out(name, *found, found->known != nullptr);
    turns_.end(name);
    co_return out;
  }
}

std::vector<std::string> SignInClients::connectors() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [name, entry] : entries_) {
    std::string connector = name.substr(0, name.find(' '));
    if (all.empty() || all.back() != connector) all.push_back(std::move(connector));
  }
  return all;
}

net::Awaitable<Result<SignInClients::OfferPtr>> SignInClients::first_of(std::string connector) {
  std::string scheme;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.lower_bound(connector + " ");
    if (found == entries_.end() || !found->first.starts_with(connector + " ")) co_return nullptr;
    scheme = found->first.substr(connector.size() + 1);
  }
  co_return co_await find(std::move(connector), std::move(scheme));
}

// `anew`: what is kept is too old.
net::Awaitable<Result<SignInClients::OfferPtr>> SignInClients::find_out(
    std::string name, Entry entry, bool anew
) {
  auto before = co_await kept(*entry.unknown);
  const bool fresh = before && !anew && before->second + kKeptSeconds >= vault_->now().seconds;
  SignInClient client;
  std::int64_t found_at = vault_->now().seconds;
  if (fresh) {
    client = std::move(before->first);
    found_at = before->second;
  } else {
    auto asked = co_await ask(entry, before ? std::optional(before->first) : std::optional<SignInClient>());
    // Who has signed in goes on with what was known, while the service cannot be asked.
    if (!asked && !before) co_return std::unexpected(std::move(asked.error()));
    client = asked ? *std::move(asked) : std::move(before->first);
    if (asked) {
      if (auto saved = co_await keep(*entry.unknown, client); !saved)
        co_return std::unexpected(std::move(saved.error()));
    }
  }
  auto known = std::make_shared<const Offer>(std::move(client), entry.http);
  const std::lock_guard lock(mutex_);
  const auto place = entries_.find(name);
  // New settings may have come meanwhile.
  if (place != entries_.end() && place->second.unknown == entry.unknown) {
    place->second.known = known;
    place->second.found_at = found_at;
  }
  co_return known;
}

net::Awaitable<Result<SignInClient>> SignInClients::ask(
    const Entry& entry, const std::optional<SignInClient>& before
) {
  const UnknownServer& server = *entry.unknown;
  const std::string redirect = redirect_url();
  if (redirect.empty()) {
    co_return fail(
        ErrorCode::unauthenticated, "only a conversation on a server can be asked to sign in", "no_sign_in"
    );
  }
  const DiscoveryRules rules{.plain_hosts = server.plain_hosts};
  auto place = co_await find_sign_in_place(*entry.http, server.resource, server.is_mcp, rules);
  if (!place) co_return std::unexpected(std::move(place.error()));
  SignInClient client = client_at(*place, server);
  if (!client.client_id.empty()) co_return client;
  if (place->takes_client_documents && !document_url().empty()) {
    client.client_id = document_url();
    co_return client;
  }
  // The same client as before, where the same server still knows it.
  const bool usable = before && before->found && before->found->issuer == place->issuer &&
                      !before->client_id.empty() &&
                      (before->found->until == 0 || before->found->until > vault_->now().seconds);
  if (usable) {
    client.client_id = before->client_id;
    client.secret = before->secret;
    client.found->until = before->found->until;
    co_return client;
  }
  auto registered = co_await register_client(*entry.http, *place, redirect, rules);
  if (!registered) co_return std::unexpected(std::move(registered.error()));
  client.client_id = registered->id;
  client.secret = registered->secret;
  client.found->until = registered->until;
  co_return client;
}

net::Awaitable<std::optional<std::pair<SignInClient, std::int64_t>>> SignInClients::kept(
    const UnknownServer& server
) {
  const auto text = co_await vault_->get(kept_name(server.connector, server.scheme));
  if (!text || !*text) co_return std::nullopt;
  const auto value = parse_json(**text);
  // Other settings, or another address of this server: what was found out is of no use.
  if (!value || value->text("asked") != server.resource || value->text("redirect") != redirect_url() ||
      value->text("named") != server.client_id)
    co_return std::nullopt;
  SignInPlace place{
      .resource = std::string(value->text("resource")),
      .issuer = std::string(value->text("issuer")),
      .authorization_url = std::string(value->text("authorization_url")),
      .token_url = std::string(value->text("token_url")),
      .revocation_url = std::string(value->text("revocation_url")),
      .device_url = std::string(value->text("device_url")),
      .registration_url = {},
      .scopes = texts_of((*value)["scopes"]),
      .names_itself = (*value)["names_itself"] == Value(true),
  };
  SignInClient client = client_at(place, server);
  if (server.client_id.empty()) {
    client.client_id = value->text("client_id");
    client.secret = Secret(std::string(value->text("secret")));
    client.found->until = number_of((*value)["until"]);
  }
  co_return std::pair(std::move(client), number_of((*value)["found_at"]));
}

net::Awaitable<Result<void>> SignInClients::keep(const UnknownServer& server, const SignInClient& client) {
  const bool own = server.client_id.empty();
  const Value text = MapBuilder()
                         .set("asked", server.resource)
                         .set("redirect", redirect_url())
                         .set("named", server.client_id)
                         .set("resource", client.found->resource)
                         .set("issuer", client.found->issuer)
                         .set("authorization_url", client.authorization_url)
                         .set("token_url", client.token_url)
                         .set("revocation_url", client.revocation_url)
                         .set("device_url", client.device_url)
                         .set("scopes", list_of(client.scopes))
                         .set("names_itself", client.found->names_itself)
                         .set("client_id", own ? client.client_id : std::string())
                         .set("secret", own ? std::string(client.secret.reveal()) : std::string())
                         .set("until", client.found->until)
                         .set("found_at", vault_->now().seconds)
                         .build();
  co_return co_await vault_->put(kept_name(server.connector, server.scheme), write_json(text));
}

net::Awaitable<void> SignInClients::forget(const SignInClient& client) {
  if (!client.found) co_return;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(entry_name(client.connector, client.scheme));
    if (found != entries_.end() && found->second.unknown != nullptr) found->second.known = nullptr;
  }
  (void)co_await vault_->remove(kept_name(client.connector, client.scheme));
}

}  // namespace parley::tools
