#include "server/tools/sign_in/confirmations.hpp"

#include <openssl/rand.h>

#include <cstdint>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "server/tools/sign_in/grants.hpp"
#include "server/turns/grant_names.hpp"

namespace parley::tools {

namespace {

constexpr std::size_t kDigits = 6;
constexpr std::size_t kTextMax = 32;
constexpr int kTriesMax = 4;  // of several codes at once each counts

// No connector has an empty name.
std::string place_of(std::string_view conversation_id) {
  return turns::grant_name("", "waiting", {.user_id = {}, .conversation_id = conversation_id});
}

std::string random_code() {
  std::string code;
  while (code.size() < kDigits) {
    unsigned char byte = 0;
    INVARIANT(RAND_bytes(&byte, 1) == 1, "the system gives random bytes");
    if (byte < 250) code += static_cast<char>('0' + byte % 10);  // each digit as often as any other
  }
  return code;
}

struct Waiting {
  WaitingGrant grant;
  std::string code;
  std::int64_t wrong = 0;
  std::int64_t until = 0;
};

std::string encode(const Waiting& waiting) {
  return write_json(MapBuilder()
                        .set("connector", waiting.grant.connector)
                        .set("scheme", waiting.grant.scheme)
                        .set("name", waiting.grant.name)
                        .set("grant", as_value(waiting.grant.grant))
                        .set("code", waiting.code)
                        .set("wrong", waiting.wrong)
                        .set("until", waiting.until)
                        .build());
}

std::optional<Waiting> decode(std::string_view text) {
  const auto value = parse_json(text);
  if (!value || !value->is_map() || value->text("code").size() != kDigits) return std::nullopt;
  const auto number = [&](std::string_view name) {
    return (*value)[name].is_int() ? (*value)[name].as_int() : 0;
  };
  return Waiting{
      .grant =
          {.connector = std::string(value->text("connector")),
           .scheme = std::string(value->text("scheme")),
           .name = std::string(value->text("name")),
           .grant = grant_of((*value)["grant"]).value_or(Grant{})},
      .code = std::string(value->text("code")),
      .wrong = number("wrong"),
      .until = number("until"),
  };
}

}  // namespace

std::string confirmation_code_in(std::string_view text) {
  if (text.size() > kTextMax) return {};
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != ' ' && c != '-' && c != '\n') {
      return {};
    }
  }
  return digits.size() == kDigits ? digits : std::string();
}

net::Awaitable<Result<Confirmations::Asked>> Confirmations::wait(
    std::string conversation_id, WaitingGrant grant
) {
  const std::string place = place_of(conversation_id);
  const auto before = co_await vault_->get(place);
  if (!before) co_return std::unexpected(before.error());
  const Waiting waiting{
      .grant = std::move(grant), .code = random_code(), .until = vault_->now().seconds + kSeconds
  };
  auto put = co_await vault_->put(place, encode(waiting));
  if (!put) co_return std::unexpected(std::move(put.error()));
  auto replaced = *before ? decode(**before) : std::nullopt;
  co_return Asked{waiting.code, replaced ? std::move(replaced->grant) : WaitingGrant{}};
}

net::Awaitable<Result<Confirmations::Shown>> Confirmations::show(
    std::string conversation_id, std::string code
) {
  using Kind = Shown::Kind;
  const std::string place = place_of(conversation_id);
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto held = co_await vault_->get_held(place);
    if (!held) co_return std::unexpected(held.error());
    auto waiting = *held ? decode((*held)->text) : std::nullopt;
    if (!waiting) co_return Shown{};
    const bool late = waiting->until < vault_->now().seconds;
    const bool right = equal_in_constant_time(waiting->code, code);
    if (!late && right) co_return Shown{Kind::right, std::move(waiting->grant)};
    const bool confirmed = waiting->grant.grant.access.reveal().empty();
    if (!late && confirmed) co_return Shown{};
    const bool last = late || ++waiting->wrong >= kWrongMax;
    auto noted = co_await vault_->replace(place, **held, last ? std::string() : encode(*waiting));
    if (!noted && noted.error().code == ErrorCode::conflict) continue;
    if (!noted) co_return std::unexpected(std::move(noted.error()));
    if (confirmed) co_return Shown{};
    co_return Shown{last ? Kind::given_up : Kind::wrong, std::move(waiting->grant)};
  }
  co_return Shown{};
}

net::Awaitable<Result<void>> Confirmations::confirmed(std::string conversation_id, std::string code) {
  const std::string place = place_of(conversation_id);
  const auto held = co_await vault_->get_held(place);
  if (!held) co_return std::unexpected(held.error());
  auto waiting = *held ? decode((*held)->text) : std::nullopt;
  if (!waiting || !equal_in_constant_time(waiting->code, code)) co_return Result<void>();
  waiting->grant.grant = {};
  auto noted = co_await vault_->replace(place, **held, encode(*waiting));
  // Somebody else has noted it, or another sign-in waits by now.
  if (!noted && noted.error().code == ErrorCode::conflict) co_return Result<void>();
  co_return noted;
}

}  // namespace parley::tools
