#include "cli/read_only_store.hpp"

#include <filesystem>
#include <utility>

#include "server/stores/postgres/schema.hpp"

namespace parley::cli {
namespace {

using turns::Awaitable;

std::unexpected<Error> refused() {
  return fail(ErrorCode::unsupported, "the database was opened for reading only");
}

std::optional<turns::StoredConversation> load_one(stores::TenantReader& reader, std::string_view id) {
  return reader.load(id);
}

stores::postgres::Reader::Loaded load_one(stores::postgres::Reader& reader, std::string_view id) {
  const stores::postgres::Reader::Wanted only[] = {{std::string(id)}};
  return std::move(reader.load(only).front());
}

}  // namespace

template <typename T, typename Query>
Result<T> ReadOnlyStore::ask(Query query) {
  if (database_ != nullptr) return database_->run<T>(tenant_, query);
  try {
    return query(*file_);
  } catch (const stores::SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  } catch (const stores::DamagedRow& damage) {
    return std::unexpected(to_error(damage));
  }
}

Result<std::unique_ptr<ReadOnlyStore>> ReadOnlyStore::open(
    const std::string& data_dir, const std::string& tenant
) {
  const std::string path = data_dir + "/tenants/" + tenant + ".db";
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) {
    return fail(
        ErrorCode::not_found,
        "there are no conversations in " + data_dir,
        {},
        "name the server's data folder with --data-dir, or have a first conversation with parley serve"
    );
  }
  std::unique_ptr<ReadOnlyStore> store(new ReadOnlyStore());
  try {
    store->file_ = std::make_unique<stores::TenantReader>(path);
    return store;
  } catch (const stores::SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

Result<std::unique_ptr<ReadOnlyStore>> ReadOnlyStore::connect(
    const std::string& url, const std::string& tenant
) {
  const auto status = stores::postgres::schema_status(url);
  if (!status) return std::unexpected(status.error());
  if (!status->usable()) {
    return fail(
        ErrorCode::unsupported,
        "the database has schema " + std::to_string(status->made) + "; this version reads " +
            std::to_string(status->known),
        {},
        status->made < status->known ? "run: parley db migrate" : "use the newer version"
    );
  }
  std::unique_ptr<ReadOnlyStore> store(new ReadOnlyStore());
  store->tenant_ = tenant;
  store->database_ = std::make_unique<stores::postgres::Reader>(url, "parley command line");
  return store;
}

Awaitable<Result<std::optional<turns::StoredConversation>>> ReadOnlyStore::load(
    std::string_view, std::string_view id
) {
  co_return ask<std::optional<turns::StoredConversation>>([&](auto& reader) { return load_one(reader, id); });
}

Awaitable<Result<std::vector<turns::LogRecord>>> ReadOnlyStore::records(
    std::string_view, std::string_view id, std::uint64_t after_sequence, std::uint32_t limit
) {
  co_return ask<std::vector<turns::LogRecord>>([&](auto& reader) {
    return reader.records(id, after_sequence, limit);
  });
}

Awaitable<Result<std::vector<turns::ConversationSummary>>> ReadOnlyStore::list(
    std::string_view, turns::ConversationFilter filter
) {
  co_return ask<std::vector<turns::ConversationSummary>>([&](auto& reader) { return reader.list(filter); });
}

Awaitable<Result<std::vector<std::string>>> ReadOnlyStore::missing_conversations(
    std::string_view, std::vector<std::string> ids
) {
  co_return ask<std::vector<std::string>>([&](auto& reader) { return reader.missing_conversations(ids); });
}

Awaitable<Result<std::optional<turns::InboxEntry>>> ReadOnlyStore::find_answer(
    std::string_view, std::string_view scope, std::string_view key
) {
  co_return ask<std::optional<turns::InboxEntry>>([&](auto& reader) { return reader.find_answer(scope, key); }
  );
}

Awaitable<Result<std::vector<turns::PendingEffect>>> ReadOnlyStore::pending_effects(
    std::string_view, std::uint32_t limit
) {
  co_return ask<std::vector<turns::PendingEffect>>([&](auto& reader) { return reader.pending_effects(limit); }
  );
}

Awaitable<Result<std::vector<turns::OutboxEntry>>> ReadOnlyStore::open_effects(
    std::string_view, std::string_view id
) {
  co_return ask<std::vector<turns::OutboxEntry>>([&](auto& reader) { return reader.open_effects(id); });
}

Awaitable<Result<std::vector<turns::DueTimer>>> ReadOnlyStore::due_timers(
    std::string_view, Timestamp now, std::uint32_t limit
) {
  co_return ask<std::vector<turns::DueTimer>>([&](auto& reader) { return reader.due_timers(now, limit); });
}

Awaitable<Result<std::vector<turns::ReviewEntry>>> ReadOnlyStore::reviews(
    std::string_view, turns::ReviewFilter filter
) {
  co_return ask<std::vector<turns::ReviewEntry>>([&](auto& reader) { return reader.reviews(filter); });
}

Awaitable<Result<std::optional<turns::ReviewEntry>>> ReadOnlyStore::review(
    std::string_view, std::string_view review_id
) {
  co_return ask<std::optional<turns::ReviewEntry>>([&](auto& reader) { return reader.review(review_id); });
}

Awaitable<Result<std::vector<turns::MemoryEntry>>> ReadOnlyStore::memory(
    std::string_view, std::string_view user_id
) {
  co_return ask<std::vector<turns::MemoryEntry>>([&](auto& reader) { return reader.memory(user_id); });
}

Awaitable<Result<std::vector<turns::FlowVersion>>> ReadOnlyStore::flow_versions(
    std::string_view, std::string_view flow_id
) {
  co_return ask<std::vector<turns::FlowVersion>>([&](auto& reader) { return reader.flow_versions(flow_id); });
}

Awaitable<Result<std::optional<turns::FlowVersion>>> ReadOnlyStore::flow_by_hash(
    std::string_view, std::string_view hash
) {
  co_return ask<std::optional<turns::FlowVersion>>([&](auto& reader) { return reader.flow_by_hash(hash); });
}

Awaitable<Result<std::optional<turns::StoredRelease>>> ReadOnlyStore::release(
    std::string_view, std::string_view hash
) {
  co_return ask<std::optional<turns::StoredRelease>>([&](auto& reader) { return reader.release(hash); });
}

Awaitable<Result<std::optional<turns::StoredRelease>>> ReadOnlyStore::active_release(std::string_view) {
  co_return ask<std::optional<turns::StoredRelease>>([&](auto& reader) { return reader.active_release(); });
}

Awaitable<Result<std::vector<turns::PublicationEntry>>> ReadOnlyStore::publications(
    std::string_view, std::string_view flow_id
) {
  co_return ask<std::vector<turns::PublicationEntry>>([&](auto& reader) {
    return reader.publications(flow_id);
  });
}

Awaitable<Result<std::optional<std::string>>> ReadOnlyStore::setting(
    std::string_view, std::string_view name
) {
  co_return ask<std::optional<std::string>>([&](auto& reader) { return reader.setting(name); });
}

Awaitable<Result<std::vector<std::string>>> ReadOnlyStore::setting_names(
    std::string_view, std::string_view beginning
) {
  co_return ask<std::vector<std::string>>([&](auto& reader) { return reader.setting_names(beginning); });
}

Awaitable<Result<std::vector<turns::ErasureEntry>>> ReadOnlyStore::erasures(
    std::string_view, std::uint32_t limit
) {
  co_return ask<std::vector<turns::ErasureEntry>>([&](auto& reader) { return reader.erasures(limit); });
}

Awaitable<Result<turns::ExpiredPage>> ReadOnlyStore::expired(
    std::string_view, Timestamp before, std::uint64_t after, std::uint32_t limit
) {
  co_return ask<turns::ExpiredPage>([&](auto& reader) { return reader.expired(before, after, limit); });
}

Awaitable<Result<void>> ReadOnlyStore::check() {
  co_return Result<void>();
}

Awaitable<Result<void>> ReadOnlyStore::commit(std::string_view, turns::Commit) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::forget_user(std::string_view, std::string_view) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::forget_before(std::string_view, Timestamp) {
  co_return refused();
}

Awaitable<Result<std::vector<turns::StoredVector>>> ReadOnlyStore::vectors(
    std::string_view, std::string_view user_id, std::vector<std::string> keys
) {
  co_return ask<std::vector<turns::StoredVector>>([&](auto& reader) { return reader.vectors(user_id, keys); }
  );
}

Awaitable<Result<void>> ReadOnlyStore::put_vectors(
    std::string_view, std::string_view, std::vector<turns::StoredVector>, Timestamp
) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::erase(std::string_view, turns::Erase) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::put_flow(std::string_view, turns::FlowVersion) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::
    put_release(std::string_view, turns::StoredRelease, bool, std::vector<turns::PublicationEntry>, std::optional<std::string>) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::put_setting(std::string_view, std::string_view, std::string_view) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::replace_setting(
    std::string_view, std::string_view, std::optional<std::string>, std::string_view
) {
  co_return refused();
}

}  // namespace parley::cli
