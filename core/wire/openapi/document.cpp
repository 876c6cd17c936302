#include "wire/openapi/document.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json_pointer.hpp"

namespace parley::wire::openapi {
namespace {

constexpr int kMaxChain = 16;
constexpr int kMaxDepth = 256;

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

void Document::collect(const Value& value, Names& names, int depth) {
  if (depth > kMaxDepth) return;
  if (value.is_list()) {
    for (const Value& item : value.as_list()) collect(item, names, depth + 1);
  }
  if (!value.is_map()) return;
  const auto note = [&](auto& known, std::string_view keyword) {
    const Value* name = value.find(keyword);
    if (name == nullptr || !name->is_string()) return;
    const auto [place, fresh] = known.try_emplace(std::string(name->as_string()), &value);
    if (!fresh) place->second = nullptr;
  };
  note(names.ids, "$id");
  note(names.anchors, "$anchor");
  note(names.anchors, "$dynamicAnchor");
  for (const auto& [key, member] : value.entries()) collect(member, names, depth + 1);
}

const Document::Names& Document::names() {
  if (!names_) collect(root_, names_.emplace(), 0);
  return *names_;
}

const Value* Document::resource(std::string_view address) {
  if (address.empty() || address == root_.text("$self")) return &root_;
  const auto known = names().ids.find(std::string(address));
  return known == names().ids.end() ? nullptr : known->second;
}

void Document::remember(std::string reference, const Value& target) {
  resolved_.insert_or_assign(std::move(reference), &target);
}

Result<const Value*> Document::at(std::string_view reference) {
  if (const auto known = resolved_.find(std::string(reference)); known != resolved_.end())
    return known->second;
  const std::size_t hash = std::min(reference.find('#'), reference.size());
  const Value* at = resource(reference.substr(0, hash));
  if (at == nullptr) {
    return fail(
        ErrorCode::unsupported,
        "$ref '" + std::string(reference) + "' leaves the document",
        {},
        "parley tool add openapi FILE puts a description of several files into one document"
    );
  }
  std::string_view rest = reference.substr(std::min(hash + 1, reference.size()));
  if (!rest.empty() && !rest.starts_with('/')) {
    const auto anchor = names().anchors.find(decode_token(rest));
    at = anchor == names().anchors.end() ? nullptr : anchor->second;
    rest = {};
  }
  while (at != nullptr && !rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    at = child(*at, decode_token(rest.substr(0, end)));
    rest.remove_prefix(end);
  }
  if (at == nullptr) {
    return fail(ErrorCode::not_found, "$ref '" + std::string(reference) + "' names nothing in this document");
  }
  remember(std::string(reference), *at);
  return at;
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
