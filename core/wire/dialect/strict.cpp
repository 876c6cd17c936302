#include "wire/dialect/strict.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace parley::wire {
namespace {

constexpr std::array<std::string_view, 9> kFormats{
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"
};
constexpr std::array<std::string_view, 12> kKept{
    "description",
    "const",
    "enum",
    "pattern",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "minItems",
    "maxItems",
    "type",
    "exclusiveMaximum",
};

bool has(const Value& list, std::string_view text) {
  return list.is_list() && std::ranges::any_of(list.as_list(), [text](const Value& item) {
           return item.is_string() && item.as_string() == text;
         });
}

bool is_type(const Value& schema, std::string_view type) {
  return schema.text("type") == type || has(schema["type"], type);
}

bool takes_null(const Value& schema) {
  if (schema.is_bool()) return schema.as_bool();
  if (schema.size() == 0 || is_type(schema, "null")) return true;
  for (const std::string_view key : {"anyOf", "oneOf"}) {
    const Value& options = schema[key];
    if (options.is_list() && std::ranges::any_of(options.as_list(), takes_null)) return true;
  }
  return false;
}

Value or_null(const Value& schema) {
  if (takes_null(schema)) return schema;
  const Value& type = schema["type"];
  if (type.is_string() && schema.find("enum") == nullptr && schema.find("const") == nullptr) {
    return schema.with("type", Value::list({type, Value("null")}));
  }
  if (schema["anyOf"].is_list()) {
    std::vector<Value> options(schema["anyOf"].as_list().begin(), schema["anyOf"].as_list().end());
    options.push_back(MapBuilder().set("type", "null").build());
    return schema.with("anyOf", Value::list(std::move(options)));
  }
  const Value nothing = MapBuilder().set("type", "null").build();
  return MapBuilder().set("anyOf", Value::list({schema, nothing})).build();
}

class Strictness {
 public:
  explicit Strictness(const DialectLimits& limits) : limits_(limits) {}

  std::optional<Value> run(const Value& parameters) {
    auto top = convert(parameters, 0);
    if (!top) return top;
    const Value& definitions = parameters["$defs"];
    if (!definitions.is_map()) return top;
    MapBuilder converted;
    for (const auto& [key, schema] : definitions.entries()) {
      auto one = convert(schema, 0);
      if (!one) return one;
      converted.set(key, *std::move(one));
    }
    return top->with("$defs", converted.build());
  }

 private:
  std::optional<Value> convert(const Value& schema, std::size_t depth) {
    if (!schema.is_map() || schema.size() == 0 || depth > limits_.strict_depth) return std::nullopt;
    // Nothing may stand beside a reference.
    if (const Value* reference = schema.find("$ref")) return MapBuilder().set("$ref", *reference).build();
    if (const Value& parts = schema["allOf"]; parts.is_list()) return conjunction(schema, parts, depth);
    MapBuilder out;
    for (const auto& [key, value] : schema.entries()) {
      const std::string_view name = key.as_string();
      if (std::ranges::find(kKept, name) != kKept.end()) out.set(key, value);
      if (name == "format" && value.is_string() &&
          std::ranges::find(kFormats, value.as_string()) != kFormats.end()) {
        out.set(key, value);
      }
    }
    choices_ += schema["enum"].size();
    if (choices_ > limits_.strict_choices) return std::nullopt;
    bool typed =
        schema.find("type") != nullptr || schema.find("enum") != nullptr || schema.find("const") != nullptr;
    for (const std::string_view key : {"anyOf", "oneOf"}) {
      if (!schema[key].is_list()) continue;
      // An object with alternatives beside its properties cannot be split without inventing names.
      if (schema["properties"].is_map()) return std::nullopt;
      auto options = alternatives(schema[key], depth);
      if (!options) return std::nullopt;
      out.set("anyOf", *std::move(options));
      typed = true;
    }
    if (!typed && !schema["properties"].is_map()) return std::nullopt;
    if (is_type(schema, "array")) {
      auto items = convert(schema["items"], depth + 1);
      if (!items) return std::nullopt;
      out.set("items", *std::move(items));
    }
    if (is_type(schema, "object") || schema["properties"].is_map()) {
      if (!add_properties(schema, depth, out)) return std::nullopt;
    }
    return out.build();
  }

