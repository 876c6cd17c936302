#include "wire/example.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace parley::wire {

namespace {

std::string_view type_of(const Value& schema) {
  const Value& type = schema["type"];
  if (type.is_string()) return type.as_string();
  if (type.is_list()) {
    for (const Value& option : type.as_list()) {
      if (option.is_string() && option.as_string() != "null") return option.as_string();
    }
  }
  if (schema["properties"].is_map()) return "object";
  if (!schema["items"].is_null()) return "array";
  return "";
}

std::string text_example(const Value& schema) {
  constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
      {"date-time", "2026-01-01T00:00:00Z"},
      {"date", "2026-01-01"},
      {"time", "12:00:00Z"},
      {"duration", "PT1H"},
      {"email", "someone@example.org"},
      {"uri", "https://example.org/"},
      {"url", "https://example.org/"},
      {"hostname", "example.org"},
      {"ipv4", "192.0.2.1"},
      {"uuid", "00000000-0000-4000-8000-000000000000"},
      {"byte", "dGV4dA=="},
  };
  const std::string_view format = schema.text("format");
  for (const auto& [name, example] : kFormats) {
    if (name == format) return std::string(example);
  }
  std::string text = "text";
  const Value& shortest = schema["minLength"];
  if (shortest.is_int() && shortest.as_int() < 10'000) {
    while (static_cast<std::int64_t>(text.size()) < shortest.as_int()) text += "text";
  }
  const Value& longest = schema["maxLength"];
  if (longest.is_int() && longest.as_int() >= 0 &&
      static_cast<std::int64_t>(text.size()) > longest.as_int()) {
    text.resize(static_cast<std::size_t>(longest.as_int()));
  }
  return text;
}

Value number_example(const Value& schema, bool whole) {
  double at = 1;
  if (schema["minimum"].is_number()) at = std::max(at, schema["minimum"].to_double());
  if (schema["exclusiveMinimum"].is_number()) at = std::max(at, schema["exclusiveMinimum"].to_double() + 1);
  if (schema["maximum"].is_number()) at = std::min(at, schema["maximum"].to_double());
  if (schema["exclusiveMaximum"].is_number()) at = std::min(at, schema["exclusiveMaximum"].to_double() - 1);
  constexpr double kExact = 9e15;
  if (whole && at > -kExact && at < kExact) return static_cast<std::int64_t>(at);
  return at;
}

Value example_at(const Value& schema, int depth);

Value object_example(const Value& schema, int depth) {
  MapBuilder map;
  const Value& properties = schema["properties"];
  if (properties.is_map()) {
    for (const auto& [key, property] : properties.entries()) map.set(key, example_at(property, depth + 1));
  }
  return map.build();
}

Value list_example(const Value& schema, int depth) {
  ListBuilder list;
  const Value& least = schema["minItems"];
  const std::int64_t count = least.is_int() ? std::clamp<std::int64_t>(least.as_int(), 1, 100) : 1;
  for (std::int64_t i = 0; i < count; ++i) list.add(example_at(schema["items"], depth + 1));
  return list.build();
}

Value all_of_example(const Value& parts, int depth) {
  Value merged = Value::map();
  for (const Value& part : parts.as_list()) {
    const Value example = example_at(part, depth + 1);
    if (!example.is_map()) return example;
    for (const auto& [key, value] : example.entries()) merged = merged.with(key.as_string(), value);
  }
  return merged;
}

Value example_at(const Value& schema, int depth) {
  constexpr int kDeepest = 12;  // what lies deeper says nothing to a reader of an example
  if (!schema.is_map() || depth > kDeepest) return nullptr;
  for (const std::string_view key : {"example", "default", "const"}) {
    if (const Value* given = schema.find(key)) return *given;
  }
  for (const std::string_view key : {"examples", "enum"}) {
    if (schema[key].is_list() && schema[key].size() > 0) return schema[key].as_list()[0];
  }
  if (schema["allOf"].is_list()) return all_of_example(schema["allOf"], depth);
  for (const std::string_view key : {"oneOf", "anyOf"}) {
    if (schema[key].is_list() && schema[key].size() > 0)
      return example_at(schema[key].as_list()[0], depth + 1);
  }
  const std::string_view type = type_of(schema);
  if (type == "object") return object_example(schema, depth);
  if (type == "array") return list_example(schema, depth);
  if (type == "string") return text_example(schema);
  if (type == "integer") return number_example(schema, true);
  if (type == "number") return number_example(schema, false);
  if (type == "boolean") return true;
  return nullptr;
}

}  // namespace

Value example_of(const Value& schema) {
  return example_at(schema, 0);
}

}  // namespace parley::wire
