#include "server/net/client/http_client.hpp"

#include <algorithm>

namespace parley::net {

std::string_view IncomingAnswer::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& header) -> std::string_view { return header.first; });
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

bool may_have_arrived(const Error& error) {
  constexpr std::string_view kAsked[] = {"timeout", "stalled", "interrupted", "too_large", "stopped"};
  return std::ranges::find(kAsked, error.pointer) != std::end(kAsked);
}

}  // namespace parley::net
