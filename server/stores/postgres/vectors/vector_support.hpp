// Whether a database compares vectors itself, by the extension `vector` (pgvector), and what makes it do so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/stores/postgres/connection.hpp"

namespace parley::stores::postgres {

struct VectorSupport {
  enum class State : std::uint8_t {
    absent,     // the database's machine does not have the extension
    available,  // it has, but this database does not
    old,        // without what searches here rely on
    unmade,     // the extension is there, and its table is not
    ready,
  };
  State state = State::absent;
  int server = 0;                // PostgreSQL's major version
  std::string version = {};      // of the extension
  std::string schema = {};       // where the extension is, quoted as in statements
  std::vector<int> graphs = {};  // lengths of vectors for which there is an HNSW index
};

[[nodiscard]] VectorSupport vector_support(Connection& db);  // throws PostgresFailure
[[nodiscard]] Result<VectorSupport> vector_support(const std::string& url);

// A sentence about where vectors are compared, and what to do when that is not the database; empty if it is.
[[nodiscard]] std::string describe(const VectorSupport& support);
[[nodiscard]] std::string advice(const VectorSupport& support);

[[nodiscard]] bool has_graph(const VectorSupport& support, int dimensions);

// The table, when the extension is there and it is not; part of every migration, in its transaction, as the
// owner. Throws PostgresFailure.
void make_vector_table(Connection& owner);

inline constexpr int kMostGraphDimensions = 4'000;
// An HNSW index of the vectors of one length, made beside what servers do. As for migrate(), but not through
// a pooler.
[[nodiscard]] Result<void> make_vector_graph(const std::string& url, int dimensions);

}  // namespace parley::stores::postgres
