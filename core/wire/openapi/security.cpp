#include "wire/openapi/security.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/utf8.hpp"

namespace parley::wire::openapi {
namespace {

constexpr std::array<std::string_view, 11> kKeyNames{
    "access_token",
    "oauth_token",
    "api_key",
    "apikey",
    "api-key",
    "x-api-key",
    "auth_token",
    "authtoken",
    "x-api-token",
    "x-auth-token",
    "authorization",
};

bool speaks_of_credentials(std::string_view description) {
  const std::string text = ascii_lower(description);
  constexpr std::string_view kWords[] = {
      "authentication token",
      "auth token",
      "access token",
      "api key",
      "api token",
      "bearer token",
      "oauth token"
  };
  return std::ranges::any_of(kWords, [&](std::string_view word) { return text.contains(word); });
}

}  // namespace

const Value& security_schemes(const Document& document) {
  if (document.version() == Version::swagger2) return document.root()["securityDefinitions"];
  return document.root()["components"]["securitySchemes"];
}

std::vector<SecurityWay> security_ways(const Document& document, const Value& operation) {
  const Value* declared = operation.find("security");
  if (declared == nullptr || !declared->is_list()) declared = document.root().find("security");
  std::vector<SecurityWay> ways;
  if (declared == nullptr || !declared->is_list()) return ways;
  for (const Value& requirement : declared->as_list()) {
    if (!requirement.is_map()) continue;
    SecurityWay way;
    for (const auto& [scheme, scopes] : requirement.entries()) {
      if (!scheme.is_string()) continue;
      SecurityUse use{std::string(scheme.as_string()), {}};
      if (scopes.is_list()) {
        for (const Value& scope : scopes.as_list()) {
          if (scope.is_string()) use.scopes.emplace_back(scope.as_string());
        }
      }
      way.push_back(std::move(use));
    }
    ways.push_back(std::move(way));
  }
  return ways;
}

bool is_credential(
    const Value& schemes,
    std::string_view name,
    std::string_view in,
    std::string_view description,
    bool secured
) {
  if (in == "path") return false;
  const std::string lower = ascii_lower(name);
  if (in == "header" && lower == "authorization") return true;
  if (schemes.is_map()) {
    for (const auto& [key, scheme] : schemes.entries()) {
      if (scheme.text("type") == "apiKey" && scheme.text("in") == in &&
          ascii_lower(scheme.text("name")) == lower) {
        return true;
      }
    }
  }
  if (!secured) return false;
  if (std::ranges::find(kKeyNames, lower) != kKeyNames.end()) return true;
  return (lower == "token" || lower == "key") && speaks_of_credentials(description);
}

}  // namespace parley::wire::openapi
