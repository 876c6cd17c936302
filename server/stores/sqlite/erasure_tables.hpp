// Erasing in a tenant's file, and the record of it. Failures throw as everywhere in this folder.
//
// Deleted content is overwritten with zeros (secure_delete, see Connection), and the write-ahead log, which
// still has it, is cut off when an erasure is finished: BatchWriter does that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/sqlite/connection.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores {

// Writes on the writer's connection, inside its transaction.
class ErasureWriter {
 public:
  explicit ErasureWriter(Connection& db);
  void write(const turns::Erase& piece);

 private:
  // How many rows went.
  std::int64_t erase_conversation(const std::string& id, std::optional<std::int64_t> before);
  std::int64_t erase_user(const turns::Erase& piece);
  void note(const turns::Erase& piece, std::int64_t conversations, std::int64_t rows);

  Connection& db_;
  Statement number_by_id_, last_at_, delete_inbox_, delete_timers_, delete_outbox_, delete_reviews_,
      delete_snapshot_, delete_records_, delete_conversation_, delete_memory_, delete_vectors_,
      delete_setting_;
  Statement noted_, note_;
};

// Reads on a reader's connection; newest first.
[[nodiscard]] std::vector<turns::ErasureEntry> read_erasures(const Connection& db, std::uint32_t limit);
[[nodiscard]] Result<turns::ExpiredPage> read_expired(
    const Connection& db, Timestamp before, std::uint64_t after, std::uint32_t limit
);

}  // namespace parley::stores
