// Erasing in a tenant's file, and the record of it. Failures throw as everywhere in this folder.
//
// Deleted content is overwritten with zeros (secure_delete, see Connection). The write-ahead log still has
// it, and copies of rows that moved may be in the unused space of pages: traces, which are noted with the
// last piece of an erasure until BatchWriter has removed them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/sqlite/connection.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores {

struct TracesLeft {
  bool of_user = false;  // also in unused space
};

// Writes on the writer's connection, inside its transaction.
class ErasureWriter {
 public:
  explicit ErasureWriter(Connection& db);
  void write(const turns::Erase& piece);
  [[nodiscard]] std::optional<TracesLeft> traces();
  void traces_removed() { delete_trace_.run(); }

 private:
  // How many rows went.
  std::int64_t erase_conversation(const std::string& id, std::optional<std::int64_t> before);
  std::int64_t erase_user(const turns::Erase& piece);
  void note(const turns::Erase& piece, std::int64_t conversations, std::int64_t rows);

  Connection& db_;
  Statement number_by_id_, last_at_, delete_inbox_, delete_timers_, delete_outbox_, delete_reviews_,
      delete_snapshot_, delete_records_, delete_conversation_, delete_memory_, delete_vectors_,
      delete_setting_;
  Statement noted_, note_, trace_, put_trace_, delete_trace_;
};

// Reads on a reader's connection; newest first.
[[nodiscard]] std::vector<turns::ErasureEntry> read_erasures(const Connection& db, std::uint32_t limit);
[[nodiscard]] Result<turns::ExpiredPage> read_expired(
    const Connection& db, Timestamp before, std::uint64_t after, std::uint32_t limit
);

}  // namespace parley::stores
