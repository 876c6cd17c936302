// The tables of reviews and of what is remembered of users. Failures throw as everywhere in this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/sqlite/connection.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores {

// Writes on the writer's connection, inside its transaction.
class PeopleWriter {
 public:
  explicit PeopleWriter(Connection& db);

  // Throws DamagedRow when a review that the commit decides is damaged: to be asked before anything is
  // written.
  void check(const turns::Commit& commit);
  void write(std::int64_t conversation, const turns::Commit& commit);
  void forget(std::string_view user_id);
  void forget_before(Timestamp time);
  void put_vectors(std::string_view user_id, std::span<const turns::StoredVector> vectors, Timestamp at);

 private:
  void open(std::int64_t conversation, const turns::ReviewEntry& review);
  void close(const turns::ReviewDecision& decision);
  void remember(std::string_view user_id, const turns::MemoryEntry& entry);

  Statement insert_review_, review_by_id_, close_review_;
  Statement put_memory_, delete_memory_, delete_user_, delete_old_;
  Statement put_vector_, delete_vectors_, delete_old_vectors_;
};

// Reads on a reader's connection. The statements are made when they are needed: a database that was only
// opened for reading may be older than these tables.
[[nodiscard]] Result<std::vector<turns::ReviewEntry>> read_reviews(
    const Connection& db, const turns::ReviewFilter& filter
);
[[nodiscard]] std::optional<turns::ReviewEntry> read_review(const Connection& db, std::string_view review_id);
[[nodiscard]] std::vector<turns::MemoryEntry> read_memory(const Connection& db, std::string_view user_id);
[[nodiscard]] std::vector<turns::StoredVector> read_vectors(
    const Connection& db, std::string_view user_id, std::span<const std::string> keys
);

}  // namespace parley::stores
