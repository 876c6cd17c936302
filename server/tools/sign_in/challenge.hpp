// What a service says to a caller whom it does not let in: WWW-Authenticate (RFC 9110, 11.6.1). Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::tools {

// Of the scheme Bearer; what is not there is empty.
struct BearerChallenge {
  std::string resource_metadata;  // a URL (RFC 9728)
  std::string scope;              // words with spaces between them
  std::string error;              // "invalid_token", "insufficient_scope"…
};

// The first challenge of the scheme Bearer in a header's value, which may hold several; nothing when there is
// none. Whatever is badly written ends the reading; what was read before it counts.
[[nodiscard]] std::optional<BearerChallenge> bearer_challenge(std::string_view header);

}  // namespace parley::tools
