#include "server/tools/live/tokens.hpp"

#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "server/net/client/egress.hpp"

namespace parley::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kUsualSeconds = 300;  // of a token that does not say how long it lives
constexpr std::int64_t kMarginSeconds = 30;
constexpr std::int64_t kMostSeconds = 366 * 24 * 3600;
constexpr std::size_t kTokenBytesMax = 64U << 10U;

std::string form_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '*';
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

net::OutgoingRequest token_request(
    const Credential& credential, const std::string& scopes, std::uint32_t timeout_ms
) {
  net::OutgoingRequest request{.method = "POST", .url = credential.token_url};
  const std::string client = form_encoded(credential.user) + ":" + form_encoded(credential.secret.reveal());
  request.headers = {
      {"Authorization", "Basic " + base64_encode(client)},
      {"Content-Type", "application/x-www-form-urlencoded"},
      {"Accept", "application/json"},
  };
  request.body = "grant_type=client_credentials";
  if (!scopes.empty()) request.body += "&scope=" + form_encoded(scopes);
  request.timeout_ms = timeout_ms;
  request.max_answer_bytes = kTokenBytesMax;
  request.allowed_hosts = {net::host_and_port(credential.token_url)};
  return request;
}

// Says nothing of the answer's text, which may hold a token.
std::unexpected<Error> no_token(const Credential& credential, std::string why, bool passing) {
  return fail(
      passing ? ErrorCode::unavailable : ErrorCode::unauthenticated,
      "no token for '" + credential.scheme + "': " + std::move(why),
      passing ? "unavailable" : "no_token",
      "check user, secret and token_url under tools.connectors in parley.yaml"
  );
}

}  // namespace

net::Awaitable<Result<std::string>> TokenSource::token(
    const Credential& credential,
    std::vector<std::string> scopes,
    std::string refused,
    std::uint32_t timeout_ms
) {
  const std::string wanted = joined(credential.scopes.empty() ? scopes : credential.scopes);
  const std::string key = credential.scheme + " " + wanted;
  {
    const std::lock_guard lock(mutex_);
    const auto kept = kept_.find(key);
    if (kept != kept_.end() && kept->second.until > Clock::now() && kept->second.token.reveal() != refused)
      co_return std::string(kept->second.token.reveal());
  }
  const auto answer = co_await client_->send(token_request(credential, wanted, timeout_ms));
  if (!answer) co_return no_token(credential, answer.error().message, true);
  if (answer->status != 200) {
    const bool passing = answer->status >= 500 || answer->status == 429 || answer->status == 408;
    co_return no_token(credential, "the token server answered " + std::to_string(answer->status), passing);
  }
  const auto body = parse_json(answer->body, {.reject_duplicate_keys = false});
  if (!body || body->text("access_token").empty())
    co_return no_token(credential, "the answer of the token server has no access_token", false);
  const Value& lifetime = (*body)["expires_in"];
  // Whatever a server says: a clock that counts nanoseconds holds no more than three centuries.
  const std::int64_t seconds =
      std::clamp<std::int64_t>(lifetime.is_int() ? lifetime.as_int() : kUsualSeconds, 0, kMostSeconds);
  std::string token(body->text("access_token"));
  const std::lock_guard lock(mutex_);
  kept_[key] = {
      Secret(token), Clock::now() + std::chrono::seconds(std::max<std::int64_t>(seconds - kMarginSeconds, 0))
  };
  co_return token;
}

}  // namespace parley::tools
