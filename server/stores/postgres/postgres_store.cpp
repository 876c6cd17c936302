#include "server/stores/postgres/postgres_store.hpp"

#include "server/stores/postgres/connection.hpp"
#include "server/stores/postgres/schema.hpp"

namespace parley::stores {

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const PostgresOptions& options) {
  if (auto sound = postgres::check_runtime(options.url); !sound) return std::unexpected(sound.error());
  if (options.exclusive) {
    // Found out now, not with the first turn.
    try {
      postgres::Connection probe(options.url);
      postgres::lock_for_one_server(probe);
    } catch (const postgres::PostgresFailure& failure) {
      Error error = postgres::to_error(failure);
      error.hint = "Stop the other server first; each server needs a database of its own.";
      return std::unexpected(std::move(error));
    }
  }
  return std::make_unique<PostgresStore>(
      options.batch_max, options.reader_threads, options.url, options.exclusive
  );
}

}  // namespace parley::stores
