#include "wire/model_api/provider.hpp"

#include <array>

namespace parley::wire::model_api {

namespace {

constexpr std::array kProviders{
    Provider{
        .name = "openai",
        .base_url = "https://api.openai.com/v1",
        .key_variable = "OPENAI_API_KEY",
        .tools = Dialect::openai_strict,
        .limit_field = "max_completion_tokens",
        .strict_schemas = true,
        .takes_temperature = false,
        .key_variable_too = "OPENAI_KEY",
    },
    Provider{.name = "vllm", .base_url = "http://localhost:8000/v1", .key_variable = ""},
    Provider{
        .name = "llama_cpp",
        .base_url = "http://localhost:8080/v1",
        .key_variable = "",
        .structured = Structured::json_object,
    },
    Provider{
        .name = "ollama",
        .base_url = "http://localhost:11434/v1",
        .key_variable = "",
        .tools = Dialect::minimal,
    },
    // Anything else that speaks Chat Completions: nothing is sent that only some understand.
    Provider{
        .name = "compatible",
        .base_url = "",
        .key_variable = "",
        .structured = Structured::json_schema,
    },
};

struct StructuredName {
  std::string_view name;
  Structured structured;
};

constexpr std::array kStructured{
    StructuredName{"none", Structured::none},
    StructuredName{"json_schema", Structured::json_schema},
    StructuredName{"json_object", Structured::json_object},
    StructuredName{"guided_json", Structured::guided_json},
};

}  // namespace

std::optional<Structured> structured_named(std::string_view name) {
  for (const StructuredName& row : kStructured) {
    if (row.name == name) return row.structured;
  }
  return std::nullopt;
}

std::string_view name(Structured structured) {
  for (const StructuredName& row : kStructured) {
    if (row.structured == structured) return row.name;
  }
  return {};
}

std::span<const Provider> providers() {
  return kProviders;
}

const Provider* provider_named(std::string_view name) {
  for (const Provider& provider : kProviders) {
    if (provider.name == name) return &provider;
  }
  return nullptr;
}

}  // namespace parley::wire::model_api
