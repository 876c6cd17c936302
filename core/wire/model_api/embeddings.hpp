// The embeddings API as OpenAI has it and others speak it: texts in, vectors out. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/model_api/exchange.hpp"

namespace parley::wire::model_api {

inline constexpr std::size_t kMostDimensions = 8192;

struct Embeddings {
  std::vector<std::vector<float>> vectors;  // one a text, in order; all of one length
  Usage usage;
};

// The body of POST …/embeddings. `dimensions`: as many as the model is asked to shorten its vectors to; 0:
// its own number.
[[nodiscard]] std::string embeddings_request(
    std::string_view model, std::span<const std::string> texts, std::uint32_t dimensions
);

// Error "model_answer": not one vector of finite numbers for each of the texts, or of different lengths.
[[nodiscard]] Result<Embeddings> read_embeddings(std::string_view body, std::size_t texts);

}  // namespace parley::wire::model_api
