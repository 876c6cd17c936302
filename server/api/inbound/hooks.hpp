// Webhooks: what other systems send to POST /v1/hooks/{name}, signed, becomes an event that starts a flow.
//
// A table of them is made from the settings whenever these change; immutable then, so thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "assistant/hook_settings.hpp"
#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/webhook/signature.hpp"

namespace parley::api {

struct Hook {
  std::string name;
  wire::SignatureScheme scheme;
  std::string secret;  // empty: not set, so nothing is taken
  assistant::HookSettings settings;
};

using HookTable = std::map<std::string, Hook, std::less<>>;

// `find_secret` gives the value of a secret by its name.
[[nodiscard]] HookTable make_hooks(
    const assistant::HookTable& settings,
    const std::function<std::optional<std::string>(std::string_view name)>& find_secret
);

// What a delivery means to flows.
struct Happening {
  std::string id;     // of the delivery; the same for every sending of it
  std::string event;  // empty: the hook leaves it out
  std::string user;
  Value data;
};

// Of a request whose signature was right. Fails when the body cannot be read.
[[nodiscard]] Result<Happening> happening_of(
    const Hook& hook, const wire::HeaderLookup& header, std::string_view body, const Value& headers
);

}  // namespace parley::api
