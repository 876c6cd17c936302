// A store made of a backend: writes of all loops go through one turn batcher and are acknowledged when they
// are durable; reads run on threads of their own. How conversations are loaded is left to each store.
//
// A backend has `Readers` (see read_threads.hpp; their `Reader` answers the questions below), make_readers(),
// write(batch) on the batcher's thread, and after_batch(). Calls are for loop threads. Destroy the store
// before the loops: it finishes what was submitted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stores/read_threads.hpp"
#include "server/stores/turn_batcher.hpp"
#include "server/stores/write.hpp"
#include "server/turns/ports.hpp"

namespace parley::stores {

template <typename Backend>
class BatchedStore : public turns::Store {
 public:
  using Readers = typename Backend::Readers;
  using Reader = typename Readers::Reader;

  template <typename... Arguments>
  BatchedStore(std::size_t batch_max, std::size_t reader_threads, Arguments&&... arguments)
      : backend_(std::forward<Arguments>(arguments)...),
        batcher_(
            batch_max,
            [this](auto batch) { backend_.write(batch); },
            [this] { return backend_.after_batch(); }
        ),
        readers_(reader_threads, [this] { return backend_.make_readers(); }) {}

  turns::Awaitable<Result<void>> commit(std::string_view tenant, turns::Commit commit) override {
    return batcher_.submit({std::string(tenant), std::move(commit)});
  }

  turns::Awaitable<Result<std::vector<turns::LogRecord>>> records(
      std::string_view tenant,
      std::string_view conversation_id,
      std::uint64_t after_sequence,
      std::uint32_t limit
  ) override {
    return readers_.template read<std::vector<turns::LogRecord>>(
        std::string(tenant),
        [id = std::string(conversation_id), after_sequence, limit](Reader& reader) {
          return reader.records(id, after_sequence, limit);
        }
    );
  }

  turns::Awaitable<Result<std::vector<turns::ConversationSummary>>> list(
      std::string_view tenant, turns::ConversationFilter filter
  ) override {
    return readers_.template read<std::vector<turns::ConversationSummary>>(
        std::string(tenant), [filter = std::move(filter)](Reader& reader) { return reader.list(filter); }
    );
  }

  turns::Awaitable<Result<std::vector<std::string>>> missing_conversations(
      std::string_view tenant, std::vector<std::string> ids
  ) override {
    return readers_.template read<std::vector<std::string>>(
        std::string(tenant),
        [ids = std::move(ids)](Reader& reader) { return reader.missing_conversations(ids); }
    );
  }

  turns::Awaitable<Result<std::optional<turns::InboxEntry>>> find_answer(
      std::string_view tenant, std::string_view scope, std::string_view key
  ) override {
    return readers_.template read<std::optional<turns::InboxEntry>>(
        std::string(tenant),
        [scope = std::string(scope), key = std::string(key)](Reader& reader) {
          return reader.find_answer(scope, key);
        }
    );
  }

  turns::Awaitable<Result<std::vector<turns::PendingEffect>>> pending_effects(
      std::string_view tenant, std::uint32_t limit
  ) override {
    return readers_.template read<std::vector<turns::PendingEffect>>(
        std::string(tenant), [limit](Reader& reader) { return reader.pending_effects(limit); }
    );
  }

  turns::Awaitable<Result<std::vector<turns::OutboxEntry>>> open_effects(
      std::string_view tenant, std::string_view conversation_id
  ) override {
    return readers_.template read<std::vector<turns::OutboxEntry>>(
        std::string(tenant),
        [id = std::string(conversation_id)](Reader& reader) { return reader.open_effects(id); }
    );
  }

  turns::Awaitable<Result<std::vector<turns::DueTimer>>> due_timers(
      std::string_view tenant, Timestamp now, std::uint32_t limit
  ) override {
    return readers_.template read<std::vector<turns::DueTimer>>(
        std::string(tenant), [now, limit](Reader& reader) { return reader.due_timers(now, limit); }
    );
  }

  turns::Awaitable<Result<std::vector<turns::ReviewEntry>>> reviews(
      std::string_view tenant, turns::ReviewFilter filter
  ) override {
    return readers_.template read<std::vector<turns::ReviewEntry>>(
        std::string(tenant), [filter = std::move(filter)](Reader& reader) { return reader.reviews(filter); }
    );
  }

  turns::Awaitable<Result<std::optional<turns::ReviewEntry>>> review(
      std::string_view tenant, std::string_view review_id
  ) override {
    return readers_.template read<std::optional<turns::ReviewEntry>>(
        std::string(tenant), [id = std::string(review_id)](Reader& reader) { return reader.review(id); }
    );
  }

  turns::Awaitable<Result<std::vector<turns::MemoryEntry>>> memory(
      std::string_view tenant, std::string_view user_id
  ) override {
    return readers_.template read<std::vector<turns::MemoryEntry>>(
        std::string(tenant), [user = std::string(user_id)](Reader& reader) { return reader.memory(user); }
    );
  }

  turns::Awaitable<Result<void>> forget_user(std::string_view tenant, std::string_view user_id) override {
    return batcher_.submit({std::string(tenant), ForgetUser{std::string(user_id)}});
  }

  turns::Awaitable<Result<void>> forget_before(std::string_view tenant, Timestamp time) override {
    return batcher_.submit({std::string(tenant), ForgetBefore{time}});
  }

