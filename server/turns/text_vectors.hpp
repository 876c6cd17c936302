// Ports: texts as vectors, for finding what was said in other words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

using Vectors = std::vector<std::vector<float>>;

// What makes vectors. Thread-safe; a call stays on its loop.
class VectorMaker {
 public:
  virtual ~VectorMaker() = default;
  // Vectors of one maker are comparable. Empty: nothing makes any.
  [[nodiscard]] virtual std::string maker() const = 0;
  // One vector a text, in as many requests as that takes. `put` is given what each of them brought, and at
  // which text that begins; so nothing is lost when a later one fails. No text is empty.
  using Put = std::function<Awaitable<void>(std::size_t first, Vectors vectors)>;
  virtual Awaitable<Result<void>> make(std::vector<std::string> texts, std::uint32_t timeout_ms, Put put) = 0;
};

struct VectorsAsked {
  std::string tenant;
  std::string user_id;  // whose texts they are; empty: nobody's
  std::vector<std::string> texts;
  std::uint32_t timeout_ms = 5'000;
};

// Vectors, wherever they come from. Thread-safe; a call stays on its loop.
class TextVectors {
 public:
  virtual ~TextVectors() = default;
  // As of VectorMaker.
  [[nodiscard]] virtual std::string maker() const = 0;
  // One vector a text, in order, all of one length. What was made once is not made again, also when the
  // others fail.
  virtual Awaitable<Result<Vectors>> of(VectorsAsked asked) = 0;
};

}  // namespace parley::turns
