#include "wire/openapi_schema.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace parley::wire {

namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxNodes = 50'000;
constexpr int kMaxChain = 16;

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// One token of a JSON pointer in a URI fragment: %XX first, then ~1 and ~0.
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
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '~' && i + 1 < bytes.size() && (bytes[i + 1] == '0' || bytes[i + 1] == '1')) {
      out += bytes[++i] == '0' ? '~' : '/';
    } else {
      out += bytes[i];
    }
  }
  return out;
}

const Value* child(const Value& parent, const std::string& token) {
  if (parent.is_map()) return parent.find(token);
  if (!parent.is_list() || token.empty() || token.size() > 6) return nullptr;
  std::size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return nullptr;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index < parent.size() ? &parent.as_list()[index] : nullptr;
}

// OpenAPI 3.0 wrote `nullable: true` and `exclusiveMinimum: true`; JSON Schema 2020-12 has neither.
Value modernised(Value schema) {
  if (const Value* nullable = schema.find("nullable"); nullable != nullptr && nullable->is_bool()) {
    const bool allowed = nullable->as_bool();
    schema = schema.without("nullable");
    if (allowed && schema["type"].is_string()) {
      schema = schema.with("type", Value::list({schema["type"], Value("null")}));
    }
  }
  constexpr std::pair<std::string_view, std::string_view> kLimits[] = {
      {"exclusiveMinimum", "minimum"}, {"exclusiveMaximum", "maximum"}
  };
  for (const auto& [exclusive, inclusive] : kLimits) {
    const Value* flag = schema.find(exclusive);
    if (flag == nullptr || !flag->is_bool()) continue;
    const bool strict = flag->as_bool();
    schema = schema.without(exclusive);
    if (!strict || schema.find(inclusive) == nullptr) continue;
    const Value limit = schema[inclusive];
    schema = schema.without(inclusive).with(exclusive, limit);
  }
  return schema;
}

}  // namespace

Result<const Value*> SchemaResolver::at_pointer(std::string_view reference) const {
  if (!reference.starts_with("#/")) {
    return fail(
        ErrorCode::unsupported,
        "$ref '" + std::string(reference) + "' leaves the document",
        {},
        "put everything a connector needs into one document"
    );
  }
  const Value* at = &document_;
  std::string_view rest = reference.substr(2);
  for (;;) {
    const std::size_t slash = rest.find('/');
    at = child(*at, decode_token(rest.substr(0, slash)));
    if (at == nullptr) {
      return fail(
          ErrorCode::not_found, "$ref '" + std::string(reference) + "' names nothing in this document"
      );
    }
    if (slash == std::string_view::npos) return at;
    rest.remove_prefix(slash + 1);
  }
}

Result<const Value*> SchemaResolver::follow(const Value& value) const {
  const Value* at = &value;
  for (int hops = 0; hops < kMaxChain; ++hops) {
    const Value* reference = at->find("$ref");
    if (reference == nullptr || !reference->is_string()) return at;
    auto target = at_pointer(reference->as_string());
    if (!target) return target;
    at = *target;
  }
  return fail(ErrorCode::invalid_input, "a chain of $ref goes in a circle");
}

Result<Value> SchemaResolver::inlined(const Value& schema) {
  return copy(schema, 0);
}

Result<Value> SchemaResolver::copy(const Value& value, std::size_t depth) {
  if (depth > kMaxDepth || ++copied_ > kMaxNodes) {
    return fail(ErrorCode::too_large, "the schema is too deep or too large once its $ref are replaced");
  }
  if (value.is_map()) return copy_map(value, depth);
  if (!value.is_list()) return value;
  ListBuilder list;
  list.reserve(value.size());
  for (const Value& item : value.as_list()) {
    auto copied = copy(item, depth + 1);
    if (!copied) return copied;
    list.add(std::move(*copied));
  }
  return list.build();
}

Result<Value> SchemaResolver::copy_map(const Value& value, std::size_t depth) {
  const Value* reference = value.find("$ref");
  if (reference != nullptr && reference->is_string()) {
    const std::string_view name = reference->as_string();
    if (std::ranges::find(open_, name) != open_.end()) return Value::map();
    auto target = at_pointer(name);
    if (!target) return std::unexpected(std::move(target.error()));
    open_.push_back(name);
    auto copied = copy(**target, depth + 1);
    open_.pop_back();
    return copied;
  }
  std::vector<Value::Entry> entries;
  entries.reserve(value.size());
  for (const auto& [key, member] : value.entries()) {
    auto copied = copy(member, depth + 1);
    if (!copied) return copied;
    entries.push_back({key, std::move(*copied)});
  }
  return modernised(Value::map(std::move(entries)));
}

}  // namespace parley::wire
