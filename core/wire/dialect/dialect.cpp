#include "wire/dialect/dialect.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "wire/dialect/inline.hpp"
#include "wire/dialect/strict.hpp"

namespace parley::wire {
namespace {

// At the top only what describes an object.
Value plain_top(const Value& parameters, bool with_definitions) {
  MapBuilder out;
  for (const auto& [key, value] : parameters.entries()) {
    const std::string_view name = key.as_string();
    const bool kept = name == "type" || name == "properties" || name == "required" ||
                      name == "additionalProperties" || name == "description" ||
                      (with_definitions && name == "$defs");
    if (kept) out.set(key, value);
  }
  return out.build();
}

// --- minimal

std::string_view only_type(const Value& type) {
  if (type.is_string()) return type.as_string();
  std::string_view found;
  if (type.is_list()) {
    for (const Value& option : type.as_list()) {
      if (!option.is_string() || option.as_string() == "null") continue;
      if (!found.empty()) return {};
      found = option.as_string();
    }
  }
  return found;
}

Value minimal(const Value& schema, int depth);

// The first alternative that is not null stands for all.
const Value* alternative(const Value& schema) {
  for (const std::string_view key : {"oneOf", "anyOf"}) {
    const Value& options = schema[key];
    if (!options.is_list()) continue;
    for (const Value& option : options.as_list()) {
      if (option.text("type") != "null") return &option;
    }
  }
  return nullptr;
}

Value minimal_properties(const Value& properties, int depth) {
  MapBuilder out;
  for (const auto& [key, value] : properties.entries()) out.set(key, minimal(value, depth + 1));
  return out.build();
}

Value minimal(const Value& schema, int depth) {
  constexpr int kDeepest = 5;
  if (!schema.is_map()) return Value::map();
  if (const Value* chosen = alternative(schema)) {
    Value out = minimal(*chosen, depth + 1);
    const Value* said = schema.find("description");
    return said == nullptr ? out : out.with("description", *said);
  }
  if (const Value& parts = schema["allOf"];
      parts.is_list() && parts.size() > 0 && schema.find("type") == nullptr) {
    return minimal(parts.as_list()[0], depth + 1);
  }
  MapBuilder out;
  const std::string_view type = only_type(schema["type"]);
  if (!type.empty()) out.set("type", type);
  for (const std::string_view key : {"description", "enum", "required"}) {
    if (const Value* value = schema.find(key)) out.set(key, *value);
  }
  if (const Value* constant = schema.find("const")) out.set("enum", Value::list({*constant}));
  if (depth < kDeepest) {
    if (schema["properties"].is_map()) out.set("properties", minimal_properties(schema["properties"], depth));
    if (schema["items"].is_map()) out.set("items", minimal(schema["items"], depth + 1));
  }
  return out.build();
}

}  // namespace

std::optional<Dialect> dialect_named(std::string_view name) {
  constexpr std::pair<std::string_view, Dialect> kNames[] = {
      {"full", Dialect::full},
      {"openai", Dialect::openai},
      {"openai-strict", Dialect::openai_strict},
      {"anthropic", Dialect::anthropic},
      {"minimal", Dialect::minimal},
  };
  for (const auto& [known, dialect] : kNames) {
    if (known == name) return dialect;
  }
  return std::nullopt;
}

Phrased phrased(const Value& parameters, Dialect dialect, const DialectLimits& limits) {
  switch (dialect) {
    case Dialect::full:
      break;
    case Dialect::openai:
      return {plain_top(parameters, true)};
    case Dialect::openai_strict:
      if (auto strict = strict_schema(parameters, limits)) return {*std::move(strict), true};
      return {plain_top(parameters, true)};
    case Dialect::anthropic:
      return {plain_top(without_references(parameters, {.max_depth = limits.inline_depth}), false)};
    case Dialect::minimal: {
      const Value inlined = without_references(parameters, {.max_depth = limits.inline_depth});
      Value top = minimal(plain_top(inlined, false), 0);
      if (top.find("properties") == nullptr) top = top.with("properties", Value::map());
      return {std::move(top)};
    }
  }
  return {parameters};
}

}  // namespace parley::wire
