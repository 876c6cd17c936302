// Where the vectors of texts are compared: in this process, or in the database when that is PostgreSQL with
// the extension `vector`. Made at a start; see docs/how-to/run-on-postgres.md.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/api/api.hpp"
#include "server/memory/stored_vectors.hpp"
#include "server/ops/config.hpp"
#include "server/stores/postgres/vectors/vector_support.hpp"
#include "server/turns/vectors/vector_search.hpp"

namespace parley {

class VectorPlace {
 public:
  // As the setting store.vectors says, "auto", "server" or "database". A database that cannot is no error; a
  // setting that says something else is.
  [[nodiscard]] Result<void> choose(const ops::Config& config);

  [[nodiscard]] std::shared_ptr<memory::StoredVectors> make_vectors(
      std::shared_ptr<turns::VectorMaker> maker, turns::Store& store, turns::Clock& clock
  ) const;
  // What to tell whoever starts the server: nothing, or what would have to be installed.
  [[nodiscard]] std::string note(const assistant::Settings& settings) const;
  // For /readyz, on PostgreSQL.
  [[nodiscard]] std::vector<api::Helper> helpers() const;
  // For parley doctor.
  [[nodiscard]] std::string words() const;
  [[nodiscard]] std::string advice() const;
  // The database was asked for, and cannot.
  [[nodiscard]] bool falls_back() const { return wanted_ && search_ == nullptr; }

  // While the loops still exist.
  void stop() { search_.reset(); }

 private:
  std::optional<stores::postgres::VectorSupport> support_;  // none: SQLite
  std::unique_ptr<turns::VectorSearch> search_;             // null: this process compares
  memory::SearchPlace limits_;                              // without `by`
  bool wanted_ = false;
};

}  // namespace parley
