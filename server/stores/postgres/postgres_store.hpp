// The store on PostgreSQL: one database for all tenants, kept apart by row-level security.
//
// Writes go through the turn batcher, many turns of a tenant as one transaction. Errors: `conflict` for a
// stale sequence or a spent idempotency key; `unavailable` when the database cannot be reached or fails (when
// the connection broke, whether the turn was written is unknown: a repeated request finds out by its key);
// `internal` for damaged data. See BatchedStore for threads and life times.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "server/stores/batched_store.hpp"
#include "server/stores/postgres/reader.hpp"
#include "server/stores/postgres/writer.hpp"

namespace parley::stores {

struct PostgresOptions {
  std::string url;  // postgres://user:password@host/database; never logged
  std::size_t batch_max = 256;
  std::size_t reader_threads = 2;
  bool exclusive = true;  // refuses to be the second on this database, and keeps others out
};

// What BatchedStore needs of PostgreSQL.
class PostgresBackend {
 public:
  struct Readers : postgres::Reader {
    using Reader = postgres::Reader;
    using postgres::Reader::Reader;
  };

  PostgresBackend(std::string url, bool exclusive) : url_(std::move(url)), writer_(url_, exclusive) {}

  void write(std::span<TurnBatcher<Write>::Pending> batch) { writer_.write(batch); }
  void after_batch() {}
  [[nodiscard]] std::unique_ptr<Readers> make_readers() { return std::make_unique<Readers>(url_); }

 private:
  std::string url_;
  postgres::Writer writer_;
};

class PostgresStore final : public BatchedStore<PostgresBackend> {
 public:
  using BatchedStore<PostgresBackend>::BatchedStore;
  // Refuses a database that is not what it should be, see postgres::check_runtime().
  static Result<std::unique_ptr<PostgresStore>> open(const PostgresOptions& options);
};

}  // namespace parley::stores
