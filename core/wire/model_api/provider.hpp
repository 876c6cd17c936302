// What differs between servers that speak Chat Completions or Responses, as data. A new kind of server is one
// row in provider.cpp. Static data, read from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "wire/dialect/dialect.hpp"

namespace parley::wire::model_api {

// How a server is told the JSON Schema that its answer must fit.
enum class Structured : std::uint8_t {
  none,         // only in words
  json_schema,  // response_format {type: json_schema}
  json_object,  // response_format {type: json_object, schema}
  guided_json,  // guided_json, of vLLM before 0.12
};

// "none", "json_schema", "json_object", "guided_json".
[[nodiscard]] std::optional<Structured> structured_named(std::string_view name);
[[nodiscard]] std::string_view name(Structured structured);

enum class Api : std::uint8_t { chat, responses };

struct Provider {
  std::string_view name;          // "openai"
  std::string_view base_url;      // "https://api.openai.com/v1"
  std::string_view key_variable;  // where the key is expected when the settings name none; empty: no key
  Structured structured = Structured::json_schema;
  Dialect tools = Dialect::openai;              // how parameters of tools are phrased
  std::string_view limit_field = "max_tokens";  // of Chat Completions
  bool strict_schemas = false;                  // takes `strict`, and schemas are phrased for it
  bool tells_usage_in_streams = true;           // on stream_options.include_usage
  bool takes_temperature = true;                // false: some of its models refuse any but their own
  std::string_view key_variable_too = {};       // another name that is looked at
};

[[nodiscard]] std::span<const Provider> providers();
// Null when unknown.
[[nodiscard]] const Provider* provider_named(std::string_view name);

}  // namespace parley::wire::model_api
