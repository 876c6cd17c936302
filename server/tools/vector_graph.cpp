#include "server/tools/vector_graph.hpp"

// Version 0.6.2 prefetches beyond the end of its lists when it may use SSE; distances are ours anyway.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>
#include <utility>

namespace parley::tools {

namespace {

using language::ByteVector;

constexpr std::size_t kLinks = 16;  // of each vector, on every level but the lowest, which has twice as many
constexpr std::size_t kBuildWidth = 100;  // candidates that are looked at for the links of a new one
constexpr std::size_t kLeastSearchWidth = 200;

// What the graph keeps of a vector: the row, the bytes, and this. Two are compared by the row of one and the
// bytes of the other.
struct Tail {
  float scale = 0;
  std::int32_t sum = 0;
  std::int32_t filler = 0;  // behind it, and behind 33 links of 4 bytes, the library writes 8 bytes at once
};
static_assert((33 * sizeof(hnswlib::tableint) + sizeof(Tail)) % sizeof(hnswlib::labeltype) == 0);

class Cosine : public hnswlib::SpaceInterface<float> {
 public:
  explicit Cosine(std::size_t stride) : stride_(stride) {}
  std::size_t get_data_size() override { return 2 * stride_ + sizeof(Tail); }
  void* get_dist_func_param() override { return &stride_; }
  hnswlib::DISTFUNC<float> get_dist_func() override { return &distance; }

 private:
  static float distance(const void* a, const void* b, const void* parameter) {
    const std::size_t stride = *static_cast<const std::size_t*>(parameter);
    const auto* row = static_cast<const std::uint8_t*>(a);
    const auto* bytes = static_cast<const std::int8_t*>(b) + stride;
    Tail of_row;
    Tail of_bytes;
    std::memcpy(&of_row, row + 2 * stride, sizeof(Tail));
    std::memcpy(&of_bytes, bytes + stride, sizeof(Tail));
    std::int32_t product = 0;
    language::dot_rows(row, 1, stride, bytes, &product);
    return 1 - language::cosine_of(product, of_row.scale, of_bytes.sum, of_bytes.scale);
  }

  std::size_t stride_;
};

class Graph : public VectorGraph {
 public:
  Graph(std::size_t dimensions, std::size_t most)
      : stride_(language::padded(dimensions)), space_(stride_), graph_(&space_, most, kLinks, kBuildWidth) {}

  Result<void> add(std::uint32_t id, const ByteVector& vector) override {
    if (vector.bytes.size() != stride_ || !(vector.scale > 0)) return {};
    try {
      graph_.addPoint(packed(vector).data(), id);
    } catch (const std::exception& problem) {
      return fail(ErrorCode::unavailable, std::string("a vector cannot be linked: ") + problem.what());
    }
    return {};
  }

  std::vector<std::uint32_t> nearest(const ByteVector& vector, std::size_t k, std::size_t width)
      const override {
    std::vector<std::uint32_t> found;
    if (vector.bytes.size() != stride_ || k == 0) return found;
    try {
      // The library has the width as a member; with k as wide as it is wanted, one search does not disturb
      // another.
      const std::size_t wide = std::max({k, width, kLeastSearchWidth});
      auto heap = graph_.searchKnn(packed(vector).data(), wide);
      while (heap.size() > k) heap.pop();
      found.resize(heap.size());
      for (std::size_t i = found.size(); i-- > 0; heap.pop())
        found[i] = static_cast<std::uint32_t>(heap.top().second);
    } catch (const std::exception&) {
      found.clear();  // without memory for the search: words alone find something
    }
    return found;
  }

  std::size_t bytes() const override {
    return graph_.cur_element_count *
           (graph_.size_data_per_element_ + graph_.size_links_per_element_ / kLinks);
  }

 private:
  [[nodiscard]] std::vector<std::uint8_t> packed(const ByteVector& vector) const {
    std::vector<std::uint8_t> out(2 * stride_ + sizeof(Tail));
    for (std::size_t i = 0; i < stride_; ++i)
      out[i] = static_cast<std::uint8_t>(vector.bytes[i] + language::kByteMiddle);
    std::memcpy(out.data() + stride_, vector.bytes.data(), stride_);
    const Tail tail{.scale = vector.scale, .sum = vector.sum};
    std::memcpy(out.data() + 2 * stride_, &tail, sizeof(Tail));
    return out;
  }

  std::size_t stride_;
  Cosine space_;
  hnswlib::HierarchicalNSW<float> graph_;
};

}  // namespace

Result<std::unique_ptr<VectorGraph>> VectorGraph::make(std::size_t dimensions, std::size_t most) {
  try {
    return std::make_unique<Graph>(dimensions, most);
  } catch (const std::exception& problem) {
    return fail(ErrorCode::unavailable, std::string("there is no room for a graph: ") + problem.what());
  }
}

}  // namespace parley::tools
