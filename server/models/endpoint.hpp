// A model that can be asked, with everything that calls need. Plain value; the key never leaves it except as
// a header, and is in no message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/model_api/provider.hpp"

namespace parley::models {

// Money in millionths of a millionth of the account's currency unit, so that a token's price is whole.
using Pico = std::int64_t;

// "0.15" for a million tokens → 150000 pico a token. At most six decimals.
[[nodiscard]] std::optional<Pico> price_per_token(std::string_view per_million);
// "0.001234": six decimals at least as many as matter, rounded up.
[[nodiscard]] std::string money(Pico amount);

struct Price {
  Pico input = 0;  // a token
  Pico output = 0;

  [[nodiscard]] Pico of(std::uint64_t input_tokens, std::uint64_t output_tokens) const {
    return static_cast<Pico>(input_tokens) * input + static_cast<Pico>(output_tokens) * output;
  }
  bool operator==(const Price&) const = default;
};

struct Endpoint {
  std::string name;  // what flows and logs call it
  const wire::model_api::Provider* provider = nullptr;
  wire::model_api::Api api = wire::model_api::Api::chat;
  wire::model_api::Structured structured = wire::model_api::Structured::json_schema;
  std::string url;                  // "http://localhost:8000/v1", without a slash at its end
  std::string host;                 // "localhost:8000": the only one that calls may go to
  std::string model;                // as the server calls it; empty: its first
  std::string key;                  // empty: none is sent
  std::string missing_key;          // the variable that should hold the key and does not; calls fail then
  std::uint32_t max_tokens = 1024;  // of an answer when nobody says otherwise
  std::uint32_t concurrency = 8;    // calls at a time
  std::uint32_t retries = 2;        // after the first attempt
  std::uint32_t stall_ms = 20'000;  // longest silence of an answer
  Price price;

  // Without a provider: the answers of server/tools/built_in_model.hpp.
  [[nodiscard]] bool built_in() const { return provider == nullptr; }
  bool operator==(const Endpoint&) const = default;
};

// "localhost:8000" of "http://localhost:8000/v1"; empty when it is no http(s) URL.
[[nodiscard]] std::string host_of(std::string_view url);

}  // namespace parley::models
