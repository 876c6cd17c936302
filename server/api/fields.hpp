// What a JSON object may contain: one declaration from which requests are checked and the OpenAPI document is
// made. Static data and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/value.hpp"
#include "server/api/errors.hpp"

namespace parley::api {

enum class FieldType : std::uint8_t {
  text,
  integer,
  boolean,
  object,
  any,
  list_of_text,
  schema,
  list_of_schema
};

struct Schema;

struct Field {
  std::string_view name;
  FieldType type;
  std::string_view doc;
  bool required = false;
  const Schema* schema = nullptr;  // of schema and list_of_schema
  std::size_t max_bytes = 0;       // of a text; 0: only the body's limit
  std::string_view choices = {};   // of a text, separated by '|'
  std::int64_t minimum = 0;        // of an integer, when maximum is not 0
  std::int64_t maximum = 0;
  bool nullable = false;
};

struct Schema {
  std::string_view name;  // "ChatRequest"
  std::string_view doc;
  std::span<const Field> fields;
};

// A text that is to be one of several, separated by '|'.
[[nodiscard]] std::expected<void, Problem> check_choice(
    std::string_view name, std::string_view value, std::string_view choices
);
[[nodiscard]] Value choice_list(std::string_view choices);
// What to say instead of a name that is none of these: the nearest, or all of them.
[[nodiscard]] std::string instead_of(
    std::string_view name, std::span<const std::string_view> names, std::string_view what
);

// The first thing wrong with a request's body. A null is as good as an absent field.
[[nodiscard]] std::expected<void, Problem> check_fields(const Value& body, const Schema& schema);

// Text in JSON, checked against the schema.
[[nodiscard]] std::expected<Value, Problem> read_body(std::string_view text, const Schema& schema);

// JSON Schema of one schema, with references into components/schemas.
[[nodiscard]] Value schema_document(const Schema& schema);

}  // namespace parley::api
