// The names of the settings that hold what people have granted to connectors (server/tools/sign_in), in which
// an erasure finds those of conversations that are no more. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::turns {

inline constexpr std::string_view kGrants = "grant:";

// Nothing for a conversation: of the team. These names never change: grants are sealed under them.
[[nodiscard]] inline std::string grant_name(
    std::string_view connector, std::string_view scheme, std::optional<std::string_view> conversation_id
) {
  std::string name(kGrants);
  name.append(connector).append(":").append(scheme);
  return conversation_id ? name.append(":conversation:").append(*conversation_id) : name.append(":team");
}

// Empty: it is no grant, or of no conversation.
[[nodiscard]] inline std::string_view conversation_of_grant(std::string_view name) {
  constexpr std::string_view kOf = ":conversation:";
  const std::size_t found = name.starts_with(kGrants) ? name.find(kOf) : name.npos;
  return found == name.npos ? std::string_view() : name.substr(found + kOf.size());
}

}  // namespace parley::turns