  turns::Awaitable<Result<std::vector<turns::StoredVector>>> vectors(
      std::string_view tenant, std::string_view user_id, std::vector<std::string> keys
  ) override {
    return readers_.template read<std::vector<turns::StoredVector>>(
        std::string(tenant),
        [user = std::string(user_id), keys = std::move(keys)](Reader& reader) {
          return reader.vectors(user, keys);
        }
    );
  }

  turns::Awaitable<Result<void>> put_vectors(
      std::string_view tenant,
      std::string_view user_id,
      std::vector<turns::StoredVector> vectors,
      Timestamp at
  ) override {
    return batcher_.submit({std::string(tenant), PutVectors{std::string(user_id), std::move(vectors), at}});
  }

  turns::Awaitable<Result<void>> erase(std::string_view tenant, turns::Erase piece) override {
    return batcher_.submit({std::string(tenant), std::move(piece)});
  }

  turns::Awaitable<Result<std::vector<turns::ErasureEntry>>> erasures(
      std::string_view tenant, std::uint32_t limit
  ) override {
    return readers_.template read<std::vector<turns::ErasureEntry>>(
        std::string(tenant), [limit](Reader& reader) { return reader.erasures(limit); }
    );
  }

  turns::Awaitable<Result<turns::ExpiredPage>> expired(
      std::string_view tenant, Timestamp before, std::uint64_t after, std::uint32_t limit
  ) override {
    return readers_.template read<turns::ExpiredPage>(
        std::string(tenant),
        [before, after, limit](Reader& reader) { return reader.expired(before, after, limit); }
    );
  }

  turns::Awaitable<Result<void>> put_flow(std::string_view tenant, turns::FlowVersion version) override {
    return batcher_.submit({std::string(tenant), std::move(version)});
  }

  turns::Awaitable<Result<std::vector<turns::FlowVersion>>> flow_versions(
      std::string_view tenant, std::string_view flow_id
  ) override {
    return readers_.template read<std::vector<turns::FlowVersion>>(
        std::string(tenant),
        [flow = std::string(flow_id)](Reader& reader) { return reader.flow_versions(flow); }
    );
  }

  turns::Awaitable<Result<std::optional<turns::FlowVersion>>> flow_by_hash(
      std::string_view tenant, std::string_view hash
  ) override {
    return readers_.template read<std::optional<turns::FlowVersion>>(
        std::string(tenant), [hash = std::string(hash)](Reader& reader) { return reader.flow_by_hash(hash); }
    );
  }

  turns::Awaitable<Result<void>> put_release(
      std::string_view tenant,
      turns::StoredRelease release,
      bool activate,
      std::vector<turns::PublicationEntry> history,
      std::optional<std::string> base
  ) override {
    PutRelease put{std::move(release), activate, std::move(history), std::move(base)};
    return batcher_.submit({std::string(tenant), std::move(put)});
  }

  turns::Awaitable<Result<std::vector<turns::PublicationEntry>>> publications(
      std::string_view tenant, std::string_view flow_id
  ) override {
    return readers_.template read<std::vector<turns::PublicationEntry>>(
        std::string(tenant),
        [flow = std::string(flow_id)](Reader& reader) { return reader.publications(flow); }
    );
  }

  turns::Awaitable<Result<std::optional<turns::StoredRelease>>> release(
      std::string_view tenant, std::string_view hash
  ) override {
    return readers_.template read<std::optional<turns::StoredRelease>>(
        std::string(tenant), [hash = std::string(hash)](Reader& reader) { return reader.release(hash); }
    );
  }

  turns::Awaitable<Result<std::optional<turns::StoredRelease>>> active_release(std::string_view tenant
  ) override {
    return readers_.template read<std::optional<turns::StoredRelease>>(
        std::string(tenant), [](Reader& reader) { return reader.active_release(); }
    );
  }

  turns::Awaitable<Result<std::optional<std::string>>> setting(std::string_view tenant, std::string_view name)
      override {
    return readers_.template read<std::optional<std::string>>(
        std::string(tenant), [name = std::string(name)](Reader& reader) { return reader.setting(name); }
    );
  }

  turns::Awaitable<Result<std::vector<std::string>>> setting_names(
      std::string_view tenant, std::string_view beginning
  ) override {
    return readers_.template read<std::vector<std::string>>(
        std::string(tenant),
        [beginning = std::string(beginning)](Reader& reader) { return reader.setting_names(beginning); }
    );
  }

  turns::Awaitable<Result<void>> put_setting(
      std::string_view tenant, std::string_view name, std::string_view value
  ) override {
    return batcher_.submit({std::string(tenant), PutSetting{std::string(name), std::string(value)}});
  }

  turns::Awaitable<Result<void>> replace_setting(
      std::string_view tenant,
      std::string_view name,
      std::optional<std::string> before,
      std::string_view value
  ) override {
    ReplaceSetting replace{std::string(name), std::move(before), std::string(value)};
    return batcher_.submit({std::string(tenant), std::move(replace)});
  }

  turns::Awaitable<Result<void>> check() override { return batcher_.submit({{}, Probe{}}); }

 private:
  // In this order: what comes later uses what comes before and ends first.
  Backend backend_;
  TurnBatcher<Write> batcher_;

 protected:
  ReadThreads<Readers> readers_;
};

}  // namespace parley::stores
