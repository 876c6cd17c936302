// Reads from one tenant's database, on a connection of its own that cannot write. Every read is one
// consistent view. Each row's checksum is verified: damage throws DamagedRow instead of being served, a
// failing database throws SqliteFailure. Belongs to one reader thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/sqlite/connection.hpp"
#include "server/stores/sqlite/erasure_tables.hpp"
#include "server/stores/sqlite/people_tables.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores {

class TenantReader {
 public:
  explicit TenantReader(const std::string& path);
  TenantReader(const TenantReader&) = delete;
  TenantReader& operator=(const TenantReader&) = delete;

  std::optional<turns::StoredConversation> load(std::string_view id);
  std::vector<turns::LogRecord> records(
      std::string_view id, std::uint64_t after_sequence, std::uint32_t limit
  );
  // not_found if `before` names no conversation.
  Result<std::vector<turns::ConversationSummary>> list(const turns::ConversationFilter& filter);
  std::optional<turns::InboxEntry> find_answer(std::string_view scope, std::string_view key);
  std::vector<turns::PendingEffect> pending_effects(std::uint32_t limit);
  std::vector<turns::OutboxEntry> open_effects(std::string_view id);
  Result<std::vector<turns::DueTimer>> due_timers(Timestamp now, std::uint32_t limit);
  Result<std::vector<turns::ReviewEntry>> reviews(const turns::ReviewFilter& filter) {
    return read_reviews(db_, filter);
  }
  std::optional<turns::ReviewEntry> review(std::string_view id) { return read_review(db_, id); }
  std::vector<turns::MemoryEntry> memory(std::string_view user_id) { return read_memory(db_, user_id); }
  std::vector<turns::StoredVector> vectors(std::string_view user_id, std::span<const std::string> keys) {
    return read_vectors(db_, user_id, keys);
  }
  std::vector<turns::ErasureEntry> erasures(std::uint32_t limit) { return read_erasures(db_, limit); }
  Result<turns::ExpiredPage> expired(Timestamp before, std::uint64_t after, std::uint32_t limit) {
    return read_expired(db_, before, after, limit);
  }
  std::vector<turns::FlowVersion> flow_versions(std::string_view flow_id);
  std::optional<turns::FlowVersion> flow_by_hash(std::string_view hash);
  std::optional<turns::StoredRelease> release(std::string_view hash);
  std::optional<turns::StoredRelease> active_release();
  std::vector<turns::PublicationEntry> publications(std::string_view flow_id);
  std::optional<std::string> setting(std::string_view name);
  std::vector<std::string> setting_names(std::string_view beginning);
  std::vector<std::string> missing_conversations(std::span<const std::string> ids);

 private:
  class View;

  std::int64_t conversation_number(std::string_view id);  // 0 if there is none
  // `id` names the conversation in messages.
  std::vector<turns::LogRecord> records_after(
      std::int64_t number, std::string_view id, std::uint64_t after_sequence, std::uint32_t limit
  );
  // The conversation of the row, completed with its last record.
  turns::ConversationSummary summary(const Rows& row);
  turns::StoredRelease release_of(const Rows& row);

  Connection db_;
  Statement begin_, end_;
  Statement conversation_by_id_, number_by_id_, snapshot_, records_, last_record_;
  Statement inbox_, pending_, open_, unsettled_, due_, flows_by_id_, flow_by_hash_;
  Statement release_by_hash_, active_release_, release_flows_, publications_, setting_;
};

}  // namespace parley::stores
