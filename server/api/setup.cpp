// The set-up link and its page, which works without scripts.
#include "server/api/setup.hpp"

#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "server/api/handlers.hpp"
#include "server/api/inbound/page.hpp"
#include "server/ops/log.hpp"
#include "server/ops/secrets.hpp"

namespace parley::api {

namespace {

constexpr std::string_view kKeysSetting = "api_keys";
constexpr std::string_view kLinkSetting = "setup_link";

struct Link {
  std::string sha256;
  Timestamp expires_at;
  bool used = false;
};

std::string encode_link(const Link& link) {
  return write_json(MapBuilder()
                        .set("sha256", link.sha256)
                        .set("expires_at", format_timestamp(link.expires_at))
                        .set("used", link.used)
                        .build());
}

std::optional<Link> decode_link(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto value = parse_json(*text);
  if (!value) return std::nullopt;
  const auto expires_at = parse_timestamp(value->text("expires_at"));
  if (!expires_at) return std::nullopt;
  return Link{
      std::string(value->text("sha256")),
      *expires_at,
      (*value)["used"].is_bool() && (*value)["used"].as_bool()
  };
}

std::unexpected<Error> spent(std::string message);

// Whether the link that is stored is the one with this token, and may be used.
Result<void> usable(const std::optional<Link>& link, std::string_view token, Timestamp now) {
  if (!link || !equal_in_constant_time(link->sha256, sha256_hex(token))) {
    return fail(
        ErrorCode::not_found,
        "This is not the set-up link of this server.",
        "not_found",
        "take the one that the server printed last"
    );
  }
  if (link->used) return spent("This set-up link has been used.");
  if (link->expires_at < now) return spent("This set-up link has expired.");
  return {};
}

std::unexpected<Error> spent(std::string message) {
  return fail(
      ErrorCode::conflict,
      std::move(message),
      "setup_link_used",
      "a restart prints a new link while no admin key exists"
  );
}

}  // namespace

turns::Awaitable<Result<void>> Setup::read_keys() {
  const auto stored = co_await store_.setting(tenant_, kKeysSetting);
  if (!stored) co_return std::unexpected(stored.error());
  if (!*stored) co_return Result<void>();
  auto keys = decode_keys(**stored);
  if (!keys) co_return std::unexpected(std::move(keys.error()));
  access_.set_keys(std::move(*keys));
  co_return Result<void>();
}

turns::Awaitable<Result<std::optional<std::string>>> Setup::begin() {
  if (auto read = co_await read_keys(); !read) co_return std::unexpected(std::move(read.error()));
  if (access_.has_keys()) co_return std::nullopt;
  std::string token = base64url_encode(ops::random_bytes(32));
  Timestamp expires_at = clock_.now();
  expires_at.seconds += kSetupLinkSeconds;
  auto put = co_await store_.put_setting(tenant_, kLinkSetting, encode_link({sha256_hex(token), expires_at}));
  if (!put) co_return std::unexpected(std::move(put.error()));
  co_return std::optional<std::string>(std::move(token));
}

turns::Awaitable<Result<void>> Setup::check(std::string_view token) {
  const auto stored = co_await store_.setting(tenant_, kLinkSetting);
  if (!stored) co_return std::unexpected(stored.error());
  co_return usable(decode_link(*stored), token, clock_.now());
}

turns::Awaitable<Result<std::string>> Setup::redeem(std::string_view token) {
  const auto stored = co_await store_.setting(tenant_, kLinkSetting);
  if (!stored) co_return std::unexpected(stored.error());
  if (auto fits = usable(decode_link(*stored), token, clock_.now()); !fits)
    co_return std::unexpected(std::move(fits.error()));
  // The link is spent before the key exists: a crash in between costs a restart, never a second key. Of
  // several who follow it at once, at several servers perhaps, one spends it.
  auto used = co_await store_.replace_setting(
      tenant_, kLinkSetting, *stored, encode_link({sha256_hex(token), clock_.now(), true})
  );
  if (!used && used.error().pointer == turns::kSettingChanged)
    co_return spent("This set-up link has been used.");
  if (!used) co_return std::unexpected(std::move(used.error()));
  // A server that was starting meanwhile may have made another link.
  NewApiKey made = make_api_key("admin", Role::admin, clock_.now());
  std::vector<ApiKey> keys{made.kept};
  auto put = co_await store_.replace_setting(tenant_, kKeysSetting, std::nullopt, encode_keys(keys));
  if (!put && put.error().pointer == turns::kSettingChanged) {
    if (auto read = co_await read_keys(); !read) co_return std::unexpected(std::move(read.error()));
    co_return spent("An admin key exists already.");
  }
  if (!put) co_return std::unexpected(std::move(put.error()));
  access_.set_keys(std::move(keys));
  ops::log(ops::LogLevel::info, "admin key created", {{"key", made.kept.id}});
  co_return std::move(made.text);
}

namespace {

net::Response setup_page(int status, std::string_view content) {
  return render({.status = status, .title = "Parley set-up", .content = std::string(content)});
}

net::Response setup_refusal(const Error& error, const Call& call) {
  if (error.code == ErrorCode::internal || error.code == ErrorCode::unavailable) return failed(error, call);
  const Problem problem = problem_from(error);
  return setup_page(
      row_of(problem.code).status,
      "<p role=\"alert\">" + escape_html(problem.message) + "</p><p>" + escape_html(problem.hint) + ".</p>"
  );
}

}  // namespace

Reply get_setup(Api& api, Call& call) {
  const std::string token(call.request.query.find("token").value_or(""));
  if (auto usable = co_await api.setup().check(token); !usable) co_return setup_refusal(usable.error(), call);
  // The key is made by a POST: link previews and prefetches must not use the link up.
  co_return setup_page(
      200,
      "<p>This makes the first admin key of this server. It is shown once.</p><form method=\"post\" "
      "action=\"/setup?token=" +
          escape_html(token) + "\"><button>Create the admin key</button></form>"
  );
}

Reply post_setup(Api& api, Call& call) {
  const std::string token(call.request.query.find("token").value_or(""));
  const auto key = co_await api.setup().redeem(token);
  if (!key) co_return setup_refusal(key.error(), call);
  api.driver().live().changed(api.tenant(), turns::kKeys, 0);
  co_return setup_page(
      200,
      "<p>Your admin key:</p><p><code>" + *key +
          "</code></p><p>Keep it now; only its fingerprint is stored. Send it as <code>Authorization: Bearer "
          "&lt;key&gt;</code>.</p><p><a href=\"/\">To the chat</a></p>"
  );
}

}  // namespace parley::api
