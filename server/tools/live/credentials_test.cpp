#include "server/tools/live/credentials.hpp"

#include <doctest/doctest.h>

#include "wire/test_json.hpp"

using namespace parley;
using namespace parley::tools;
using parley::wire::testing::json;

namespace {

const Value& schemes() {
  static const Value made = json(R"({
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "asked": {"type": "apiKey", "in": "query", "name": "api_key"},
    "jar": {"type": "apiKey", "in": "cookie", "name": "session"},
    "token": {"type": "http", "scheme": "Bearer"},
    "login": {"type": "http", "scheme": "basic"},
    "old_login": {"type": "basic"},
    "app": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://id.example/token", "scopes": {}}}},
    "old_app": {"type": "oauth2", "flow": "application", "tokenUrl": "https://id.example/old"},
    "people": {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://id.example/in",
      "tokenUrl": "https://id.example/token", "scopes": {"read": "", "write": ""}}}},
    "odd": {"type": "http", "scheme": "negotiate"}})");
  return made;
}

std::optional<Secret> known_secret(std::string_view name) {
  return name == "KEY" ? std::optional<Secret>(Secret("s3cret/+")) : std::nullopt;
}

CredentialChoice choice(std::string scheme, std::string kind = {}, std::string user = {}) {
  return {.scheme = std::move(scheme), .kind = std::move(kind), .secret = "KEY", .user = std::move(user)};
}

// What a request looks like that carries the credential.
std::string applied(const Credential& credential) {
  net::OutgoingRequest request{.url = "https://api.example/x?a=1", .headers = {{"Cookie", "a=b"}}};
  apply(credential, "fresh", request);
  std::string out = request.url.substr(21);
  for (const auto& [name, value] : request.headers) out += " " + name + "=" + value;
  return out;
}

}  // namespace

TEST_CASE("a secret is sent as the description says, or as the settings say") {
  struct Row {
    CredentialChoice choice;
    const char* sent;
  };
  CredentialChoice named = choice("own", "header");
  named.name = "X-Own";
  const Row rows[] = {
      {choice("key"), "?a=1 Cookie=a=b X-Key=s3cret/+"},
      {choice("asked"), "?a=1&api_key=s3cret%2F%2B Cookie=a=b"},
      {choice("jar"), "?a=1 Cookie=a=b; session=s3cret/+"},
      {choice("token"), "?a=1 Cookie=a=b Authorization=Bearer s3cret/+"},
      {choice("login", {}, "ana"), "?a=1 Cookie=a=b Authorization=Basic YW5hOnMzY3JldC8r"},
      {choice("old_login", {}, "ana"), "?a=1 Cookie=a=b Authorization=Basic YW5hOnMzY3JldC8r"},
      {choice("app", {}, "client"), "?a=1 Cookie=a=b Authorization=Bearer fresh"},
      {choice("old_app", {}, "client"), "?a=1 Cookie=a=b Authorization=Bearer fresh"},
      {choice("app"), "?a=1 Cookie=a=b Authorization=Bearer s3cret/+"},
      {choice("people", {}, "client"), "?a=1 Cookie=a=b Authorization=Bearer fresh"},
      {choice("people"), "?a=1 Cookie=a=b Authorization=Bearer s3cret/+"},
      {choice("odd", "bearer"), "?a=1 Cookie=a=b Authorization=Bearer s3cret/+"},
      {choice("none", "bearer"), "?a=1 Cookie=a=b Authorization=Bearer s3cret/+"},
      {named, "?a=1 Cookie=a=b X-Own=s3cret/+"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.choice.scheme);
    const auto credential = make_credential(row.choice, schemes(), known_secret);
    REQUIRE(credential.has_value());
    CHECK(applied(*credential) == row.sent);
  }
}

TEST_CASE("a client for which people sign in is made from the description and the settings") {
  CredentialChoice client = choice("people", {}, "client");
  client.secret.clear();
  client.kind = "authorization_code";
  const auto described = make_credential(client, schemes(), known_secret);
  REQUIRE(described.has_value());
  CHECK(described->kind == CredentialKind::authorization_code);
  CHECK(described->authorization_url == "https://id.example/in");
  CHECK(described->token_url == "https://id.example/token");
  CHECK(described->scopes == std::vector<std::string>{"read", "write"});
  CHECK(described->secret.reveal().empty());
  CHECK_FALSE(described->team);
  client.authorization_url = "https://own.example/in";
  client.scopes = {"read"};
  client.owner = "team";
  const auto changed = make_credential(client, schemes(), known_secret);
  REQUIRE(changed.has_value());
  CHECK(changed->authorization_url == "https://own.example/in");
  CHECK(changed->scopes == std::vector<std::string>{"read"});
  CHECK(changed->team);
}

