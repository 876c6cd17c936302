#include "wire/model_api/embeddings.hpp"

#include <cmath>
#include <utility>

#include "base/json.hpp"
#include "wire/model_api/failure.hpp"

namespace parley::wire::model_api {

namespace {

Result<std::vector<float>> vector_of(const Value& embedding) {
  if (!embedding.is_list() || embedding.size() == 0 || embedding.size() > kMostDimensions)
    return std::unexpected(malformed("a vector is missing, or too long"));
  std::vector<float> vector;
  vector.reserve(embedding.size());
  for (const Value& number : embedding.as_list()) {
    const float value = number.is_number() ? static_cast<float>(number.to_double()) : NAN;
    if (!std::isfinite(value)) return std::unexpected(malformed("a vector has something else than numbers"));
    vector.push_back(value);
  }
  return vector;
}

}  // namespace

std::string embeddings_request(
    std::string_view model, std::span<const std::string> texts, std::uint32_t dimensions
) {
  ListBuilder input;
  for (const std::string& text : texts) input.add(text);
  MapBuilder body;
  body.set("model", model).set("input", input.build()).set("encoding_format", "float");
  if (dimensions != 0) body.set("dimensions", static_cast<std::int64_t>(dimensions));
  return write_json(body.build());
}

Result<Embeddings> read_embeddings(std::string_view body, std::size_t texts) {
  const auto parsed = parse_json(body);
  if (!parsed) return std::unexpected(malformed("it is no JSON (" + parsed.error().pointer + ")"));
  if (const Value& error = (*parsed)["error"]; !error.is_null()) return std::unexpected(failure_in(error));
  const Value& data = (*parsed)["data"];
  if (!data.is_list() || data.size() != texts)
    return std::unexpected(malformed("there is not one vector for each text"));
  Embeddings out;
  out.vectors.resize(texts);
  for (std::size_t i = 0; i < texts; ++i) {
    const Value& item = data.as_list()[i];
    // Servers may answer in another order; those that leave the index out keep it.
    const Value& index = item["index"];
    const std::size_t place =
        index.is_int() && index.as_int() >= 0 ? static_cast<std::size_t>(index.as_int()) : i;
    if (place >= texts || !out.vectors[place].empty())
      return std::unexpected(malformed("its vectors are counted wrong"));
    auto vector = vector_of(item["embedding"]);
    if (!vector) return std::unexpected(std::move(vector.error()));
    out.vectors[place] = std::move(*vector);
  }
  for (const auto& vector : out.vectors) {
    if (vector.size() != out.vectors.front().size())
      return std::unexpected(malformed("its vectors are of different lengths"));
  }
  const Value& tokens = (*parsed)["usage"]["prompt_tokens"];
  out.usage = {token_count(tokens), 0, tokens.is_int()};
  return out;
}

}  // namespace parley::wire::model_api
