#include "wire/openapi/document.hpp"

#include <optional>
#include <utility>

#include "base/json_pointer.hpp"

namespace parley::wire::openapi {
namespace {

constexpr int kMaxChain = 16;

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

const Value* child(const Value& parent, const std::string& token) {
  if (parent.is_map()) {
    if (const Value* found = parent.find(token)) return found;
  }
  if (token.empty() || token.size() > 6) return nullptr;
  std::size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return nullptr;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  // Unquoted status codes of YAML are numbers.
  if (parent.is_map()) return parent.find(Value(static_cast<std::int64_t>(index)));
  return parent.is_list() && index < parent.size() ? &parent.as_list()[index] : nullptr;
}

Version version_of(const Value& root) {
  const Value& openapi = root["openapi"];
  if (root.find("swagger") != nullptr && openapi.is_null()) return Version::swagger2;
  if (openapi.is_string() && openapi.as_string().starts_with("3.0")) return Version::v30;
  if (openapi.is_double() && openapi.as_double() < 3.05) return Version::v30;
  return Version::v31;
}

}  // namespace

std::string decode_token(std::string_view token) {
  std::string bytes;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '%' && i + 2 < token.size()) {
      const auto high = hex_digit(token[i + 1]);
      const auto low = hex_digit(token[i + 2]);
      if (high && low) {
        bytes += static_cast<char>(*high * 16 + *low);
        i += 2;
        continue;
      }
    }
    bytes += token[i];
  }
  return unescape_pointer_token(bytes);
}

Document::Document(const Value& root) : root_(root), version_(version_of(root)) {}

Result<const Value*> Document::at(std::string_view reference) {
  const auto [place, fresh] = resolved_.try_emplace(std::string(reference), nullptr);
  if (!fresh && place->second != nullptr) return place->second;
  if (!reference.starts_with("#/")) {
    return fail(
        ErrorCode::unsupported,
        "$ref '" + std::string(reference) + "' leaves the document",
        {},
        "put everything a connector needs into one document"
    );
  }
  const Value* at = &root_;
  std::string_view rest = reference.substr(2);
  for (;;) {
    const std::size_t slash = rest.find('/');
    at = child(*at, decode_token(rest.substr(0, slash)));
    if (at == nullptr) {
      return fail(
          ErrorCode::not_found, "$ref '" + std::string(reference) + "' names nothing in this document"
      );
    }
    if (slash == std::string_view::npos) {
      place->second = at;
      return at;
    }
    rest.remove_prefix(slash + 1);
  }
}

Result<const Value*> Document::follow(const Value& value) {
  const Value* at = &value;
  for (int hops = 0; hops < kMaxChain; ++hops) {
    const Value* reference = at->find("$ref");
    if (reference == nullptr || !reference->is_string()) return at;
    auto target = this->at(reference->as_string());
    if (!target) return target;
    at = *target;
  }
  return fail(ErrorCode::invalid_input, "a chain of $ref goes in a circle");
}

}  // namespace parley::wire::openapi
