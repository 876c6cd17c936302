// Ports: texts as vectors, for finding what was said in other words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/vectors/vector_search.hpp"

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
  // Of a user's texts, in their order: since when what it says is remembered, for its vector is kept no
  // longer than that; nothing: its vector is not kept. Those without an entry are of now.
  std::vector<std::optional<Timestamp>> said_at = {};
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

  // ---- for what is searched where vectors are stored; as a default that is nothing.
  // Where collections of more texts than searched_beyond() are searched. Null: nowhere, and what follows is
  // not called.
  [[nodiscard]] virtual VectorSearch* search() const { return nullptr; }
  [[nodiscard]] virtual std::size_t searched_beyond(std::string_view /*user_id*/) const { return SIZE_MAX; }
  // What the vector of a text is stored as.
  [[nodiscard]] virtual std::string key(std::string_view text) const { return std::string(text); }
  // of(), and what comes of it becomes part of a collection.
  virtual Awaitable<Result<void>> collect(VectorsAsked asked, Collection /*collection*/) {
    auto made = co_await of(std::move(asked));
    if (!made) co_return std::unexpected(std::move(made.error()));
    co_return Result<void>();
  }
};

}  // namespace parley::turns
