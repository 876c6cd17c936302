#include "server/tools/sign_in/exchange.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "server/net/client/egress.hpp"
#include "wire/serialise.hpp"

namespace parley::tools {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kAnswerBytesMax = 64U << 10U;
constexpr std::size_t kUserCodeMax = 64;

std::string form_of(const Fields& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form += form.empty() ? "" : "&";
    form += wire::percent_encoded(name) + "=" + wire::percent_encoded(value);
  }
  return form;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// How the client shows who it is: as the specification wants it, or in the body, as some servers do.
enum class Showing : std::uint8_t { header, body };

net::OutgoingRequest request_of(
    const SignInClient& client,
    const std::string& url,
    Fields fields,
    Showing showing,
    std::uint32_t timeout_ms
) {
  net::OutgoingRequest request{.method = "POST", .url = url};
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  const std::string secret(client.secret.reveal());
  if (secret.empty() || showing == Showing::body) {
    fields.emplace_back("client_id", client.client_id);
    if (!secret.empty()) fields.emplace_back("client_secret", secret);
  } else {
    const std::string pair = wire::percent_encoded(client.client_id) + ":" + wire::percent_encoded(secret);
    request.headers.emplace_back("Authorization", "Basic " + base64_encode(pair));
  }
  request.body = form_of(fields);
  request.timeout_ms = timeout_ms;
  request.max_answer_bytes = kAnswerBytesMax;
  // What a stranger named may be on no other port than the web's.
  if (!client.found) request.allowed_hosts = {net::host_and_port(url)};
  return request;
}

bool wants_another_showing(const net::IncomingAnswer& answer) {
  if (answer.status != 401 && answer.status != 400) return false;
  const auto body = parse_json(answer.body, {.reject_duplicate_keys = false});
  return body && body->text("error") == "invalid_client";
}

net::Awaitable<Result<net::IncomingAnswer>> ask(
    net::HttpClient& http,
    const SignInClient& client,
    std::string url,
    Fields fields,
    std::uint32_t timeout_ms
) {
  auto answer = co_await http.send(request_of(client, url, fields, Showing::header, timeout_ms));
  const bool again = answer && !client.secret.reveal().empty() && wants_another_showing(*answer);
  if (!again) co_return answer;
  co_return co_await http.send(request_of(client, url, std::move(fields), Showing::body, timeout_ms));
}

constexpr std::int64_t kLongestSeconds = 10LL * 366 * 24 * 3600;

std::unexpected<Error> failed(std::string why, bool passing) {
  return fail(
      passing ? ErrorCode::unavailable : ErrorCode::unauthenticated,
      std::move(why),
      passing ? "unavailable" : "refused"
  );
}

// What is wrong with the client, such as a secret that was changed, may be put right; a grant that is dropped
// for it would make everybody sign in again.
bool blames_client(const net::IncomingAnswer& answer) {
  constexpr auto kBlames = std::to_array<std::string_view>(
      {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request"}
  );
  const auto body = parse_json(answer.body, {.reject_duplicate_keys = false});
  const std::string_view error = body ? body->text("error") : std::string_view();
  if (!error.empty()) return std::ranges::find(kBlames, error) != kBlames.end();
  return answer.status == 401 || answer.status == 403 || answer.status == 404 || answer.status == 405;
}

// An answer that gives nothing: why, as far as what the client does next hangs on it.
std::unexpected<Error> refusal_in(const net::IncomingAnswer& answer) {
  const bool passing = answer.status >= 500 || answer.status == 429 || answer.status == 408;
  auto refusal = failed("the authorization server answered " + std::to_string(answer.status), passing);
  const auto body = parse_json(answer.body, {.reject_duplicate_keys = false});
  const std::string_view code = body ? body->text("error") : std::string_view();
  for (const auto& [theirs, ours] :
       {std::pair("invalid_client", "client_refused"),
        std::pair("authorization_pending", "pending"),
        std::pair("slow_down", "slow_down")}) {
    if (!passing && code == theirs) refusal.error().pointer = ours;
  }
  return refusal;
}

// Which service the token is for, where the server may give tokens for several.
void add_resource(Fields& fields, const SignInClient& client) {
  if (client.found) fields.emplace_back("resource", client.found->resource);
}

Result<Grant> grant_in(const Result<net::IncomingAnswer>& answer, Timestamp now) {
  if (!answer) return failed(answer.error().message, true);
  if (answer->status != 200 && blames_client(*answer)) {
    return fail(
        ErrorCode::unauthenticated,
        "the authorization server answered " + std::to_string(answer->status),
        "client_refused",
        "check user, secret and token_url under tools.connectors in parley.yaml"
    );
  }
  if (answer->status != 200) return refusal_in(*answer);
  const auto body = parse_json(answer->body, {.reject_duplicate_keys = false});
  if (!body || body->text("access_token").empty())
    return failed("the authorization server gave no access token", false);
  Grant grant{
      .access = Secret(std::string(body->text("access_token"))),
      .refresh = Secret(std::string(body->text("refresh_token"))),
      .until = {},
  };
  const Value& lifetime = (*body)["expires_in"];
  if (lifetime.is_int() && lifetime.as_int() > 0)
    grant.until = {now.seconds + std::min(lifetime.as_int(), kLongestSeconds), 0};
  return grant;
}

}  // namespace

Pkce make_pkce(std::string_view random_bytes) {
  Pkce pkce{.verifier = base64url_encode(random_bytes)};
  const auto digest = sha256(pkce.verifier);
  pkce.challenge = base64url_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
  return pkce;
}

std::string authorization_link(
    const SignInClient& client, std::string_view redirect, std::string_view state, std::string_view challenge
) {
  Fields fields{
      {"response_type", "code"},
      {"client_id", client.client_id},
      {"redirect_uri", std::string(redirect)},
      {"state", std::string(state)},
      {"code_challenge", std::string(challenge)},
      {"code_challenge_method", "S256"},
  };
  if (!client.scopes.empty()) fields.emplace_back("scope", joined(client.scopes));
  add_resource(fields, client);
  // Who asks for lasting access must say that it is meant, or nothing lasting is given.
  if (std::ranges::find(client.scopes, "offline_access") != client.scopes.end())
    fields.emplace_back("prompt", "consent");
  return client.authorization_url + (client.authorization_url.contains('?') ? "&" : "?") + form_of(fields);
}

net::Awaitable<Result<Grant>> redeem_code(
    net::HttpClient& http,
    const SignInClient& client,
    std::string code,
    std::string verifier,
    std::string redirect,
    Timestamp now,
    std::uint32_t timeout_ms
) {
  Fields fields{
      {"grant_type", "authorization_code"},
      {"code", std::move(code)},
      {"redirect_uri", std::move(redirect)},
      {"code_verifier", std::move(verifier)},
  };
  add_resource(fields, client);
  co_return grant_in(co_await ask(http, client, client.token_url, std::move(fields), timeout_ms), now);
}

net::Awaitable<Result<Grant>> refresh_grant(
    net::HttpClient& http, const SignInClient& client, Grant old, Timestamp now, std::uint32_t timeout_ms
) {
  Fields fields{{"grant_type", "refresh_token"}, {"refresh_token", std::string(old.refresh.reveal())}};
  add_resource(fields, client);
  auto fresh = grant_in(co_await ask(http, client, client.token_url, std::move(fields), timeout_ms), now);
  if (fresh && fresh->refresh.reveal().empty()) fresh->refresh = old.refresh;
  co_return fresh;
}

net::Awaitable<Result<DeviceCode>> ask_for_device_code(
    net::HttpClient& http, const SignInClient& client, std::uint32_t timeout_ms
) {
  Fields fields;
  if (!client.scopes.empty()) fields.emplace_back("scope", joined(client.scopes));
  add_resource(fields, client);
  const auto answer = co_await ask(http, client, client.device_url, std::move(fields), timeout_ms);
  if (!answer) co_return failed(answer.error().message, true);
  if (answer->status != 200) co_return refusal_in(*answer);
  const auto body = parse_json(answer->body, {.reject_duplicate_keys = false});
  const auto number = [&](std::string_view name, std::int64_t usual) {
    const Value& value = (*body)[name];
    return value.is_int() && value.as_int() > 0 ? value.as_int() : usual;
  };
  if (!body || body->text("device_code").empty() || body->text("user_code").empty())
    co_return failed("the authorization server gave no code", false);
  DeviceCode code{
      .code = Secret(std::string(body->text("device_code"))),
      .user_code = std::string(body->text("user_code")),
      .address = std::string(body->text("verification_uri")),
      .full_address = std::string(body->text("verification_uri_complete")),
      .lives_seconds = number("expires_in", 600),
      .interval_seconds = number("interval", 5),
  };
  // It is shown to people: nothing but the address of a page, and a code.
  const bool shown = net::read_target(code.address).has_value() &&
                     (code.full_address.empty() || net::read_target(code.full_address).has_value()) &&
                     code.user_code.size() <= kUserCodeMax &&
                     std::ranges::all_of(code.user_code, [](char c) { return c > ' ' && c < 0x7F; });
  if (!shown) co_return failed("the authorization server gave no address that can be shown", false);
  co_return code;
}

net::Awaitable<Result<Grant>> redeem_device_code(
    net::HttpClient& http, const SignInClient& client, Secret code, Timestamp now, std::uint32_t timeout_ms
) {
  Fields fields{
      {"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
      {"device_code", std::string(code.reveal())},
  };
  add_resource(fields, client);
  co_return grant_in(co_await ask(http, client, client.token_url, std::move(fields), timeout_ms), now);
}

net::Awaitable<Result<void>> revoke_grant(
    net::HttpClient& http, const SignInClient& client, Grant grant, std::uint32_t timeout_ms
) {
  if (client.revocation_url.empty()) co_return Result<void>();
  // Who takes a refresh token back takes what came from it back too.
  const bool lasting = !grant.refresh.reveal().empty();
  Fields fields{
      {"token", std::string((lasting ? grant.refresh : grant.access).reveal())},
      {"token_type_hint", lasting ? "refresh_token" : "access_token"},
  };
  const auto answer = co_await ask(http, client, client.revocation_url, std::move(fields), timeout_ms);
  if (!answer) co_return failed(answer.error().message, true);
  if (answer->status == 200) co_return Result<void>();
  co_return failed(
      "the authorization server answered " + std::to_string(answer->status), answer->status >= 500
  );
}

}  // namespace parley::tools
