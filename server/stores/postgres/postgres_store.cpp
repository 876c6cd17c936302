#include "server/stores/postgres/postgres_store.hpp"

#include "server/stores/postgres/schema.hpp"

namespace parley::stores {

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const PostgresOptions& options) {
  if (auto sound = postgres::check_runtime(options.url); !sound) return std::unexpected(sound.error());
  return std::make_unique<PostgresStore>(options.batch_max, options.reader_threads, options.url);
}

}  // namespace parley::stores
