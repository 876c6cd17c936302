// A store in memory: for `parley chat` and `parley test`, which keep nothing, and for tests. Passes the same
// contract as the database stores. Thread-safe; every call completes at once.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/turns/ports.hpp"

namespace parley::turns {

class MemoryStore : public Store {
 public:
  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override;
  Awaitable<Result<std::optional<StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  Awaitable<Result<std::vector<LogRecord>>> records(
      std::string_view tenant,
      std::string_view conversation_id,
      std::uint64_t after_sequence,
      std::uint32_t limit
  ) override;
  Awaitable<Result<std::vector<ConversationSummary>>> list(std::string_view tenant, ConversationFilter filter)
      override;
  Awaitable<Result<std::optional<InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) override;
  Awaitable<Result<std::vector<PendingEffect>>> pending_effects(std::string_view tenant, std::uint32_t limit)
      override;
  Awaitable<Result<std::vector<DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) override;
  Awaitable<Result<std::vector<ReviewEntry>>> reviews(std::string_view tenant, ReviewFilter filter) override;
  Awaitable<Result<std::optional<ReviewEntry>>> review(std::string_view tenant, std::string_view review_id)
      override;
  Awaitable<Result<std::vector<MemoryEntry>>> memory(std::string_view tenant, std::string_view user_id)
      override;
  Awaitable<Result<void>> forget_user(std::string_view tenant, std::string_view user_id) override;
  Awaitable<Result<void>> put_flow(std::string_view tenant, FlowVersion version) override;
  Awaitable<Result<std::vector<FlowVersion>>> flow_versions(std::string_view tenant, std::string_view flow_id)
      override;
  Awaitable<Result<std::optional<FlowVersion>>> flow_by_hash(std::string_view tenant, std::string_view hash)
      override;
  Awaitable<Result<void>> put_release(
      std::string_view tenant, StoredRelease release, bool activate, std::vector<PublicationEntry> history
  ) override;
  Awaitable<Result<std::vector<PublicationEntry>>> publications(
      std::string_view tenant, std::string_view flow_id
  ) override;
  Awaitable<Result<std::optional<StoredRelease>>> release(std::string_view tenant, std::string_view hash)
      override;
  Awaitable<Result<std::optional<StoredRelease>>> active_release(std::string_view tenant) override;
  Awaitable<Result<std::optional<std::string>>> setting(std::string_view tenant, std::string_view name)
      override;
  Awaitable<Result<void>> put_setting(std::string_view tenant, std::string_view name, std::string_view value)
      override;
  Awaitable<Result<void>> check() override;

 private:
  struct Conversation {
    ConversationSummary summary;
    std::uint64_t order = 0;  // of creation
    std::vector<LogRecord> records;
    std::string snapshot;
    std::uint64_t snapshot_sequence = 0;
    std::map<std::string, OutboxEntry> outbox;
    std::map<std::string, Timestamp> timers;
  };
  struct Tenant {
    std::map<std::string, Conversation, std::less<>> conversations;
    std::map<std::pair<std::string, std::string>, InboxEntry> inbox;
    std::vector<ReviewEntry> reviews;                                               // in order of asking
    std::map<std::string, std::map<std::string, MemoryEntry>, std::less<>> memory;  // by user, by name
    std::vector<FlowVersion> flows;                                                 // in order of publishing
    std::map<std::string, StoredRelease, std::less<>> releases;
    std::string active;
    std::vector<PublicationEntry> history;
    std::map<std::string, std::string, std::less<>> settings;
  };
  static void write_people(Tenant& tenant, Commit& commit, const ConversationSummary& conversation);
  Tenant& tenant_named(std::string_view name);

  std::mutex mutex_;
  std::map<std::string, Tenant, std::less<>> tenants_;
};

}  // namespace parley::turns
