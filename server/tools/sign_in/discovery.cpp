#include "server/tools/sign_in/discovery.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "server/net/client/egress.hpp"
#include "server/tools/sign_in/challenge.hpp"

namespace parley::tools {
namespace {

constexpr std::size_t kDocumentBytesMax = 64U << 10U;
constexpr std::size_t kServersMax = 3;   // of a resource that are looked at
constexpr std::size_t kScopesMax = 64;   // that are asked for
constexpr std::size_t kTextMax = 2'000;  // bytes of an address or a scope
constexpr std::size_t kClientIdMax = 4'000;
constexpr std::string_view kClientName = "Parley";

std::unexpected<Error> no_sign_in(std::string why) {
  return fail(
      ErrorCode::unauthenticated,
      std::move(why),
      "no_sign_in",
      "set authorization_url, token_url and user of the credential in parley.yaml"
  );
}

std::unexpected<Error> passing(std::string why) {
  return fail(ErrorCode::unavailable, std::move(why), "unavailable");
}

bool is_anywhere(const DiscoveryRules& rules) {
  return std::ranges::find(rules.plain_hosts, "*") != rules.plain_hosts.end();
}

// An absolute address without a fragment, over TLS where that was not waived.
Result<void> check_address(std::string_view url, std::string_view what, const DiscoveryRules& rules) {
  const auto target = net::read_target(url);
  if (!target || url.size() > kTextMax || url.contains('#'))
    return no_sign_in("the " + std::string(what) + " is no address that can be used");
  const bool listed = net::is_listed(*target, rules.plain_hosts);
  const bool plain = is_anywhere(rules) || listed;
  // What the settings open is opened for what they name, not for what a stranger outside makes of it.
  if (rules.from_outside && listed && !is_anywhere(rules))
    return no_sign_in("the " + std::string(what) + " is inside the own network, and the service is not");
  if (url.starts_with("http://") && !plain) return no_sign_in("the " + std::string(what) + " is not https:");
  return {};
}

net::OutgoingRequest request_for(std::string url, const DiscoveryRules& rules) {
  net::OutgoingRequest request{.url = std::move(url)};
  request.headers = {{"Accept", "application/json"}};
  request.timeout_ms = rules.timeout_ms;
  request.max_answer_bytes = kDocumentBytesMax;
  // No list of hosts: whoever is on one may be called on any port, and these addresses come from strangers.
  return request;
}

// Nothing where there is no document; an error only when it may be there another time.
net::Awaitable<Result<std::optional<Value>>> document_at(
    net::HttpClient& http, std::string url, const DiscoveryRules& rules
) {
  if (!check_address(url, "address", rules)) co_return std::nullopt;
  auto answer = co_await http.send(request_for(std::move(url), rules));
  if (!answer) {
    const bool guarded = answer.error().pointer == "blocked" || answer.error().pointer == "too_large";
    if (guarded) co_return no_sign_in(answer.error().message);
    co_return passing(answer.error().message);
  }
  if (answer->status >= 500 || answer->status == 429)
    co_return passing("the server answered " + std::to_string(answer->status));
  if (answer->status != 200) co_return std::nullopt;
  auto document = parse_json(answer->body);
  if (!document || !document->is_map()) co_return std::nullopt;
  co_return *std::move(document);
}

struct Parts {
  std::string origin;  // "https://host:8443"
  std::string path;    // "/mcp", or empty
};

Parts parts_of(std::string_view url) {
  const std::size_t slashes = url.find("://");
  if (slashes == std::string_view::npos) return {};
  const std::size_t end = std::min(url.find_first_of("/?#", slashes + 3), url.size());
  std::string_view path = url.substr(end);
  path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  return {std::string(url.substr(0, end)), std::string(path)};
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty() && words.size() < kScopesMax) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0 && end < kTextMax) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<std::string> texts_in(const Value& list) {
  std::vector<std::string> texts;
  if (!list.is_list()) return texts;
  for (const Value& each : list.as_list()) {
    if (each.is_string() && each.as_string().size() < kTextMax && texts.size() < kScopesMax)
      texts.emplace_back(each.as_string());
  }
  return texts;
}

// What the service says to somebody without a token. Calls that do nothing: `ping`, or a GET.
net::Awaitable<BearerChallenge> challenge_of(
    net::HttpClient& http, std::string resource, bool is_mcp, const DiscoveryRules& rules
) {
  net::OutgoingRequest request = request_for(resource, rules);
  request.allowed_hosts = {net::host_and_port(resource)};  // the settings' own address
  if (is_mcp) {
    request.method = "POST";
    request.headers = {
        {"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}
    };
    request.body = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  }
  // Only the head counts; a stream without end must not hold this up.
  const auto answer = co_await http.stream(std::move(request), [](std::string_view) { return false; });
  if (answer && answer->status == 401) {
    if (auto challenge = bearer_challenge(answer->header("www-authenticate")))
      co_return *std::move(challenge);
  }
  co_return BearerChallenge{};
}

net::Awaitable<Result<Value>> resource_document(
    net::HttpClient& http, std::string resource, std::string told, const DiscoveryRules& rules
) {
  std::vector<std::string> places = resource_addresses(resource);
  if (!told.empty()) places = {std::move(told)};
  for (const std::string& place : places) {
    auto document = co_await document_at(http, place, rules);
    if (!document) co_return std::unexpected(std::move(document.error()));
    if (*document) co_return **std::move(document);
  }
  co_return no_sign_in("the service does not say where people sign in for it");
}

Result<SignInPlace> place_in(const Value& server, const std::string& issuer, const DiscoveryRules& rules) {
  // Else one server could pass another's endpoints, or its own, for those of a third (RFC 8414, 3.3).
  if (server.text("issuer") != issuer)
    return no_sign_in("the authorization server gives another name than the one it was found by");
  const std::vector<std::string> methods = texts_in(server["code_challenge_methods_supported"]);
  if (std::ranges::find(methods, "S256") == methods.end())
    return no_sign_in("the authorization server does not say that it knows PKCE");
  SignInPlace place{
      .issuer = issuer,
      .authorization_url = std::string(server.text("authorization_endpoint")),
      .token_url = std::string(server.text("token_endpoint")),
      .revocation_url = std::string(server.text("revocation_endpoint")),
      .device_url = std::string(server.text("device_authorization_endpoint")),
      .registration_url = std::string(server.text("registration_endpoint")),
      .takes_client_documents = server["client_id_metadata_document_supported"] == Value(true),
      .names_itself = server["authorization_response_iss_parameter_supported"] == Value(true),
  };
  for (const auto& [url, what] :
       {std::pair(&place.authorization_url, "page for signing in"),
        std::pair(&place.token_url, "address for tokens"),
        std::pair(&place.revocation_url, "address for taking back"),
        std::pair(&place.device_url, "address for devices"),
        std::pair(&place.registration_url, "address for registering")}) {
    const bool needed = url == &place.authorization_url || url == &place.token_url;
    if (url->empty() && !needed) continue;
    if (auto good = check_address(*url, what, rules); !good) return std::unexpected(std::move(good.error()));
  }
  return place;
}

net::Awaitable<Result<SignInPlace>> server_named(
    net::HttpClient& http, std::string issuer, const DiscoveryRules& rules
) {
  if (auto good = check_address(issuer, "authorization server", rules); !good)
    co_return std::unexpected(std::move(good.error()));
  for (const std::string& address : metadata_addresses(issuer)) {
    auto document = co_await document_at(http, address, rules);
    if (!document) co_return std::unexpected(std::move(document.error()));
    if (*document) co_return place_in(**document, issuer, rules);
  }
  co_return no_sign_in("the authorization server does not say where its pages are");
}

}  // namespace

bool may_speak_for(std::string_view said, std::string_view called) {
  const Parts above = parts_of(said);
  const Parts below = parts_of(called);
  const std::string host = net::host_and_port(said);
  if (above.origin.empty() || host.empty() || host != net::host_and_port(called)) return false;
  if (said.starts_with("https://") != called.starts_with("https://")) return false;
  return below.path == above.path || below.path.starts_with(above.path + "/");
}

std::vector<std::string> metadata_addresses(std::string_view issuer) {
  const auto [origin, path] = parts_of(issuer);
  std::vector<std::string> places{origin + "/.well-known/oauth-authorization-server" + path};
  places.push_back(origin + "/.well-known/openid-configuration" + path);
  if (!path.empty()) places.push_back(origin + path + "/.well-known/openid-configuration");
  return places;
}

std::vector<std::string> resource_addresses(std::string_view resource) {
  const auto [origin, path] = parts_of(resource);
  std::vector<std::string> places{origin + "/.well-known/oauth-protected-resource" + path};
  if (!path.empty()) places.push_back(origin + "/.well-known/oauth-protected-resource");
  return places;
}

net::Awaitable<Result<SignInPlace>> find_sign_in_place(
    net::HttpClient& http, std::string resource, bool is_mcp, DiscoveryRules rules
) {
  const auto called = net::read_target(resource);
  rules.from_outside = !called || !net::is_listed(*called, rules.plain_hosts);
  const BearerChallenge challenge = co_await challenge_of(http, resource, is_mcp, rules);
  const auto document = co_await resource_document(http, resource, challenge.resource_metadata, rules);
  if (!document) co_return std::unexpected(document.error());
  const std::string said(document->text("resource"));
  if (!may_speak_for(said, resource)) co_return no_sign_in("what the service shows is about another service");
  const std::vector<std::string> servers = texts_in((*document)["authorization_servers"]);
  if (servers.empty()) co_return no_sign_in("the service names no authorization server");
  Result<SignInPlace> place = no_sign_in("");
  for (std::size_t i = 0; i < std::min(servers.size(), kServersMax); ++i) {
    place = co_await server_named(http, servers[i], rules);
    if (place) break;
  }
  if (!place) co_return place;
  place->resource = said;
  place->scopes = words_in(challenge.scope);
  if (place->scopes.empty()) place->scopes = texts_in((*document)["scopes_supported"]);
  co_return place;
}

Value client_document(std::string_view id, std::string_view redirect) {
  MapBuilder out;
  if (!id.empty()) out.set("client_id", id);
  return out.set("client_name", kClientName)
      .set("redirect_uris", ListBuilder().add(redirect).build())
      .set("grant_types", ListBuilder().add("authorization_code").add("refresh_token").build())
      .set("response_types", ListBuilder().add("code").build())
      .set("token_endpoint_auth_method", "none")
      .build();
}

net::Awaitable<Result<RegisteredClient>> register_client(
    net::HttpClient& http, SignInPlace place, std::string redirect, DiscoveryRules rules
) {
  if (place.registration_url.empty())
    co_return no_sign_in("the authorization server registers no clients; name one");
  net::OutgoingRequest request = request_for(place.registration_url, rules);
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = write_json(client_document({}, redirect));
  const auto answer = co_await http.send(std::move(request));
  if (!answer) co_return passing(answer.error().message);
  if (answer->status >= 500 || answer->status == 429)
    co_return passing("the authorization server answered " + std::to_string(answer->status));
  if (answer->status != 201 && answer->status != 200) {
    co_return no_sign_in(
        "the authorization server registered no client (it answered " + std::to_string(answer->status) + ")"
    );
  }
  const auto body = parse_json(answer->body);
  const std::string_view id = body ? body->text("client_id") : std::string_view();
  if (id.empty() || id.size() > kClientIdMax)
    co_return no_sign_in("the authorization server gave the client no id");
  const Value& until = (*body)["client_secret_expires_at"];
  co_return RegisteredClient{
      .id = std::string(id),
      .secret = Secret(std::string(body->text("client_secret"))),
      .until = until.is_int() ? until.as_int() : 0,
  };
}

}  // namespace parley::tools
