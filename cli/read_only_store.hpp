// What a server has stored, for reading, while it may be running: the database of a data folder, where
// write-ahead mode lets readers in beside the one writer, or a PostgreSQL database. No lock is asked for. One
// thread; every call completes at once; writes are refused.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/stores/postgres/reader.hpp"
#include "server/stores/sqlite/tenant_reader.hpp"
#include "server/turns/ports.hpp"

namespace parley::cli {

class ReadOnlyStore final : public turns::Store {
 public:
  // not_found when nothing has been stored there yet.
  static Result<std::unique_ptr<ReadOnlyStore>> open(const std::string& data_dir, const std::string& tenant);
  // unsupported when the database has another schema.
  static Result<std::unique_ptr<ReadOnlyStore>> connect(const std::string& url, const std::string& tenant);

  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::LogRecord>>> records(
      std::string_view tenant,
      std::string_view conversation_id,
      std::uint64_t after_sequence,
      std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::ConversationSummary>>> list(
      std::string_view tenant, turns::ConversationFilter filter
  ) override;
  turns::Awaitable<Result<std::vector<std::string>>> missing_conversations(
      std::string_view tenant, std::vector<std::string> ids
  ) override;
  turns::Awaitable<Result<std::optional<turns::InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) override;
  turns::Awaitable<Result<std::vector<turns::PendingEffect>>> pending_effects(
      std::string_view tenant, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::OutboxEntry>>> open_effects(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::ReviewEntry>>> reviews(
      std::string_view tenant, turns::ReviewFilter filter
  ) override;
  turns::Awaitable<Result<std::optional<turns::ReviewEntry>>> review(
      std::string_view tenant, std::string_view review_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::MemoryEntry>>> memory(
      std::string_view tenant, std::string_view user_id
  ) override;
  turns::Awaitable<Result<std::vector<turns::FlowVersion>>> flow_versions(
      std::string_view tenant, std::string_view flow_id
  ) override;
  turns::Awaitable<Result<std::optional<turns::FlowVersion>>> flow_by_hash(
      std::string_view tenant, std::string_view hash
  ) override;
  turns::Awaitable<Result<std::optional<turns::StoredRelease>>> release(
      std::string_view tenant, std::string_view hash
  ) override;
  turns::Awaitable<Result<std::optional<turns::StoredRelease>>> active_release(std::string_view tenant
  ) override;
  turns::Awaitable<Result<std::vector<turns::PublicationEntry>>> publications(
      std::string_view tenant, std::string_view flow_id
  ) override;
  turns::Awaitable<Result<std::optional<std::string>>> setting(std::string_view tenant, std::string_view name)
      override;
  turns::Awaitable<Result<std::vector<std::string>>> setting_names(
      std::string_view tenant, std::string_view beginning
  ) override;
  turns::Awaitable<Result<void>> check() override;

  turns::Awaitable<Result<std::vector<turns::ErasureEntry>>> erasures(
      std::string_view tenant, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<turns::ExpiredPage>> expired(
      std::string_view tenant, Timestamp before, std::uint64_t after, std::uint32_t limit
  ) override;

  turns::Awaitable<Result<void>> commit(std::string_view tenant, turns::Commit commit) override;
  turns::Awaitable<Result<void>> forget_user(std::string_view tenant, std::string_view user_id) override;
  turns::Awaitable<Result<void>> forget_before(std::string_view tenant, Timestamp time) override;
  turns::Awaitable<Result<std::vector<turns::StoredVector>>> vectors(
      std::string_view tenant, std::string_view user_id, std::vector<std::string> keys
  ) override;
  turns::Awaitable<Result<void>> put_vectors(
      std::string_view tenant,
      std::string_view user_id,
      std::vector<turns::StoredVector> vectors,
      Timestamp at
  ) override;
  turns::Awaitable<Result<void>> erase(std::string_view tenant, turns::Erase piece) override;
  turns::Awaitable<Result<void>> put_flow(std::string_view tenant, turns::FlowVersion version) override;
  turns::Awaitable<Result<void>> put_release(
      std::string_view tenant,
      turns::StoredRelease release,
      bool activate,
      std::vector<turns::PublicationEntry> history,
      std::optional<std::string> base
  ) override;
  turns::Awaitable<Result<void>> put_setting(
      std::string_view tenant, std::string_view name, std::string_view value
  ) override;
  turns::Awaitable<Result<void>> replace_setting(
      std::string_view tenant,
      std::string_view name,
      std::optional<std::string> before,
      std::string_view value
  ) override;

 private:
  ReadOnlyStore() = default;
  // What `query` makes of the reader; what the reader throws becomes an error.
  template <typename T, typename Query>
  Result<T> ask(Query query);

  std::string tenant_;
  std::unique_ptr<stores::TenantReader> file_;  // one of the two
  std::unique_ptr<stores::postgres::Reader> database_;
};

}  // namespace parley::cli
