// Sealed texts in the store, by name: what people have granted, what was found out of services. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/time.hpp"
#include "server/net/loop.hpp"
#include "server/tools/sign_in/sealed.hpp"

namespace parley::tools {

// Somebody came back from the authorization server.
struct SignedIn {
  std::string connector;
  std::string conversation_id;  // empty: for the team
  // What the person has to write in that conversation before it counts; empty: it counts already.
  std::string code = {};
};

// Where sealed texts are kept, by name; what was never put is nothing.
struct SignInWorld {
  std::function<net::Awaitable<Result<std::optional<std::string>>>(std::string name)> get;
  std::function<net::Awaitable<Result<void>>(std::string name, std::string text)> put;
  // Only while it is `before`, as it stands there; otherwise ErrorCode::conflict.
  std::function<net::Awaitable<Result<void>>(std::string name, std::string before, std::string text)> replace;
  std::function<Timestamp()> now;
  std::string secret;  // of the server
  // The conversation goes on. May be empty.
  std::function<net::Awaitable<void>(SignedIn)> go_on = {};
};

class Vault {
 public:
  Vault(SignInWorld world, std::string_view purpose)
      : world_(std::move(world)), key_(sealing_key(world_.secret, purpose)) {}

  [[nodiscard]] Timestamp now() const { return world_.now(); }
  [[nodiscard]] const SignInWorld& world() const { return world_; }

  // Nothing, too, when it was sealed by another server or changed since.
  net::Awaitable<Result<std::optional<std::string>>> get(std::string name) {
    auto held = co_await get_held(std::move(name));
    if (!held) co_return std::unexpected(std::move(held.error()));
    if (!*held) co_return std::nullopt;
    co_return std::move((*held)->text);
  }
  struct Held {
    std::string text;
    std::string sealed;  // as it is stored
  };
  net::Awaitable<Result<std::optional<Held>>> get_held(std::string name) {
    auto stored = co_await world_.get(name);
    if (!stored) co_return std::unexpected(stored.error());
    if (!*stored || (*stored)->empty()) co_return std::nullopt;
    auto text = unseal(key_, name, **stored);
    if (!text) co_return std::nullopt;
    co_return Held{*std::move(text), **std::move(stored)};
  }
  // Only while it is what was held. An empty text removes it.
  net::Awaitable<Result<void>> replace(std::string name, Held before, std::string text) {
    std::string sealed = text.empty() ? std::string() : seal(key_, name, text);
    co_return co_await world_.replace(std::move(name), std::move(before.sealed), std::move(sealed));
  }
  net::Awaitable<Result<void>> put(std::string name, std::string text) {
    std::string sealed = seal(key_, name, text);
    co_return co_await world_.put(std::move(name), std::move(sealed));
  }
  net::Awaitable<Result<void>> remove(std::string name) {
    co_return co_await world_.put(std::move(name), std::string());
  }

 private:
  SignInWorld world_;
  const std::string key_;
};

}  // namespace parley::tools
