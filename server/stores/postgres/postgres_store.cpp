#include "server/stores/postgres/postgres_store.hpp"

#include <cstdint>
#include <random>

#include "server/stores/postgres/schema.hpp"

namespace parley::stores {

namespace {

// Workers belong to no tenant, but every transaction names one.
constexpr const char* kNoTenant = "workers";

// Nobody else's, ever.
std::string fresh_name() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device dice;
  std::string name = "parley ";
  for (int i = 0; i < 16; ++i) name += kDigits[dice() % kDigits.size()];
  return name;
}

}  // namespace

PostgresStore::PostgresStore(const PostgresOptions& options, const std::string& name)
    : BatchedStore<PostgresBackend>(options.batch_max, options.reader_threads, options.url, name),
      loader_(options.url, name),
      loads_(
          postgres::Loader::kMost, [this](auto batch) { loader_.load(batch); }, &PostgresBackend::after_batch
      ),
      keeper_(1, [url = options.url, name] { return std::make_unique<Readers>(url, name); }) {}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const PostgresOptions& options) {
  if (auto sound = postgres::check_runtime(options.url); !sound) return std::unexpected(sound.error());
  return std::make_unique<PostgresStore>(options, fresh_name());
}

turns::Awaitable<Result<std::optional<turns::StoredConversation>>> PostgresStore::load(
    std::string_view tenant, std::string_view conversation_id
) {
  return load_since(tenant, conversation_id, 0);
}

turns::Awaitable<Result<std::optional<turns::StoredConversation>>> PostgresStore::load_since(
    std::string_view tenant, std::string_view conversation_id, std::uint64_t known
) {
  return loads_.submit({std::string(tenant), {std::string(conversation_id), known}});
}

turns::Awaitable<Result<turns::WorkerId>> PostgresStore::enroll(std::string_view name) {
  return keeper_.read<turns::WorkerId>(kNoTenant, [name = std::string(name)](Reader& reader) {
    return reader.enroll(name);
  });
}

turns::Awaitable<Result<bool>> PostgresStore::beat(turns::WorkerId worker) {
  return keeper_.read<bool>(kNoTenant, [worker](Reader& reader) { return reader.beat(worker); });
}

turns::Awaitable<Result<void>> PostgresStore::retire(turns::WorkerId worker) {
  return keeper_.read<void>(kNoTenant, [worker](Reader& reader) -> Result<void> {
    reader.retire(worker);
    return {};
  });
}

turns::Awaitable<Result<std::optional<turns::Standing>>> PostgresStore::standing(
    std::string_view tenant, std::string_view conversation_id
) {
  return readers_.read<std::optional<turns::Standing>>(
      std::string(tenant), [id = std::string(conversation_id)](Reader& reader) { return reader.standing(id); }
  );
}

turns::Awaitable<Result<bool>> PostgresStore::take_over(
    std::string_view tenant, std::string_view conversation_id, turns::WorkerId from, turns::WorkerId to
) {
  return readers_.read<bool>(
      std::string(tenant),
      [id = std::string(conversation_id), from, to](Reader& reader) { return reader.take_over(id, from, to); }
  );
}

turns::Awaitable<Result<std::vector<std::string>>> PostgresStore::claim_left_over(
    std::string_view tenant, turns::WorkerId worker, std::uint32_t limit
) {
  return readers_.read<std::vector<std::string>>(std::string(tenant), [worker, limit](Reader& reader) {
    return reader.claim_left_over(worker, limit);
  });
}

turns::Awaitable<Result<std::vector<turns::DueTimer>>> PostgresStore::claim_timers(
    std::string_view tenant, Timestamp now, turns::WorkerId worker, std::uint32_t limit
) {
  return readers_.read<std::vector<turns::DueTimer>>(
      std::string(tenant),
      [now, worker, limit](Reader& reader) { return reader.claim_timers(now, worker, limit); }
  );
}

}  // namespace parley::stores
