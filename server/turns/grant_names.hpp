// The names of the settings that hold what people have granted to connectors (server/tools/sign_in), in which
// an erasure finds those of a user, and of conversations that are no more. Pure.
#pragma once

#include <string>
#include <string_view>

namespace parley::turns {

inline constexpr std::string_view kGrants = "grant:";

// Whose a grant is: a user's who is known, else a conversation's, else the team's; what is not said is empty.
struct GrantOwner {
  std::string_view user_id;
  std::string_view conversation_id;
};

// These names never change: grants are sealed under them. Connectors and schemes are names without a colon.
[[nodiscard]] inline std::string grant_name(
    std::string_view connector, std::string_view scheme, const GrantOwner& owner
) {
  std::string name(kGrants);
  name.append(connector).append(":").append(scheme);
  if (!owner.user_id.empty()) return name.append(":user:").append(owner.user_id);
  if (!owner.conversation_id.empty()) return name.append(":conversation:").append(owner.conversation_id);
  return name.append(":team");
}

// Views into the name; both empty: it is no grant, or the team's.
[[nodiscard]] inline GrantOwner owner_of_grant(std::string_view name) {
  if (!name.starts_with(kGrants)) return {};
  std::string_view rest = name.substr(kGrants.size());
  for (int part = 0; part < 2; ++part) {
    const std::size_t colon = rest.find(':');
    if (colon == rest.npos) return {};
    rest.remove_prefix(colon + 1);
  }
  constexpr std::string_view kUser = "user:";
  constexpr std::string_view kConversation = "conversation:";
  if (rest.starts_with(kUser)) return {.user_id = rest.substr(kUser.size()), .conversation_id = {}};
  if (rest.starts_with(kConversation))
    return {.user_id = {}, .conversation_id = rest.substr(kConversation.size())};
  return {};
}

}  // namespace parley::turns
