// Inside of the JSON Schema validator: the compiled form that compile.cpp makes and validate.cpp runs.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_schema.hpp"
#include "base/regex.hpp"

namespace parley {

using SchemaIndex = std::uint32_t;
inline constexpr SchemaIndex kNoSchema = UINT32_MAX;

// Bits of SchemaNode::types. "integer" is any number without fraction.
enum SchemaTypeBit : std::uint8_t {
  type_null = 1,
  type_boolean = 2,
  type_integer = 4,
  type_number = 8,
  type_string = 16,
  type_array = 32,
  type_object = 64,
};

struct DynamicReference {
  SchemaIndex target = kNoSchema;  // when nothing in the dynamic scope overrides it
  std::string anchor;              // empty = behaves like $ref
};

struct Conditional {
  SchemaIndex condition = kNoSchema;
  SchemaIndex then_branch = kNoSchema;
  SchemaIndex else_branch = kNoSchema;
};

struct PatternSchema {
  Regex pattern;
  SchemaIndex schema;
  std::string source;
};

struct SchemaNode {
  std::string pointer;  // "#/…" inside its resource
  std::uint32_t resource = 0;
  bool refuses_all = false;  // the schema `false`

  std::uint8_t types = 0;  // 0 = any
  std::optional<Value> constant;
  std::vector<Value> allowed;  // enum
  bool has_enum = false;

  std::optional<Value> minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;

  std::optional<std::uint64_t> min_length, max_length;
  std::optional<Regex> pattern;
  std::string format;  // only when asserted

  std::optional<std::uint64_t> min_items, max_items, min_contains, max_contains;
  bool unique_items = false;
  std::vector<SchemaIndex> prefix_items;
  SchemaIndex items = kNoSchema;
  SchemaIndex contains = kNoSchema;
  SchemaIndex unevaluated_items = kNoSchema;

  std::optional<std::uint64_t> min_properties, max_properties;
  std::vector<std::string> required;
  std::map<std::string, SchemaIndex, std::less<>> properties;
  std::vector<PatternSchema> pattern_properties;
  SchemaIndex additional_properties = kNoSchema;
  SchemaIndex property_names = kNoSchema;
  SchemaIndex unevaluated_properties = kNoSchema;
  std::vector<std::pair<std::string, std::vector<std::string>>> dependent_required;
  std::vector<std::pair<std::string, SchemaIndex>> dependent_schemas;

  SchemaIndex reference = kNoSchema;
  std::optional<DynamicReference> dynamic_reference;
  std::vector<SchemaIndex> all_of, any_of, one_of;
  SchemaIndex negated = kNoSchema;
  std::optional<Conditional> conditional;

  [[nodiscard]] bool checks_members() const {
    return !properties.empty() || !pattern_properties.empty() || additional_properties != kNoSchema ||
           property_names != kNoSchema;
  }
};

// A document or an embedded part of one with its own $id.
struct SchemaResource {
  std::string uri;
  const Value* root = nullptr;
  std::map<std::string, const Value*> anchors;
  std::map<std::string, SchemaIndex> dynamic_anchors;
};

struct SchemaProgram {
  std::deque<Value> documents;  // keeps alive what resources point into; a deque never moves its elements
  std::deque<SchemaNode> nodes;
  std::deque<SchemaResource> resources;
  SchemaIndex root = 0;
};

// Exact, whatever the number types: negative, zero or positive like a - b.
[[nodiscard]] int compare_numbers(const Value& a, const Value& b);
[[nodiscard]] bool is_multiple_of(const Value& number, const Value& divisor);
[[nodiscard]] bool is_whole(const Value& number);

// The published metaschema documents of draft 2020-12 by URI; empty for other URIs.
[[nodiscard]] std::string_view metaschema_text(std::string_view uri);

}  // namespace parley
