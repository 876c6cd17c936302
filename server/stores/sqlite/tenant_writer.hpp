// Writes into one tenant's database: a batch of writes is one transaction with one fsync.
//
// A write that loses (stale sequence, invalid input) is found out before its first statement, so it leaves
// nothing behind and does not disturb the others; no savepoints are needed. A failing database throws
// SqliteFailure out of write_batch, with nothing of the batch written. Belongs to the writer thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/stores/sqlite/connection.hpp"
#include "server/stores/sqlite/conversation_cache.hpp"
#include "server/stores/sqlite/erasure_tables.hpp"
#include "server/stores/sqlite/people_tables.hpp"
#include "server/stores/write.hpp"

namespace parley::stores {

// One write of a batch and where its result goes.
struct WriteSlot {
  const Write* write;
  Result<void>* outcome;
};

class TenantWriter {
 public:
  explicit TenantWriter(const std::string& path);
  TenantWriter(const TenantWriter&) = delete;
  TenantWriter& operator=(const TenantWriter&) = delete;

  void write_batch(std::span<const WriteSlot> batch);

  // Writes and syncs a page without changing anything.
  void probe();

  // Frames in the write-ahead log as of the last commit.
  [[nodiscard]] int log_frames() const { return log_frames_; }
  // Copies the log's rest into the database and starts it over. False if a reader still needs it.
  bool restart_log(int patience_ms);
  // Of erasures that are finished, of this run or of one before.
  [[nodiscard]] const std::optional<TracesLeft>& traces() const { return traces_; }
  // Copies the log's rest and cuts the file off. False if a reader still needs it.
  bool cut_log_off(int patience_ms);
  // Unused space, see overwrite_unused_space(). Close this writer then.
  std::optional<std::int64_t> overwrite_some(std::int64_t first_page, std::int64_t pages);
  void traces_removed();
  // After a failed sync: leave the files as they are.
  void forgo_last_checkpoint();

 private:
  Result<void> apply(const turns::Commit& commit);
  Result<void> apply(const turns::FlowVersion& version);
  Result<void> apply(const PutRelease& put);
  Result<void> apply(const PutSetting& put);
  Result<void> apply(const ReplaceSetting& replace);
  Result<void> apply(const ForgetUser& forget);
  Result<void> apply(const ForgetBefore& forget);
  Result<void> apply(const PutVectors& put);
  Result<void> apply(const turns::Erase& piece);
  Result<void> apply(const Probe&) { return {}; }

  KnownConversation* known(const std::string& id);
  Result<std::optional<std::int64_t>> inbox_row(const turns::InboxEntry& entry, bool claims);
  void write_conversation(const turns::ConversationSummary& summary, KnownConversation*& entry);
  void write_record(std::int64_t conversation, const turns::LogRecord& record);
  void write_outbox(std::int64_t conversation, const turns::OutboxEntry& entry);
  void write_timer(std::int64_t conversation, const turns::TimerEntry& entry);
  void write_inbox(std::optional<std::int64_t> row, const turns::InboxEntry& entry);
  std::optional<std::int64_t> release_number(std::string_view hash);
  void rollback();
  bool checkpoint(int mode, int patience_ms);

  Connection db_;
  ConversationCache cache_;
  std::int64_t next_conversation_ = 0;  // 0: ask the database
  int log_frames_ = 0;

  Statement begin_, commit_, rollback_;
  Statement conversation_by_id_, last_sequence_, last_conversation_, insert_conversation_,
      update_conversation_;
  Statement insert_record_, put_snapshot_, put_outbox_, put_timer_, delete_timer_;
  Statement inbox_by_key_, insert_inbox_, update_inbox_;
  Statement insert_flow_, release_by_hash_, insert_release_, insert_release_flow_, last_activation_,
      insert_activation_, insert_publication_;
  Statement setting_;
  Statement put_setting_;
  PeopleWriter people_;
  ErasureWriter erasures_;
  std::optional<TracesLeft> traces_;
};

}  // namespace parley::stores
