#include "wire/typescript/schema_types.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "wire/prose.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxComment = 200;
constexpr std::string_view kUnknown = "unknown";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string pascal(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c)) {
      begins = true;
      continue;
    }
    out += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  if (out.empty() || is_digit(out.front())) out.insert(0, "T");
  return out;
}

std::string key_text(std::string_view key) {
  const bool plain = !key.empty() && !is_digit(key.front()) && std::ranges::all_of(key, [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '$';
  });
  if (plain) return std::string(key);
  std::string out;
  append_json_string(out, key);
  return out;
}

std::string comment(std::string_view description, std::string_view before) {
  std::string text = plain_text(description);
  if (text.empty()) return {};
  if (text.size() > kMaxComment) {
    std::size_t end = kMaxComment;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    text += " …";
  }
  for (std::size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/", at))
    text.replace(at, 2, "* /");
  return std::string(before) + "/** " + text + " */\n";
}

std::string indent(std::size_t depth) {
  return std::string(2 * depth, ' ');
}

// Where a string or a comment that begins at `at` ends.
std::size_t end_of_text(std::string_view type, std::size_t at) {
  if (type[at] == '/') return type.find("*/", at) + 1;
  for (++at; type[at] != '"'; ++at) at += type[at] == '\\' ? 1 : 0;
  return at;
}

// Whether it is a union or an intersection itself, not only somewhere inside.
bool is_joined(std::string_view type) {
  int depth = 0;
  for (std::size_t at = 0; at < type.size(); ++at) {
    const char c = type[at];
    if (c == '"' || type.substr(at).starts_with("/*")) {
      at = end_of_text(type, at);
    } else if (c == '{' || c == '[' || c == '(') {
      ++depth;
    } else if (c == '}' || c == ']' || c == ')') {
      --depth;
    } else if (depth == 0 && (c == '|' || c == '&')) {
      return true;
    }
  }
  return false;
}
std::string in_parentheses(std::string type) {
  return is_joined(type) ? "(" + type + ")" : type;
}

std::string literal(const Value& value) {
  const bool simple = value.is_string() || value.is_bool() || value.is_null() || value.is_number();
  return simple ? write_json(value) : std::string(kUnknown);
}

std::string literals(const Value& values) {
  std::vector<std::string> parts;
  for (const Value& value : values.as_list()) {
    std::string part = literal(value);
    if (part == kUnknown) return part;
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
  }
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : " | ") + part;
  return out.empty() ? "never" : out;
}

// Those that are the type itself or a part of its union or intersection, not a member or an item.
void direct_references_of(const Value& schema, std::vector<std::string>& out) {
  if (!schema.is_map()) return;
  if (const Value& reference = schema["$ref"]; reference.is_string()) out.emplace_back(reference.as_string());
  for (const char* key : {"allOf", "anyOf", "oneOf"}) {
    const Value& parts = schema[key];
    if (!parts.is_list()) continue;
    for (const Value& part : parts.as_list()) direct_references_of(part, out);
  }
}

bool has_structure(const Value& schema) {
  constexpr std::array kKeys{
      "type", "properties", "items", "prefixItems", "enum", "const", "allOf", "anyOf", "oneOf"
  };
  return std::ranges::any_of(kKeys, [&](const char* key) { return schema.find(key) != nullptr; });
}

bool is_true(const Value& value) {
  return value.is_bool() && value.as_bool();
}
bool is_false(const Value& value) {
  return value.is_bool() && !value.as_bool();
}

}  // namespace

std::string SchemaTypes::fresh_name(std::string_view wanted) {
  const std::string base = pascal(wanted);
  std::string name = base;
  for (int i = 2; !taken_.insert(name).second; ++i) name = base + "_" + std::to_string(i);
  return name;
}

std::string SchemaTypes::type_named(Root& root, const std::string& reference) {
  const Value* target = root.definitions.target(reference);
  if (target == nullptr) return std::string(kUnknown);
  if (root.definitions.is_whole(target)) return root.definitions.name();
  const std::string& key = root.definitions.identity(reference);
  if (const auto known = named_.find(key); known != named_.end()) return known->second;
  std::string name = fresh_name(std::string_view(reference).substr(reference.rfind('/') + 1));
  named_.emplace(key, name);
  root.open.emplace_back(name, target);
  return name;
}

void SchemaTypes::declare(const std::string& name, const Value& schema, std::string_view description) {
  Root root{.definitions = Definitions(schema, name), .open = {}};
  write(root, name, schema, description);
  while (!root.open.empty()) {
    const auto [next, target] = root.open.back();
    root.open.pop_back();
    write(root, next, *target, target->text("description"));
  }
}

void SchemaTypes::write(
    Root& root, const std::string& name, const Value& schema, std::string_view description
) {
  writing_ = &schema;
  std::string type = type_of(root, schema, 0, true);
  text_ += comment(description, "") + "export type " + name + " = " + type + ";\n\n";
}

// An alias that is itself, directly or by way of others, is no type.
bool SchemaTypes::leads_back(const Root& root, const std::string& reference) const {
  std::set<std::string> seen{reference};
  std::vector<std::string> open{reference};
  while (!open.empty()) {
    const Value* target = root.definitions.target(open.back());
    open.pop_back();
    if (target == nullptr) continue;
    if (target == writing_) return true;
    std::vector<std::string> next;
    direct_references_of(*target, next);
    for (std::string& each : next) {
      if (seen.insert(each).second) open.push_back(std::move(each));
    }
  }
  return false;
}

