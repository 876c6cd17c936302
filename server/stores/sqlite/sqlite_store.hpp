// The embedded store: one SQLite file per tenant in a data folder that belongs to one server at a time.
//
// Writes of all loops go through one turn batcher and are acknowledged after the fsync; reads run on threads
// of their own. Errors: `conflict` for a stale sequence or a spent idempotency key, `unavailable` for a full
// or failing disk (nothing of the write is stored), `internal` for damaged data. A full disk heals by itself;
// after a failed sync a tenant takes no more writes until the store is opened again. Calls are for loop
// threads. Destroy the store before the loops: it finishes what was submitted.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/sqlite/batch_writer.hpp"
#include "server/stores/sqlite/reader_pool.hpp"
#include "server/stores/turn_batcher.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores {

struct SqliteOptions {
  std::string directory;
  std::size_t batch_max = 256;
  bool one_transaction_per_turn = false;  // what everyone else does; for comparison in benchmarks
  std::size_t reader_threads = 1;
};

class SqliteStore final : public turns::Store {
 public:
  static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options);

  turns::Awaitable<Result<void>> commit(std::string_view tenant, turns::Commit commit) override;
  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::LogRecord>>> records(
      std::string_view tenant,
      std::string_view conversation_id,
      std::uint64_t after_sequence,
      std::uint32_t limit
  ) override;
  // Newest created first.
  turns::Awaitable<Result<std::vector<turns::ConversationSummary>>> list(
      std::string_view tenant, turns::ConversationFilter filter
  ) override;
  turns::Awaitable<Result<std::optional<turns::InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) override;
  turns::Awaitable<Result<std::vector<turns::PendingEffect>>> pending_effects(
      std::string_view tenant, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) override;
  // Newest first.
  turns::Awaitable<Result<std::vector<turns::ReviewEntry>>> reviews(
      std::string_view tenant, turns::ReviewFilter filter
  ) override;
  turns::Awaitable<Result<std::optional<turns::ReviewEntry>>> review(
      std::string_view tenant, std::string_view review_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::MemoryEntry>>> memory(
      std::string_view tenant, std::string_view user_id
  ) override;
  turns::Awaitable<Result<void>> forget_user(std::string_view tenant, std::string_view user_id) override;
  turns::Awaitable<Result<void>> put_flow(std::string_view tenant, turns::FlowVersion version) override;
  // Newest first.
  turns::Awaitable<Result<std::vector<turns::FlowVersion>>> flow_versions(
      std::string_view tenant, std::string_view flow_id
  ) override;
  turns::Awaitable<Result<std::optional<turns::FlowVersion>>> flow_by_hash(
      std::string_view tenant, std::string_view hash
  ) override;
  turns::Awaitable<Result<void>> put_release(
      std::string_view tenant,
      turns::StoredRelease release,
      bool activate,
      std::vector<turns::PublicationEntry> history
  ) override;
  turns::Awaitable<Result<std::vector<turns::PublicationEntry>>> publications(
      std::string_view tenant, std::string_view flow_id
  ) override;
  turns::Awaitable<Result<std::optional<turns::StoredRelease>>> release(
      std::string_view tenant, std::string_view hash
  ) override;
  turns::Awaitable<Result<std::optional<turns::StoredRelease>>> active_release(std::string_view tenant
  ) override;
  turns::Awaitable<Result<std::optional<std::string>>> setting(std::string_view tenant, std::string_view name)
      override;
  turns::Awaitable<Result<void>> put_setting(
      std::string_view tenant, std::string_view name, std::string_view value
  ) override;
  turns::Awaitable<Result<void>> check() override;

 private:
  SqliteStore(std::unique_ptr<TenantFiles> files, const SqliteOptions& options);
  void write(std::span<TurnBatcher<Write>::Pending> batch);

  // In this order: what comes later uses what comes before and ends first.
  std::unique_ptr<TenantFiles> files_;
  Checkpointer checkpointer_;
  BatchWriter writer_;
  std::vector<WriteSlot> slots_;  // writer thread
  TurnBatcher<Write> batcher_;
  ReaderPool readers_;
};

}  // namespace parley::stores
