// Passes everything on to another store: the base of those that tests spoil in one way or another. As
// thread-safe as the store it stands before, which must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/turns/ports.hpp"

namespace parley::turns {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& inner) : inner_(inner) {}

  Awaitable<Result<void>> commit(std::string_view tenant, Commit commit) override {
    return inner_.commit(tenant, std::move(commit));
  }
  Awaitable<Result<std::optional<StoredConversation>>> load(std::string_view tenant, std::string_view id)
      override {
    return inner_.load(tenant, id);
  }
  Awaitable<Result<std::optional<StoredConversation>>> load_since(
      std::string_view tenant, std::string_view id, std::uint64_t known
  ) override {
    return inner_.load_since(tenant, id, known);
  }
  Awaitable<Result<std::vector<LogRecord>>> records(
      std::string_view tenant, std::string_view id, std::uint64_t after, std::uint32_t limit
  ) override {
    return inner_.records(tenant, id, after, limit);
  }
  Awaitable<Result<std::vector<ConversationSummary>>> list(std::string_view tenant, ConversationFilter filter)
      override {
    return inner_.list(tenant, std::move(filter));
  }
  Awaitable<Result<std::vector<std::string>>> missing_conversations(
      std::string_view tenant, std::vector<std::string> ids
  ) override {
    return inner_.missing_conversations(tenant, std::move(ids));
  }
  Awaitable<Result<std::optional<InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) override {
    return inner_.find_answer(tenant, scope, key);
  }
  Awaitable<Result<std::vector<PendingEffect>>> pending_effects(std::string_view tenant, std::uint32_t limit)
      override {
    return inner_.pending_effects(tenant, limit);
  }
  Awaitable<Result<std::vector<OutboxEntry>>> open_effects(std::string_view tenant, std::string_view id)
      override {
    return inner_.open_effects(tenant, id);
  }
  Awaitable<Result<std::vector<DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) override {
    return inner_.due_timers(tenant, now, limit);
  }
  Awaitable<Result<std::vector<ReviewEntry>>> reviews(std::string_view tenant, ReviewFilter filter) override {
    return inner_.reviews(tenant, std::move(filter));
  }
  Awaitable<Result<std::optional<ReviewEntry>>> review(std::string_view tenant, std::string_view id)
      override {
    return inner_.review(tenant, id);
  }
  Awaitable<Result<std::vector<MemoryEntry>>> memory(std::string_view tenant, std::string_view user_id)
      override {
    return inner_.memory(tenant, user_id);
  }
  Awaitable<Result<void>> erase(std::string_view tenant, Erase piece) override {
    return inner_.erase(tenant, std::move(piece));
  }
  Awaitable<Result<std::vector<ErasureEntry>>> erasures(std::string_view tenant, std::uint32_t limit)
      override {
    return inner_.erasures(tenant, limit);
  }
  Awaitable<Result<ExpiredPage>> expired(
      std::string_view tenant, Timestamp before, std::uint64_t after, std::uint32_t limit
  ) override {
    return inner_.expired(tenant, before, after, limit);
  }
  Awaitable<Result<void>> forget_user(std::string_view tenant, std::string_view user_id) override {
    return inner_.forget_user(tenant, user_id);
  }
  Awaitable<Result<void>> forget_before(std::string_view tenant, Timestamp time) override {
    return inner_.forget_before(tenant, time);
  }
  Awaitable<Result<std::vector<StoredVector>>> vectors(
      std::string_view tenant, std::string_view user_id, std::vector<std::string> keys
  ) override {
    return inner_.vectors(tenant, user_id, std::move(keys));
  }
  Awaitable<Result<void>> put_vectors(
      std::string_view tenant, std::string_view user_id, std::vector<StoredVector> vectors, Timestamp at
  ) override {
    return inner_.put_vectors(tenant, user_id, std::move(vectors), at);
  }
  Awaitable<Result<void>> put_flow(std::string_view tenant, FlowVersion version) override {
    return inner_.put_flow(tenant, std::move(version));
  }
  Awaitable<Result<std::vector<FlowVersion>>> flow_versions(std::string_view tenant, std::string_view id)
      override {
    return inner_.flow_versions(tenant, id);
  }
  Awaitable<Result<std::optional<FlowVersion>>> flow_by_hash(std::string_view tenant, std::string_view hash)
      override {
    return inner_.flow_by_hash(tenant, hash);
  }
  Awaitable<Result<void>> put_release(
      std::string_view tenant,
      StoredRelease release,
      bool activate,
      std::vector<PublicationEntry> history,
      std::optional<std::string> base
  ) override {
    return inner_.put_release(tenant, std::move(release), activate, std::move(history), std::move(base));
  }
  Awaitable<Result<std::vector<PublicationEntry>>> publications(std::string_view tenant, std::string_view id)
      override {
    return inner_.publications(tenant, id);
  }
  Awaitable<Result<std::optional<StoredRelease>>> release(std::string_view tenant, std::string_view hash)
      override {
    return inner_.release(tenant, hash);
  }
  Awaitable<Result<std::optional<StoredRelease>>> active_release(std::string_view tenant) override {
    return inner_.active_release(tenant);
  }
  Awaitable<Result<std::optional<std::string>>> setting(std::string_view tenant, std::string_view name)
      override {
    return inner_.setting(tenant, name);
  }
  Awaitable<Result<std::vector<std::string>>> setting_names(
      std::string_view tenant, std::string_view beginning
  ) override {
    return inner_.setting_names(tenant, beginning);
  }
  Awaitable<Result<void>> put_setting(std::string_view tenant, std::string_view name, std::string_view value)
      override {
    return inner_.put_setting(tenant, name, value);
  }
  Awaitable<Result<void>> replace_setting(
      std::string_view tenant,
      std::string_view name,
      std::optional<std::string> before,
      std::string_view value
  ) override {
    return inner_.replace_setting(tenant, name, std::move(before), value);
  }
  Awaitable<Result<void>> check() override { return inner_.check(); }

  [[nodiscard]] bool is_shared() const override { return inner_.is_shared(); }
  Awaitable<Result<WorkerId>> enroll(std::string_view name) override { return inner_.enroll(name); }
  Awaitable<Result<bool>> beat(WorkerId worker) override { return inner_.beat(worker); }
  Awaitable<Result<void>> retire(WorkerId worker) override { return inner_.retire(worker); }
  Awaitable<Result<std::optional<Standing>>> standing(std::string_view tenant, std::string_view id) override {
    return inner_.standing(tenant, id);
  }
  Awaitable<Result<bool>> take_over(std::string_view tenant, std::string_view id, WorkerId from, WorkerId to)
      override {
    return inner_.take_over(tenant, id, from, to);
  }
  // One that spoils reading spoils claims as well: alone, they are made of reads.
  Awaitable<Result<std::vector<std::string>>> claim_left_over(
      std::string_view tenant, WorkerId worker, std::uint32_t limit
  ) override {
    return is_shared() ? inner_.claim_left_over(tenant, worker, limit)
                       : Store::claim_left_over(tenant, worker, limit);
  }
  Awaitable<Result<std::vector<DueTimer>>> claim_timers(
      std::string_view tenant, Timestamp now, WorkerId worker, std::uint32_t limit
  ) override {
    return is_shared() ? inner_.claim_timers(tenant, now, worker, limit)
                       : Store::claim_timers(tenant, now, worker, limit);
  }

 protected:
  Store& inner_;
};

}  // namespace parley::turns
