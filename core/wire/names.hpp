// Names that model providers and flows accept, made from what descriptions call things. Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::wire {

inline constexpr std::size_t kMaxNameLength = 64;

// Every character outside [A-Za-z0-9_-] becomes '_'; for argument names '.' may stay too.
[[nodiscard]] std::string clean_name(std::string_view text, bool dots = false);
// "get", "/rest/api/2/issue/{id}" → "get_rest_api_2_issue_id".
[[nodiscard]] std::string derived_name(std::string_view method, std::string_view path);
// At most 57 characters of `name`, '_' and six hexadecimal digits that hang on `identity` alone.
[[nodiscard]] std::string shortened(std::string_view name, std::string_view identity);

struct NameRequest {
  std::string wanted;    // clean
  std::string identity;  // unique: the method and the path
};
// One name for each request, at most 64 characters with the prefix. Requests that want the same name (upper
// and lower case count as the same) all get a suffix, so that names do not hang on the order.
[[nodiscard]] std::vector<std::string> unique_names(
    std::span<const NameRequest> requests, std::string_view prefix
);

// "github" → "github_"; what ends with '_' or '-' stays.
[[nodiscard]] std::string name_prefix(std::string_view given);

}  // namespace parley::wire
