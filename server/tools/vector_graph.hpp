// The nearest of very many vectors, nearly exactly: a graph in which each is linked with some of its
// neighbours (hnswlib; Malkov and Yashunin, 2016), over vectors in a byte a number. Adding is for one thread;
// searching for any number of them, after that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "language/retrieval/byte_vector.hpp"

namespace parley::tools {

class VectorGraph {
 public:
  // Error: there is not enough memory.
  [[nodiscard]] static Result<std::unique_ptr<VectorGraph>> make(std::size_t dimensions, std::size_t most);
  virtual ~VectorGraph() = default;

  // At most as many as was said. One of nothing but zeros is left out.
  virtual Result<void> add(std::uint32_t id, const language::ByteVector& vector) = 0;
  // At most k, the nearest first; none for one of nothing but zeros. A wider search finds more of the true
  // ones.
  [[nodiscard]] virtual std::vector<std::uint32_t> nearest(
      const language::ByteVector& vector, std::size_t k, std::size_t width = 0
  ) const = 0;
  [[nodiscard]] virtual std::size_t bytes() const = 0;
};

}  // namespace parley::tools
