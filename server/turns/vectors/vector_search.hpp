// Port: vectors that are compared where they are stored.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// Texts whose vectors are searched together.
struct Collection {
  std::string tenant;
  std::string user_id;    // whose texts they are; empty: nobody's
  std::string what;       // of which kind they are, "turns"; no line feed
  std::string maker;      // of the vectors; those of another one are not comparable
  std::size_t texts = 0;  // about how many there are
};

struct NearVectors {
  struct Near {
    std::string key;
    float cosine = 0;  // with the question
  };
  std::vector<Near> near;  // the nearest, and those asked for; in no order, some twice
  // The cosines of a sample of all: what is usual in this collection.
  float sampled_sum = 0;
  std::size_t sampled = 0;
};

// Thread-safe; a call stays on its loop. Keys are those of StoredVector.
class VectorSearch {
 public:
  static constexpr std::size_t kNearest = 200;

  virtual ~VectorSearch() = default;
  // Those of the keys that are not in the collection, in no order.
  virtual Awaitable<Result<std::vector<std::string>>> missing(
      Collection collection, std::vector<std::string> keys
  ) = 0;
  // What Store::put_vectors() keeps becomes part of a collection, and stays so until it is deleted there.
  // Others, and vectors that have no direction, are left out.
  virtual Awaitable<Result<void>> add(Collection collection, std::vector<StoredVector> vectors) = 0;
  // Of this user and kind nothing but these stays, whoever has made it.
  virtual Awaitable<Result<void>> keep_only(Collection collection, std::vector<std::string> keys) = 0;
  // The kNearest of a collection, or nearly so in a large one, and those with the keys in `also`.
  virtual Awaitable<Result<NearVectors>> nearest(
      Collection collection, std::vector<float> question, std::vector<std::string> also
  ) = 0;
};

}  // namespace parley::turns
