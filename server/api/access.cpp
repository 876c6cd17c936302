#include "server/api/access.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "server/net/proxies.hpp"
#include "server/ops/secrets.hpp"

namespace parley::api {

namespace {

constexpr std::string_view kKeyPrefix = "pk_";
constexpr std::string_view kBearer = "Bearer ";

std::unexpected<Problem> wrong_credential() {
  return std::unexpected(Problem{
      "token_invalid",
      "The token or API key is wrong or revoked.",
      "send the token that came with the conversation's first answer"
  });
}

bool was_forwarded(const net::Request& request) {
  constexpr std::array<std::string_view, 4> kTraces{"forwarded", "x-forwarded-for", "x-real-ip", "via"};
  return !net::is_loopback(request.peer) || std::ranges::any_of(kTraces, [&](std::string_view name) {
    return request.header(name).has_value();
  });
}

std::string_view as_view(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::anyone:
      return "anyone";
    case Role::visitor:
      return "visitor";
    case Role::operator_:
      return "operator";
    case Role::admin:
      return "admin";
  }
  return "anyone";
}

Access::Access(AccessOptions options)
    : secret_(std::move(options.secret)),
      configured_sha256_(options.configured_key.empty() ? "" : sha256_hex(options.configured_key)),
      loopback_(options.loopback),
      has_keys_(!options.configured_key.empty()),
      keys_(std::make_shared<const std::vector<ApiKey>>()) {}

std::expected<Caller, Problem> Access::identify(const net::Request& request) const {
  const auto credential = request.header("authorization");
  if (credential) {
    if (credential->size() < kBearer.size() ||
        !net::equals_ignoring_case(credential->substr(0, kBearer.size()), kBearer)) {
      return std::unexpected(Problem{
          "token_invalid",
          "Authorization must be 'Bearer' and a token.",
          "send Authorization: Bearer <token or API key>"
      });
    }
    return identify_credential(credential->substr(kBearer.size()));
  }
  if (!open()) return Caller{};
  // A page of a foreign site may have had its name resolved to this machine; it does not get this far. Nor
  // does who comes through a proxy on this machine, which may well call us by our local name.
  const auto host = request.header("host");
  return host && names_this_machine(*host) && !was_forwarded(request)
             ? Caller{Role::admin, std::string(kLocalCaller)}
             : Caller{};
}

std::expected<Caller, Problem> Access::identify_credential(std::string_view credential) const {
  if (credential.empty()) return wrong_credential();
  // A configured key may look like anything, so it is tried before the visitor's token, which is never it.
  if (!configured_sha256_.empty() && equal_in_constant_time(sha256_hex(credential), configured_sha256_)) {
    return Caller{Role::admin, "configured"};
  }
  if (credential.starts_with(kKeyPrefix)) return identify_key(credential);
  return Caller{Role::visitor, {}, std::string(credential)};
}

std::expected<Caller, Problem> Access::identify_key(std::string_view key) const {
  std::shared_ptr<const std::vector<ApiKey>> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  const std::string digest = sha256_hex(key);
  const ApiKey* found = nullptr;
  for (const ApiKey& candidate : *keys) {
    if (equal_in_constant_time(candidate.sha256, digest)) found = &candidate;
  }
  if (found == nullptr) return wrong_credential();
  return Caller{found->role, found->id};
}

std::string Access::visitor_token(std::string_view conversation_id) const {
  std::string message = "visitor ";
  message += conversation_id;
  return base64url_encode(as_view(hmac_sha256(secret_, message)));
}

std::string Access::user_token(std::string_view user_id) const {
  return base64url_encode(as_view(hmac_sha256(secret_, "user " + std::string(user_id))));
}

std::expected<std::string, Problem> Access::user_of(
    const Caller& caller, std::string_view user_id, std::string_view token
) const {
  if (caller.role >= Role::operator_) return std::string(user_id);
  if (token.empty()) return std::string();
  if (!user_id.empty() && equal_in_constant_time(token, user_token(user_id))) return std::string(user_id);
  return std::unexpected(Problem{
      "token_invalid",
      "The user_token is not that of this user_id.",
      "ask POST /v1/users/{id}/token for it, with an API key",
      "user_token"
  });
}

std::expected<void, Problem> Access::check_conversation(
    const Caller& caller, std::string_view conversation_id
) const {
  if (caller.role >= Role::operator_) return {};
  if (caller.role == Role::anyone) {
    return std::unexpected(Problem{
        "token_required",
        "This conversation belongs to somebody.",
        "send Authorization: Bearer <the token of its first answer, or an API key>"
    });
  }
  if (!equal_in_constant_time(caller.token, visitor_token(conversation_id))) return wrong_credential();
  return {};
}

void Access::set_keys(std::vector<ApiKey> keys) {
  const std::lock_guard lock(mutex_);
  has_keys_.store(!configured_sha256_.empty() || !keys.empty(), std::memory_order_release);
  keys_ = std::make_shared<const std::vector<ApiKey>>(std::move(keys));
}

std::vector<ApiKey> Access::keys() const {
  const std::lock_guard lock(mutex_);
  return *keys_;
}

NewApiKey make_api_key(std::string name, Role role, Timestamp at) {
  NewApiKey made;
  made.kept.id = hex_encode(ops::random_bytes(4));
  made.kept.name = std::move(name);
  made.kept.role = role;
  made.kept.created_at = at;
  made.text = std::string(kKeyPrefix) + made.kept.id + "_" + base64url_encode(ops::random_bytes(32));
  made.kept.sha256 = sha256_hex(made.text);
  return made;
}

std::string encode_keys(const std::vector<ApiKey>& keys) {
  ListBuilder list;
  for (const ApiKey& key : keys) {
    list.add(MapBuilder()
                 .set("id", key.id)
                 .set("name", key.name)
                 .set("role", name(key.role))
                 .set("sha256", key.sha256)
                 .set("created_at", format_timestamp(key.created_at))
                 .build());
  }
  return write_json(list.build());
}

Result<std::vector<ApiKey>> decode_keys(std::string_view text) {
  const auto list = parse_json(text);
  if (!list || !list->is_list()) return fail(ErrorCode::internal, "the stored API keys cannot be read");
  std::vector<ApiKey> keys;
  for (const Value& item : list->as_list()) {
    ApiKey key;
    key.id = item.text("id");
    key.name = item.text("name");
    key.role = item.text("role") == "admin" ? Role::admin : Role::operator_;
    key.sha256 = item.text("sha256");
    if (const auto at = parse_timestamp(item.text("created_at"))) key.created_at = *at;
    keys.push_back(std::move(key));
  }
  return keys;
}

bool names_this_machine(std::string_view host) {
  if (host.starts_with("[::1]")) return host.size() == 5 || host[5] == ':';
  const std::string_view name = host.substr(0, host.find(':'));
  return net::equals_ignoring_case(name, "localhost") || name == "127.0.0.1";
}

}  // namespace parley::api
