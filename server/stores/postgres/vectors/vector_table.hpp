// The table parley.embedding on one connection. Belongs to one thread; reconnects by itself.
//
// Searches are exact, but in large collections of nobody's texts for which there is an HNSW index: that one
// gives candidates, by numbers of 16 bits, whose whole vectors are then compared. Every statement is of the
// tenant that the transaction names; values travel beside statements, never within them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/stores/postgres/connection.hpp"
#include "server/stores/postgres/vectors/vector_support.hpp"
#include "server/turns/vectors/vector_search.hpp"

namespace parley::stores::postgres {

class VectorTable {
 public:
  // Up to so many texts a scan is as quick as the index and misses nothing.
  static constexpr std::size_t kExactUpTo = 10'000;

  VectorTable(std::string url, const VectorSupport& support);

  // See ReadThreads.
  template <typename T, typename Query>
  Result<T> run(const std::string& tenant, Query& query) {
    if (auto ready = begin(tenant); !ready) return std::unexpected(std::move(ready.error()));
    try {
      return query(*this);
    } catch (const PostgresFailure& failure) {
      return std::unexpected(note(failure));
    }
  }

  // See turns::VectorSearch.
  std::vector<std::string> missing(const turns::Collection& of, std::span<const std::string> keys);
  Result<void> add(const turns::Collection& of, std::span<const turns::StoredVector> vectors);
  Result<void> keep_only(const turns::Collection& of, std::span<const std::string> keys);
  Result<turns::NearVectors> nearest(
      const turns::Collection& of, std::span<const float> question, std::span<const std::string> also
  );

 private:
  // What a Statement only points to.
  struct Text {
    std::string name;
    std::string sql;
    Statement statement{};
  };
  [[nodiscard]] Text* text(std::string name, std::string sql);
  [[nodiscard]] const Statement& graph_statement(std::size_t dimensions);

  Result<void> begin(const std::string& tenant);
  Error note(const PostgresFailure& failure);
  std::vector<Rows> ask(Access access, std::span<const Request> requests);

  std::string url_;
  VectorSupport support_;
  std::string tenant_;
  std::vector<std::unique_ptr<Text>> texts_;
  const Statement* add_;
  const Statement* exact_;
  const Statement* also_;
  const Statement* sample_;
  std::unique_ptr<Connection> db_;  // after the statements, which it knows by their names
};

}  // namespace parley::stores::postgres