std::string SchemaTypes::joined(
    Root& root, const Value& schemas, std::string_view separator, std::size_t depth, bool direct
) {
  std::vector<std::string> parts;
  for (const Value& schema : schemas.as_list()) {
    std::string part = type_of(root, schema, depth, direct);
    if (separator == " & ") {
      if (part == kUnknown) continue;
      part = in_parentheses(std::move(part));
    } else if (part == kUnknown) {
      return part;
    }
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
  }
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : std::string(separator)) + part;
  return out.empty() ? std::string(kUnknown) : out;
}

// `direct`: it is the declared type itself, or a part of its union or intersection.
std::string SchemaTypes::type_of(Root& root, const Value& schema, std::size_t depth, bool direct) {
  if (is_false(schema)) return "never";
  if (!schema.is_map() || depth > kMaxDepth) return std::string(kUnknown);
  std::vector<std::string> parts;
  if (const Value& reference = schema["$ref"]; reference.is_string()) {
    const std::string pointer(reference.as_string());
    const bool circle = direct && leads_back(root, pointer);
    parts.push_back(circle ? std::string(kUnknown) : type_named(root, pointer));
    if (!has_structure(schema)) return parts.front();
  }
  parts.push_back(own_type(root, schema, depth));
  if (schema["allOf"].is_list()) parts.push_back(joined(root, schema["allOf"], " & ", depth, direct));
  for (const char* key : {"anyOf", "oneOf"}) {
    if (schema[key].is_list()) parts.push_back(joined(root, schema[key], " | ", depth, direct));
  }
  std::erase(parts, kUnknown);
  if (parts.empty()) return std::string(kUnknown);
  if (parts.size() == 1) return parts.front();
  std::string out;
  for (std::string& part : parts) out += (out.empty() ? "" : " & ") + in_parentheses(std::move(part));
  return out;
}

std::string SchemaTypes::own_type(Root& root, const Value& schema, std::size_t depth) {
  if (const Value* constant = schema.find("const")) return literal(*constant);
  if (schema["enum"].is_list()) return literals(schema["enum"]);
  const Value& type = schema["type"];
  const auto one = [&](std::string_view name) -> std::string {
    if (name == "object") return object_type(root, schema, depth);
    if (name == "array") return list_type(root, schema, depth);
    if (name == "integer") return "number";
    if (name == "string" || name == "number" || name == "boolean" || name == "null") return std::string(name);
    return std::string(kUnknown);
  };
  if (type.is_string()) return one(type.as_string());
  if (type.is_list()) {
    std::vector<std::string> parts;
    for (const Value& name : type.as_list()) {
      std::string part = name.is_string() ? one(name.as_string()) : std::string(kUnknown);
      if (part == kUnknown) return part;
      if (std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
    }
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : " | ") + part;
    return out.empty() ? std::string(kUnknown) : out;
  }
  if (schema["properties"].is_map()) return object_type(root, schema, depth);
  if (schema.find("items") != nullptr || schema["prefixItems"].is_list())
    return list_type(root, schema, depth);
  return std::string(kUnknown);
}

std::string SchemaTypes::object_type(Root& root, const Value& schema, std::size_t depth) {
  const Value& properties = schema["properties"];
  const Value& more = schema["additionalProperties"];
  const bool has_members = properties.is_map() && properties.size() > 0;
  if (!has_members) {
    if (is_false(more)) return "{ [key: string]: never }";
    const std::string value = more.is_map() ? type_of(root, more, depth + 1, false) : std::string(kUnknown);
    return "{ [key: string]: " + value + " }";
  }
  const Value& required = schema["required"];
  const auto is_required = [&](const Value& key) {
    return required.is_list() && std::ranges::find(required.as_list(), key) != required.as_list().end();
  };
  const std::string inside = indent(depth + 1);
  std::string out = "{\n";
  for (const auto& [key, member] : properties.entries()) {
    out += comment(member.text("description"), inside);
    out += inside + key_text(key.as_string()) + (is_required(key) ? ": " : "?: ");
    out += type_of(root, member, depth + 1, false) + ";\n";
  }
  if (more.is_map() || is_true(more)) out += inside + "[key: string]: unknown;\n";
  return out + indent(depth) + "}";
}

std::string SchemaTypes::list_type(Root& root, const Value& schema, std::size_t depth) {
  const Value& first = schema["prefixItems"];
  const Value* items = schema.find("items");
  const std::string item = items == nullptr ? std::string(kUnknown) : type_of(root, *items, depth, false);
  if (!first.is_list()) return in_parentheses(item) + "[]";
  std::string out = "[";
  for (const Value& each : first.as_list()) {
    const std::string type = type_of(root, each, depth, false);
    out += (out.size() == 1 ? "" : ", ") + in_parentheses(type) + "?";
  }
  if (items == nullptr || !is_false(*items)) out += ", ..." + in_parentheses(item) + "[]";
  return out + "]";
}

}  // namespace parley::wire
