#include "server/stores/sqlite/sqlite_store.hpp"

#include <utility>

namespace parley::stores {

using turns::Awaitable;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  auto files = TenantFiles::open(options.directory);
  if (!files) return std::unexpected(files.error());
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*files), options));
}

SqliteStore::SqliteStore(std::unique_ptr<TenantFiles> files, const SqliteOptions& options)
    : files_(std::move(files)),
      writer_(*files_, checkpointer_),
      batcher_(
          options.one_transaction_per_turn ? 1 : options.batch_max,
          [this](auto batch) { write(batch); },
          [this] { writer_.keep_logs_short(); }
      ),
      readers_(*files_, options.reader_threads) {}

void SqliteStore::write(std::span<TurnBatcher<Write>::Pending> batch) {
  slots_.clear();
  for (auto& pending : batch) slots_.push_back({&pending.write, &pending.outcome});
  writer_.write(slots_);
}

Awaitable<Result<void>> SqliteStore::commit(std::string_view tenant, turns::Commit commit) {
  return batcher_.submit({std::string(tenant), std::move(commit)});
}

Awaitable<Result<std::optional<turns::StoredConversation>>> SqliteStore::load(
    std::string_view tenant, std::string_view conversation_id
) {
  return readers_.read<std::optional<turns::StoredConversation>>(
      std::string(tenant),
      [id = std::string(conversation_id)](TenantReader& reader) { return reader.load(id); }
  );
}

Awaitable<Result<std::vector<turns::LogRecord>>> SqliteStore::records(
    std::string_view tenant,
    std::string_view conversation_id,
    std::uint64_t after_sequence,
    std::uint32_t limit
) {
  return readers_.read<std::vector<turns::LogRecord>>(
      std::string(tenant),
      [id = std::string(conversation_id), after_sequence, limit](TenantReader& reader) {
        return reader.records(id, after_sequence, limit);
      }
  );
}

Awaitable<Result<std::vector<turns::ConversationSummary>>> SqliteStore::list(
    std::string_view tenant, turns::ConversationFilter filter
) {
  return readers_.read<std::vector<turns::ConversationSummary>>(
      std::string(tenant), [filter = std::move(filter)](TenantReader& reader) { return reader.list(filter); }
  );
}

Awaitable<Result<std::optional<turns::InboxEntry>>> SqliteStore::find_answer(
    std::string_view tenant, std::string_view scope, std::string_view key
) {
  return readers_.read<std::optional<turns::InboxEntry>>(
      std::string(tenant),
      [scope = std::string(scope), key = std::string(key)](TenantReader& reader) {
        return reader.find_answer(scope, key);
      }
  );
}

Awaitable<Result<std::vector<turns::PendingEffect>>> SqliteStore::pending_effects(
    std::string_view tenant, std::uint32_t limit
) {
  return readers_.read<std::vector<turns::PendingEffect>>(std::string(tenant), [limit](TenantReader& reader) {
    return reader.pending_effects(limit);
  });
}

Awaitable<Result<std::vector<turns::DueTimer>>> SqliteStore::due_timers(
    std::string_view tenant, Timestamp now, std::uint32_t limit
) {
  return readers_.read<std::vector<turns::DueTimer>>(std::string(tenant), [now, limit](TenantReader& reader) {
    return reader.due_timers(now, limit);
  });
}

Awaitable<Result<std::vector<turns::ReviewEntry>>> SqliteStore::reviews(
    std::string_view tenant, turns::ReviewFilter filter
) {
  return readers_.read<std::vector<turns::ReviewEntry>>(
      std::string(tenant),
      [filter = std::move(filter)](TenantReader& reader) { return reader.reviews(filter); }
  );
}

Awaitable<Result<std::optional<turns::ReviewEntry>>> SqliteStore::review(
    std::string_view tenant, std::string_view review_id
) {
  return readers_.read<std::optional<turns::ReviewEntry>>(
      std::string(tenant), [id = std::string(review_id)](TenantReader& reader) { return reader.review(id); }
  );
}

Awaitable<Result<std::vector<turns::MemoryEntry>>> SqliteStore::memory(
    std::string_view tenant, std::string_view user_id
) {
  return readers_.read<std::vector<turns::MemoryEntry>>(
      std::string(tenant), [user = std::string(user_id)](TenantReader& reader) { return reader.memory(user); }
  );
}

Awaitable<Result<void>> SqliteStore::forget_user(std::string_view tenant, std::string_view user_id) {
  return batcher_.submit({std::string(tenant), ForgetUser{std::string(user_id)}});
}

Awaitable<Result<void>> SqliteStore::put_flow(std::string_view tenant, turns::FlowVersion version) {
  return batcher_.submit({std::string(tenant), std::move(version)});
}

Awaitable<Result<std::vector<turns::FlowVersion>>> SqliteStore::flow_versions(
    std::string_view tenant, std::string_view flow_id
) {
  return readers_.read<std::vector<turns::FlowVersion>>(
      std::string(tenant),
      [flow = std::string(flow_id)](TenantReader& reader) { return reader.flow_versions(flow); }
  );
}

Awaitable<Result<std::optional<turns::FlowVersion>>> SqliteStore::flow_by_hash(
    std::string_view tenant, std::string_view hash
) {
  return readers_.read<std::optional<turns::FlowVersion>>(
      std::string(tenant),
      [hash = std::string(hash)](TenantReader& reader) { return reader.flow_by_hash(hash); }
  );
}

Awaitable<Result<void>> SqliteStore::put_release(
    std::string_view tenant,
    turns::StoredRelease release,
    bool activate,
    std::vector<turns::PublicationEntry> history
) {
  return batcher_.submit({std::string(tenant), PutRelease{std::move(release), activate, std::move(history)}});
}

Awaitable<Result<std::vector<turns::PublicationEntry>>> SqliteStore::publications(
    std::string_view tenant, std::string_view flow_id
) {
  return readers_.read<std::vector<turns::PublicationEntry>>(
      std::string(tenant),
      [flow = std::string(flow_id)](TenantReader& reader) { return reader.publications(flow); }
  );
}

Awaitable<Result<std::optional<turns::StoredRelease>>> SqliteStore::release(
    std::string_view tenant, std::string_view hash
) {
  return readers_.read<std::optional<turns::StoredRelease>>(
      std::string(tenant), [hash = std::string(hash)](TenantReader& reader) { return reader.release(hash); }
  );
}

Awaitable<Result<std::optional<turns::StoredRelease>>> SqliteStore::active_release(std::string_view tenant) {
  return readers_.read<std::optional<turns::StoredRelease>>(std::string(tenant), [](TenantReader& reader) {
    return reader.active_release();
  });
}

Awaitable<Result<std::optional<std::string>>> SqliteStore::setting(
    std::string_view tenant, std::string_view name
) {
  return readers_.read<std::optional<std::string>>(
      std::string(tenant), [name = std::string(name)](TenantReader& reader) { return reader.setting(name); }
  );
}

Awaitable<Result<void>> SqliteStore::put_setting(
    std::string_view tenant, std::string_view name, std::string_view value
) {
  return batcher_.submit({std::string(tenant), PutSetting{std::string(name), std::string(value)}});
}

Awaitable<Result<void>> SqliteStore::check() {
  return batcher_.submit({{}, Probe{}});
}

}  // namespace parley::stores
