// The embedded store: one SQLite file per tenant in a data folder that belongs to one server at a time.
//
// Writes of all loops go through one turn batcher and are acknowledged after the fsync; reads run on threads
// of their own. Errors: `conflict` for a stale sequence or a spent idempotency key, `unavailable` for a full
// or failing disk (nothing of the write is stored), `internal` for damaged data. A full disk heals by itself;
// after a failed sync a tenant takes no more writes until the store is opened again. Calls are for loop
// threads. Destroy the store before the loops: it finishes what was submitted.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stores/batched_store.hpp"
#include "server/stores/sqlite/batch_writer.hpp"
#include "server/stores/sqlite/tenant_readers.hpp"

namespace parley::stores {

struct SqliteOptions {
  std::string directory;
  std::size_t batch_max = 256;
  bool one_transaction_per_turn = false;  // what everyone else does; for comparison in benchmarks
  std::size_t reader_threads = 1;
};

// What BatchedStore needs of SQLite.
class SqliteBackend {
 public:
  using Readers = TenantReaders;

  explicit SqliteBackend(std::unique_ptr<TenantFiles> files)
      : files_(std::move(files)), writer_(*files_, checkpointer_) {}

  // Answers the erasures that still wait; what they left is removed after the next start.
  ~SqliteBackend();
  SqliteBackend(const SqliteBackend&) = delete;
  SqliteBackend& operator=(const SqliteBackend&) = delete;

  void write(std::span<TurnBatcher<Write>::Pending> batch);
  std::optional<std::chrono::milliseconds> after_batch();
  [[nodiscard]] std::unique_ptr<Readers> make_readers() { return std::make_unique<Readers>(*files_); }

 private:
  // An erasure's last piece is acknowledged when nothing of it is left in the file, unless somebody reads for
  // long.
  struct Erased {
    std::string tenant;
    net::Executor executor;
    std::move_only_function<void(Result<void>)> done;
    std::chrono::steady_clock::time_point patience_until;
  };
  void answer(Erased erased);

  // In this order: what comes later uses what comes before and ends first.
  std::unique_ptr<TenantFiles> files_;
  Checkpointer checkpointer_;
  BatchWriter writer_;
  std::vector<WriteSlot> slots_;  // writer thread
  std::vector<Erased> erased_;    // writer thread
};

class SqliteStore final : public BatchedStore<SqliteBackend> {
 public:
  using BatchedStore<SqliteBackend>::BatchedStore;
  static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options);

  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) override;
};

}  // namespace parley::stores
