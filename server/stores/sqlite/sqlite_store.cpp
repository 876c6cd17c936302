#include "server/stores/sqlite/sqlite_store.hpp"

#include <utility>

namespace parley::stores {

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  auto files = TenantFiles::open(options.directory);
  if (!files) return std::unexpected(files.error());
  const std::size_t batch_max = options.one_transaction_per_turn ? 1 : options.batch_max;
  return std::make_unique<SqliteStore>(batch_max, options.reader_threads, std::move(*files));
}

turns::Awaitable<Result<std::optional<turns::StoredConversation>>> SqliteStore::load(
    std::string_view tenant, std::string_view conversation_id
) {
  return readers_.read<std::optional<turns::StoredConversation>>(
      std::string(tenant), [id = std::string(conversation_id)](Reader& reader) { return reader.load(id); }
  );
}

void SqliteBackend::write(std::span<TurnBatcher<Write>::Pending> batch) {
  slots_.clear();
  for (auto& pending : batch) slots_.push_back({&pending.write, &pending.outcome});
  writer_.write(slots_);
}

}  // namespace parley::stores
