// Vectors compared by the database: the port turns::VectorSearch on the extension `vector`. Has threads and
// connections of its own, so that no turn waits behind a search. Failures are those of PostgresStore's reads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/stores/postgres/vectors/vector_support.hpp"
#include "server/stores/postgres/vectors/vector_table.hpp"
#include "server/stores/read_threads.hpp"
#include "server/turns/vectors/vector_search.hpp"

namespace parley::stores {

class PostgresVectorSearch final : public turns::VectorSearch {
 public:
  // `support` must be ready.
  PostgresVectorSearch(const std::string& url, const postgres::VectorSupport& support);

  turns::Awaitable<Result<std::vector<std::string>>> missing(
      turns::Collection collection, std::vector<std::string> keys
  ) override;
  turns::Awaitable<Result<void>> add(turns::Collection collection, std::vector<turns::StoredVector> vectors)
      override;
  turns::Awaitable<Result<void>> keep_only(turns::Collection collection, std::vector<std::string> keys)
      override;
  turns::Awaitable<Result<turns::NearVectors>> nearest(
      turns::Collection collection, std::vector<float> question, std::vector<std::string> also
  ) override;

 private:
  struct Tables : postgres::VectorTable {
    using Reader = postgres::VectorTable;
    using postgres::VectorTable::VectorTable;
  };
  ReadThreads<Tables> threads_;
};

}  // namespace parley::stores
