// The models in parley.yaml: on one line, or a list with what each may cost and how it is reached. Pure.
//
//   model: openai/gpt-4o-mini            a provider and its model
//   model: ollama                        a provider on this machine, and the first model it has
//   model: http://localhost:8000/v1#qwen any server that speaks Chat Completions; #model may be left out
//   model: builtin                       no model: what plain code can answer
//
//   models:
//     - openai/gpt-4o-mini
//     - {name: spare, use: "http://10.0.0.7:8000/v1#qwen", price: {input: "0.1", output: "0.4"}}
//
//   embeddings: openai/text-embedding-3-small    what makes vectors of texts
//   embeddings: {use: "http://localhost:8080/v1#bge-small", dimensions: 384}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/document.hpp"

namespace parley::assistant {

struct ModelSetting {
  std::string name;          // what flows and logs call it; what it was written as when none is given
  std::string provider;      // a row of wire::model_api::providers(), or "builtin"
  std::string url;           // "" is the provider's own
  std::string model;         // "" is the first that the server has
  std::string key;           // the environment variable that holds the key; "" is the provider's own
  std::string api = "chat";  // or "responses"
  std::string structured;    // "" is the provider's own way
  std::string input_price;   // of a million tokens, "0.15"; "" is nothing
  std::string output_price;
  std::uint32_t max_tokens = 1024;
  std::uint32_t concurrency = 8;
  std::uint32_t retries = 2;
  std::uint32_t stall_seconds = 20;

  bool operator==(const ModelSetting&) const = default;
};

// The names of the providers, "builtin" first.
[[nodiscard]] std::vector<std::string_view> provider_names();

[[nodiscard]] std::optional<ModelSetting> model_from_line(std::string_view line);

// False, and nothing is changed, when something does not fit; models_problem() says what.
[[nodiscard]] bool read_models(const flow::Node& node, std::vector<ModelSetting>& out);
[[nodiscard]] std::string models_problem(const flow::Node& node);
// One model for vectors: a line, or a map of what a model has and `dimensions`. It says which model it is.
struct EmbeddingSetting {
  ModelSetting model;
  std::uint32_t dimensions = 0;  // 0: the model's own

  bool operator==(const EmbeddingSetting&) const = default;
};
[[nodiscard]] bool read_embeddings(const flow::Node& node, std::optional<EmbeddingSetting>& out);
[[nodiscard]] std::string embeddings_problem(const flow::Node& node);

// What is wrong with a line that model_from_line() does not take.
[[nodiscard]] std::string model_problem(std::string_view line);

}  // namespace parley::assistant
