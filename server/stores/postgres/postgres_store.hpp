// The store on PostgreSQL: one database for all tenants, kept apart by row-level security, and for any number
// of servers.
//
// Writes go through the turn batcher, many turns of a tenant as one transaction. Errors: `conflict` for a
// stale sequence or a spent idempotency key; `unavailable` when the database cannot be reached or fails (when
// the connection broke, whether the turn was written is unknown: a repeated request finds out by its key);
// `internal` for damaged data. See BatchedStore for threads and life times.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stores/batched_store.hpp"
#include "server/stores/postgres/loader.hpp"
#include "server/stores/postgres/reader.hpp"
#include "server/stores/postgres/writer.hpp"

namespace parley::stores {

struct PostgresOptions {
  std::string url;  // postgres://user:password@host/database; never logged
  std::size_t batch_max = 256;
  std::size_t reader_threads = 2;
};

// What BatchedStore needs of PostgreSQL.
class PostgresBackend {
 public:
  struct Readers : postgres::Reader {
    using Reader = postgres::Reader;
    using postgres::Reader::Reader;
  };

  // `name` is what all connections are called: those of a server that was declared dead are closed by it.
  PostgresBackend(std::string url, std::string name)
      : url_(std::move(url)), name_(std::move(name)), writer_(url_, name_) {}

  void write(std::span<TurnBatcher<Write>::Pending> batch) { writer_.write(batch); }
  static std::optional<std::chrono::milliseconds> after_batch() { return std::nullopt; }
  [[nodiscard]] std::unique_ptr<Readers> make_readers() { return std::make_unique<Readers>(url_, name_); }

 private:
  std::string url_;
  std::string name_;
  postgres::Writer writer_;
};

class PostgresStore final : public BatchedStore<PostgresBackend> {
 public:
  PostgresStore(const PostgresOptions& options, const std::string& name);
  // Refuses a database that is not what it should be, see postgres::check_runtime().
  static Result<std::unique_ptr<PostgresStore>> open(const PostgresOptions& options);

  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<std::optional<turns::StoredConversation>>> load_since(
      std::string_view tenant, std::string_view conversation_id, std::uint64_t known
  ) override;

  [[nodiscard]] bool is_shared() const override { return true; }
  turns::Awaitable<Result<turns::WorkerId>> enroll(std::string_view name) override;
  turns::Awaitable<Result<bool>> beat(turns::WorkerId worker) override;
  turns::Awaitable<Result<void>> retire(turns::WorkerId worker) override;
  turns::Awaitable<Result<std::optional<turns::Standing>>> standing(
      std::string_view tenant, std::string_view conversation_id
  ) override;
  turns::Awaitable<Result<bool>> take_over(
      std::string_view tenant, std::string_view conversation_id, turns::WorkerId from, turns::WorkerId to
  ) override;
  turns::Awaitable<Result<std::vector<std::string>>> claim_left_over(
      std::string_view tenant, turns::WorkerId worker, std::uint32_t limit
  ) override;
  turns::Awaitable<Result<std::vector<turns::DueTimer>>> claim_timers(
      std::string_view tenant, Timestamp now, turns::WorkerId worker, std::uint32_t limit
  ) override;

 private:
  postgres::Loader loader_;
  postgres::LoadBatcher loads_;
  // A beat must not wait behind what many turns ask.
  ReadThreads<Readers> keeper_;
};

}  // namespace parley::stores