  // One part and what stands beside it; several parts would have to be merged by whoever wrote them.
  std::optional<Value> conjunction(const Value& schema, const Value& parts, std::size_t depth) {
    if (parts.size() != 1) return std::nullopt;
    for (const auto& [key, value] : schema.entries()) {
      const std::string_view name = key.as_string();
      if (name != "allOf" && name != "description" && name != "default") return std::nullopt;
    }
    return convert(parts.as_list()[0], depth + 1);
  }

  std::optional<Value> alternatives(const Value& options, std::size_t depth) {
    ListBuilder list;
    for (const Value& option : options.as_list()) {
      auto converted = convert(option, depth + 1);
      if (!converted) return std::nullopt;
      list.add(*std::move(converted));
    }
    return list.build();
  }

  bool add_properties(const Value& schema, std::size_t depth, MapBuilder& out) {
    const Value& more = schema["additionalProperties"];
    const Value& properties = schema["properties"];
    const bool open = more.is_map() || (more.is_bool() && more.as_bool());
    // A free-form map is what strict mode has no word for.
    if (open || (!properties.is_map() && !(more.is_bool() && !more.as_bool()))) return false;
    MapBuilder converted;
    ListBuilder names;
    if (properties.is_map()) {
      properties_ += properties.size();
      if (properties_ > limits_.strict_properties) return false;
      for (const auto& [key, value] : properties.entries()) {
        auto property = convert(value, depth + 1);
        if (!property) return false;
        names.add(key);
        converted.set(
            key, has(schema["required"], key.as_string()) ? *std::move(property) : or_null(*property)
        );
      }
    }
    out.set("properties", converted.build())
        .set("required", names.build())
        .set("additionalProperties", false);
    return true;
  }

  const DialectLimits& limits_;
  std::size_t properties_ = 0;
  std::size_t choices_ = 0;
};

// What a compiled schema says of one place, through "$defs".
const Value& behind(const Value& root, const Value& schema) {
  constexpr std::string_view kPrefix = "#/$defs/";
  const Value* at = &schema;
  constexpr int kMaxChain = 16;
  for (int hops = 0; hops < kMaxChain; ++hops) {
    const std::string_view reference = at->text("$ref");
    if (!reference.starts_with(kPrefix)) break;
    at = &root["$defs"][reference.substr(kPrefix.size())];
  }
  return *at;
}

Value cleaned(const Value& root, const Value& schema, const Value& value, int depth) {
  constexpr int kMaxDepth = 100;
  if (depth > kMaxDepth) return value;
  const Value& known = behind(root, schema);
  if (value.is_list()) {
    ListBuilder items;
    for (const Value& item : value.as_list()) items.add(cleaned(root, known["items"], item, depth + 1));
    return items.build();
  }
  if (!value.is_map()) return value;
  if (!known["properties"].is_map()) {
    for (const std::string_view key : {"anyOf", "oneOf", "allOf"}) {
      const Value& options = known[key];
      if (!options.is_list()) continue;
      for (const Value& option : options.as_list()) {
        if (behind(root, option)["properties"].is_map()) return cleaned(root, option, value, depth + 1);
      }
    }
    return value;
  }
  MapBuilder members;
  for (const auto& [key, member] : value.entries()) {
    const Value* property = key.is_string() ? known["properties"].find(key.as_string()) : nullptr;
    const bool optional = property != nullptr && !has(known["required"], key.as_string());
    if (member.is_null() && optional && !takes_null(behind(root, *property))) continue;
    members.set(key, property == nullptr ? member : cleaned(root, *property, member, depth + 1));
  }
  return members.build();
}

}  // namespace

std::optional<Value> strict_schema(const Value& parameters, const DialectLimits& limits) {
  return Strictness(limits).run(parameters);
}

Value without_nulls(const Value& parameters, const Value& arguments) {
  return cleaned(parameters, parameters, arguments, 0);
}

}  // namespace parley::wire
