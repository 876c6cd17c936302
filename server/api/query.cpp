#include "server/api/query.hpp"

#include <charconv>
#include <string>

namespace parley::api {

std::expected<std::uint64_t, Problem> query_number(
    const net::Request& request,
    std::string_view name,
    std::uint64_t fallback,
    std::uint64_t minimum,
    std::uint64_t maximum
) {
  const auto text = request.query.find(name);
  if (!text) return fallback;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size() && number >= minimum && number <= maximum)
    return number;
  const std::string named(name);
  const std::string range =
      maximum == UINT64_MAX ? "" : " from " + std::to_string(minimum) + " to " + std::to_string(maximum);
  return std::unexpected(
      Problem{"invalid_field", "'" + named + "' must be a whole number" + range + ".", {}, named}
  );
}

}  // namespace parley::api
