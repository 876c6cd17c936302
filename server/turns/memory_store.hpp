// A store in memory: for `parley chat` and `parley test`, which keep nothing, and for tests. Passes the same
// contract as the database stores. Thread-safe; every call completes at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/turns/ports.hpp"

namespace parley::turns {

class MemoryStore : public Store {
 public:
  MemoryStore() = default;
  // Shared by several drivers; `milliseconds` is the store's clock, by which workers live and claims lapse.
  explicit MemoryStore(std::function<std::int64_t()> milliseconds) : milliseconds_(std::move(milliseconds)) {}

  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override;
  Awaitable<Result<std::optional<StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  Awaitable<Result<std::optional<StoredConversation>>> load_since(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t known
  ) override;
  Awaitable<Result<std::vector<LogRecord>>> records(
      std::string_view tenant,
      std::string_view conversation_id,
      std::uint64_t after_sequence,
      std::uint32_t limit
  ) override;
  Awaitable<Result<std::vector<ConversationSummary>>> list(std::string_view tenant, ConversationFilter filter)
      override;
  Awaitable<Result<std::vector<std::string>>> missing_conversations(
      std::string_view tenant, std::vector<std::string> ids
  ) override;
  Awaitable<Result<std::optional<InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) override;
  Awaitable<Result<std::vector<PendingEffect>>> pending_effects(std::string_view tenant, std::uint32_t limit)
      override;
  Awaitable<Result<std::vector<OutboxEntry>>> open_effects(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  Awaitable<Result<std::vector<DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) override;
  Awaitable<Result<std::vector<ReviewEntry>>> reviews(std::string_view tenant, ReviewFilter filter) override;
  Awaitable<Result<std::optional<ReviewEntry>>> review(std::string_view tenant, std::string_view review_id)
      override;
  Awaitable<Result<std::vector<MemoryEntry>>> memory(std::string_view tenant, std::string_view user_id)
      override;
  Awaitable<Result<void>> forget_user(std::string_view tenant, std::string_view user_id) override;
  Awaitable<Result<void>> forget_before(std::string_view tenant, Timestamp time) override;
  Awaitable<Result<std::vector<StoredVector>>> vectors(
      std::string_view tenant, std::string_view user_id, std::vector<std::string> keys
  ) override;
  Awaitable<Result<void>> put_vectors(
      std::string_view tenant, std::string_view user_id, std::vector<StoredVector> vectors, Timestamp at
  ) override;
  Awaitable<Result<void>> erase(std::string_view tenant, Erase piece) override;
  Awaitable<Result<std::vector<ErasureEntry>>> erasures(std::string_view tenant, std::uint32_t limit)
      override;
  Awaitable<Result<ExpiredPage>> expired(
      std::string_view tenant, Timestamp before, std::uint64_t after, std::uint32_t limit
  ) override;
  Awaitable<Result<void>> put_flow(std::string_view tenant, FlowVersion version) override;
  Awaitable<Result<std::vector<FlowVersion>>> flow_versions(std::string_view tenant, std::string_view flow_id)
      override;
  Awaitable<Result<std::optional<FlowVersion>>> flow_by_hash(std::string_view tenant, std::string_view hash)
      override;
  Awaitable<Result<void>> put_release(
      std::string_view tenant,
      StoredRelease release,
      bool activate,
      std::vector<PublicationEntry> history,
      std::optional<std::string> base
  ) override;
  Awaitable<Result<std::vector<PublicationEntry>>> publications(
      std::string_view tenant, std::string_view flow_id
  ) override;
  Awaitable<Result<std::optional<StoredRelease>>> release(std::string_view tenant, std::string_view hash)
      override;
  Awaitable<Result<std::optional<StoredRelease>>> active_release(std::string_view tenant) override;
  Awaitable<Result<std::optional<std::string>>> setting(std::string_view tenant, std::string_view name)
      override;
  Awaitable<Result<std::vector<std::string>>> setting_names(
      std::string_view tenant, std::string_view beginning
  ) override;
  Awaitable<Result<void>> put_setting(std::string_view tenant, std::string_view name, std::string_view value)
      override;
  Awaitable<Result<void>> replace_setting(
      std::string_view tenant,
      std::string_view name,
      std::optional<std::string> before,
      std::string_view value
  ) override;
  Awaitable<Result<void>> check() override;

  [[nodiscard]] bool is_shared() const override { return milliseconds_ != nullptr; }
  Awaitable<Result<WorkerId>> enroll(std::string_view name) override;
  Awaitable<Result<bool>> beat(WorkerId worker) override;
  Awaitable<Result<void>> retire(WorkerId worker) override;
  Awaitable<Result<std::optional<Standing>>> standing(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  Awaitable<Result<bool>> take_over(
      std::string_view tenant, std::string_view conversation_id, WorkerId from, WorkerId to
  ) override;
  Awaitable<Result<std::vector<std::string>>> claim_left_over(
      std::string_view tenant, WorkerId worker, std::uint32_t limit
  ) override;
  Awaitable<Result<std::vector<DueTimer>>> claim_timers(
      std::string_view tenant, Timestamp now, WorkerId worker, std::uint32_t limit
  ) override;

 private:
  struct Claim {
    WorkerId worker = 0;
    std::int64_t until = 0;
  };
  struct Conversation {
    ConversationSummary summary;
    std::uint64_t order = 0;  // of creation
    std::vector<LogRecord> records;
    std::string snapshot;
    std::uint64_t snapshot_sequence = 0;
    std::map<std::string, OutboxEntry> outbox;
    std::map<std::string, Timestamp> timers;
    WorkerId worker = 0;                  // whose open turn it is in the middle of
    std::map<std::string, Claim> claims;  // by timer
    [[nodiscard]] bool unsettled() const;
  };
  struct Tenant {
    std::map<std::string, Conversation, std::less<>> conversations;
    std::uint64_t created = 0;  // conversations, ever
    std::map<std::pair<std::string, std::string>, InboxEntry> inbox;
    std::vector<ReviewEntry> reviews;                                               // in order of asking
    std::map<std::string, std::map<std::string, MemoryEntry>, std::less<>> memory;  // by user, by name
    struct Vector {
      std::string bytes;
      Timestamp at;
    };
    std::map<std::string, std::map<std::string, Vector>, std::less<>> vectors;  // by user, by key
    std::vector<FlowVersion> flows;                                             // in order of publishing
    std::map<std::string, StoredRelease, std::less<>> releases;
    std::string active;
    std::vector<PublicationEntry> history;
    std::map<std::string, std::string, std::less<>> settings;
    std::vector<ErasureEntry> erasures;  // in order
  };
  [[nodiscard]] static std::string_view refusal(
      const Tenant& tenant, const Commit& commit, const Conversation* known, bool worker_lives
  );
  static void write_requests(Tenant& tenant, Commit& commit);
  static std::uint64_t erase_conversation(Tenant& tenant, const std::string& id);
  static void write_people(Tenant& tenant, Commit& commit, const ConversationSummary& conversation);
  Tenant& tenant_named(std::string_view name);
  void bury_workers();
  [[nodiscard]] bool lives(WorkerId worker) const;

  std::function<std::int64_t()> milliseconds_;  // null: not shared
  std::mutex mutex_;
  std::map<WorkerId, std::int64_t> beats_;  // of the workers that nobody has declared dead
  WorkerId last_worker_ = 0;
  std::map<std::string, Tenant, std::less<>> tenants_;
};

}  // namespace parley::turns