TEST_CASE("what is missing is said, with what to write, and never the secret") {
  CredentialChoice unset = choice("key");
  unset.secret = "OTHER";
  struct Row {
    CredentialChoice choice;
    const char* message;
    const char* hint;
  };
  const Row rows[] = {
      {unset,
       "the secret OTHER of the credential 'key' is not set",
       "set PARLEY_SECRET_OTHER, or PARLEY_SECRET_OTHER_FILE to a file with it"},
      {choice("none"),
       "the description has no security scheme 'none'",
       "say how the secret is sent: kind: bearer, basic, header, query, cookie, client_credentials, "
       "authorization_code or discover"},
      {choice("odd"),
       "the scheme 'odd' is of a kind that is not known",
       "say how the secret is sent: kind: bearer, basic, header, query, cookie, client_credentials, "
       "authorization_code or discover"},
      {choice("none", "header"), "the credential 'none' needs a 'name'", "write it beside its secret"},
      {choice("none", "client_credentials", "me"),
       "the credential 'none' needs a 'token_url'",
       "write it beside its secret"},
      {choice("app", "authorization_code", "me"),
       "the credential 'app' needs a 'token_url'",
       "write it beside its secret"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.message);
    const auto credential = make_credential(row.choice, schemes(), known_secret);
    REQUIRE_FALSE(credential.has_value());
    CHECK(credential.error().message == row.message);
    CHECK(credential.error().hint == row.hint);
  }
}

TEST_CASE("a call carries the credentials of the first way that all is there for") {
  std::vector<Credential> all;
  for (const char* scheme : {"key", "asked"})
    all.push_back(*make_credential(choice(scheme), schemes(), known_secret));
  std::vector<Credential> with_own = all;
  with_own.push_back(*make_credential(choice("own", "bearer"), schemes(), known_secret));
  struct Row {
    const char* name;
    std::vector<wire::SecurityWay> ways;
    const std::vector<Credential>& all;
    const char* carried;
  };
  const Row rows[] = {
      {"no way is asked for", {}, all, ""},
      {"one", {{{"key", {}}}}, all, "key "},
      {"two together", {{{"key", {}}, {"asked", {}}}}, all, "key asked "},
      {"the first is not there", {{{"token", {}}}, {{"asked", {}}}}, all, "asked "},
      {"half of the first is there", {{{"key", {}}, {"token", {}}}, {{"asked", {}}}}, all, "asked "},
      {"anonymous is allowed, but a key is better", {{}, {{"key", {}}}}, all, "key "},
      {"only anonymous fits", {{{"token", {}}}, {}}, all, ""},
      {"nothing fits", {{{"token", {}}}}, all, "no_credentials"},
      {"one of our own goes everywhere", {}, with_own, "own "},
      {"also beside others", {{{"key", {}}}}, with_own, "own key "},
      {"and is enough", {{{"token", {}}}}, with_own, "own "},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    wire::Tool tool;
    tool.id = "shop.charge";
    tool.security = row.ways;
    const auto chosen = credentials_for(tool, row.all);
    std::string carried;
    if (chosen) {
      for (const Credential* each : *chosen) carried += each->scheme + " ";
    } else {
      carried = chosen.error().pointer;
    }
    CHECK(carried == row.carried);
  }
}

TEST_CASE("secrets are taken out of what a service repeats") {
  const std::vector<Credential> all{
      *make_credential(choice("login", {}, "ana"), schemes(), known_secret),
      *make_credential(choice("asked"), schemes(), known_secret),
  };
  struct Row {
    const char* text;
    const char* scrubbed;
  };
  const Row rows[] = {
      {"nothing to hide", "nothing to hide"},
      {"key s3cret/+ twice s3cret/+.", "key [secret] twice [secret]."},
      {"Basic YW5hOnMzY3JldC8r", "Basic [secret]"},
      {"?api_key=s3cret%2F%2B", "?api_key=[secret]"},
      {"the token t0ken", "the token [secret]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(scrubbed(row.text, all, "t0ken") == row.scrubbed);
  }
  const std::vector<Credential> odd{
      {.scheme = "self", .secret = Secret("secret")}, {.scheme = "short", .secret = Secret("a")}
  };
  CHECK(scrubbed("a secret", odd) == "a [secret]");
}
