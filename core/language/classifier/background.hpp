// Messages that belong to no flow of any assistant. Static data; thread-safe.
#pragma once

#include <span>
#include <string_view>

namespace parley::language {

// Empty for a language without a list ("en" has one).
[[nodiscard]] std::span<const std::string_view> background_for(std::string_view language);

}  // namespace parley::language
