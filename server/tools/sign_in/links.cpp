#include "server/tools/sign_in/links.hpp"

#include <utility>

#include "base/json.hpp"
#include "base/value.hpp"
#include "server/tools/sign_in/sealed.hpp"

namespace parley::tools {

namespace {

constexpr std::string_view kLinkPlace = "link";
constexpr std::string_view kStatePlace = "state";

Value as_value(const SignInLink& link) {
  ListBuilder scopes;
  for (const std::string& scope : link.scopes) scopes.add(scope);
  MapBuilder value;
  value.set("connector", link.connector).set("scheme", link.scheme).set("client", link.client_id);
  if (!link.conversation_id.empty()) value.set("conversation", link.conversation_id);
  if (!link.user_id.empty()) value.set("user", link.user_id);
  if (!link.scopes.empty()) value.set("scopes", scopes.build());
  return value.set("at", link.asked_at).build();
}

std::int64_t number(const Value& value) {
  return value.is_int() ? value.as_int() : 0;
}

SignInLink link_of(const Value& value) {
  SignInLink link{
      .connector = std::string(value.text("connector")),
      .scheme = std::string(value.text("scheme")),
      .conversation_id = std::string(value.text("conversation")),
      .user_id = std::string(value.text("user")),
      .client_id = std::string(value.text("client")),
      .scopes = {},
      .asked_at = number(value["at"]),
  };
  if (const Value* scopes = value.find("scopes"); scopes != nullptr && scopes->is_list()) {
    for (const Value& scope : scopes->as_list()) link.scopes.emplace_back(scope.as_string());
  }
  return link;
}

std::optional<Value> opened(std::string_view key, std::string_view place, std::string_view sealed) {
  const auto text = unseal(key, place, sealed);
  if (!text) return std::nullopt;
  auto value = parse_json(*text);
  return value && value->is_map() ? std::optional(*std::move(value)) : std::nullopt;
}

}  // namespace

SignInSeals::SignInSeals(std::string_view secret) : key_(sealing_key(secret, "parley sign-in states")) {}

std::string SignInSeals::seal(const SignInLink& link) const {
  return tools::seal(key_, kLinkPlace, write_json(as_value(link)));
}

std::string SignInSeals::seal(const SignInState& state) const {
  const Value value = MapBuilder()
                          .set("link", as_value(state.link))
                          .set("verifier", state.verifier)
                          .set("browser", state.browser)
                          .set("until", state.until)
                          .build();
  return tools::seal(key_, kStatePlace, write_json(value));
}

std::optional<SignInLink> SignInSeals::link(std::string_view sealed) const {
  const auto value = opened(key_, kLinkPlace, sealed);
  return value ? std::optional(link_of(*value)) : std::nullopt;
}

std::optional<SignInState> SignInSeals::state(std::string_view sealed) const {
  const auto value = opened(key_, kStatePlace, sealed);
  if (!value) return std::nullopt;
  return SignInState{
      .link = link_of((*value)["link"]),
      .verifier = std::string(value->text("verifier")),
      .browser = std::string(value->text("browser")),
      .until = number((*value)["until"]),
  };
}

}  // namespace parley::tools
