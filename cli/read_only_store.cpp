#include "cli/read_only_store.hpp"

#include <filesystem>
#include <type_traits>
#include <utility>

namespace parley::cli {
namespace {

using turns::Awaitable;

template <typename T>
struct Unwrapped {
  using type = T;
};
template <typename T>
struct Unwrapped<Result<T>> {
  using type = T;
};

// What the reader throws becomes an error.
template <typename Query>
auto read(Query query) -> Result<typename Unwrapped<std::invoke_result_t<Query>>::type> {
  try {
    return query();
  } catch (const stores::SqliteFailure& failure) {
    return std::unexpected(to_error(failure));
  } catch (const stores::DamagedRow& damage) {
    return std::unexpected(to_error(damage));
  }
}

std::unexpected<Error> refused() {
  return fail(ErrorCode::unsupported, "the database was opened for reading only");
}

}  // namespace

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
  return read([&] { return std::unique_ptr<ReadOnlyStore>(new ReadOnlyStore(path)); });
}

Awaitable<Result<std::optional<turns::StoredConversation>>> ReadOnlyStore::load(
    std::string_view, std::string_view id
) {
  co_return read([&] { return reader_.load(id); });
}

Awaitable<Result<std::vector<turns::LogRecord>>> ReadOnlyStore::records(
    std::string_view, std::string_view id, std::uint64_t after_sequence, std::uint32_t limit
) {
  co_return read([&] { return reader_.records(id, after_sequence, limit); });
}

Awaitable<Result<std::vector<turns::ConversationSummary>>> ReadOnlyStore::list(
    std::string_view, turns::ConversationFilter filter
) {
  co_return read([&] { return reader_.list(filter); });
}

Awaitable<Result<std::optional<turns::InboxEntry>>> ReadOnlyStore::find_answer(
    std::string_view, std::string_view scope, std::string_view key
) {
  co_return read([&] { return reader_.find_answer(scope, key); });
}

Awaitable<Result<std::vector<turns::PendingEffect>>> ReadOnlyStore::pending_effects(
    std::string_view, std::uint32_t limit
) {
  co_return read([&] { return reader_.pending_effects(limit); });
}

Awaitable<Result<std::vector<turns::DueTimer>>> ReadOnlyStore::due_timers(
    std::string_view, Timestamp now, std::uint32_t limit
) {
  co_return read([&] { return reader_.due_timers(now, limit); });
}

Awaitable<Result<std::vector<turns::ReviewEntry>>> ReadOnlyStore::reviews(
    std::string_view, turns::ReviewFilter filter
) {
  co_return read([&] { return reader_.reviews(filter); });
}

Awaitable<Result<std::optional<turns::ReviewEntry>>> ReadOnlyStore::review(
    std::string_view, std::string_view review_id
) {
  co_return read([&] { return reader_.review(review_id); });
}

Awaitable<Result<std::vector<turns::MemoryEntry>>> ReadOnlyStore::memory(
    std::string_view, std::string_view user_id
) {
  co_return read([&] { return reader_.memory(user_id); });
}

Awaitable<Result<std::vector<turns::FlowVersion>>> ReadOnlyStore::flow_versions(
    std::string_view, std::string_view flow_id
) {
  co_return read([&] { return reader_.flow_versions(flow_id); });
}

Awaitable<Result<std::optional<turns::FlowVersion>>> ReadOnlyStore::flow_by_hash(
    std::string_view, std::string_view hash
) {
  co_return read([&] { return reader_.flow_by_hash(hash); });
}

Awaitable<Result<std::optional<turns::StoredRelease>>> ReadOnlyStore::release(
    std::string_view, std::string_view hash
) {
  co_return read([&] { return reader_.release(hash); });
}

Awaitable<Result<std::optional<turns::StoredRelease>>> ReadOnlyStore::active_release(std::string_view) {
  co_return read([&] { return reader_.active_release(); });
}

Awaitable<Result<std::vector<turns::PublicationEntry>>> ReadOnlyStore::publications(
    std::string_view, std::string_view flow_id
) {
  co_return read([&] { return reader_.publications(flow_id); });
}

Awaitable<Result<std::optional<std::string>>> ReadOnlyStore::setting(
    std::string_view, std::string_view name
) {
  co_return read([&] { return reader_.setting(name); });
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

Awaitable<Result<void>> ReadOnlyStore::put_flow(std::string_view, turns::FlowVersion) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::
    put_release(std::string_view, turns::StoredRelease, bool, std::vector<turns::PublicationEntry>) {
  co_return refused();
}

Awaitable<Result<void>> ReadOnlyStore::put_setting(std::string_view, std::string_view, std::string_view) {
  co_return refused();
}

}  // namespace parley::cli
