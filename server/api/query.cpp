#include "server/api/query.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "server/api/fields.hpp"

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

std::expected<void, Problem> check_query(const net::Query& query, const Route& route) {
  if (route.access == Role::anyone) return {};
  for (const auto& [name, value] : query.pairs()) {
    const auto known = std::ranges::find(route.query, name, &Parameter::name);
    if (known == route.query.end()) {
      std::vector<std::string_view> names;
      for (const Parameter& each : route.query) names.push_back(each.name);
      return std::unexpected(Problem{
          "unknown_field",
          "There is no parameter '" + name + "' here.",
          names.empty() ? "leave it out" : instead_of(name, names, "the parameters are "),
          name
      });
    }
    if (known->choices.empty() || value.empty()) continue;
    if (auto ok = check_choice(name, value, known->choices); !ok) return ok;
  }
  return {};
}

}  // namespace parley::api
