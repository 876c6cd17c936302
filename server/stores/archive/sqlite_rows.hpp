// A tenant's SQLite file as source and as target of everything. Checksums are verified on the way out and
// made on the way in. One thread; errors as those of the store.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "server/stores/archive/tables.hpp"
#include "server/stores/sqlite/connection.hpp"

namespace parley::stores {

// Reads one moment of the file, beside a server that may be writing. `unsupported` for a file of another
// schema than this program's.
class SqliteSource final : public TenantSource {
 public:
  static Result<std::unique_ptr<SqliteSource>> open(const std::string& path);
  Result<void> read(const ArchiveTable& table, const Each& each) override;

 private:
  explicit SqliteSource(const std::string& path);
  ArchiveRow row_of(const ArchiveTable& table, const Rows& rows);
  void verify(const ArchiveTable& table, const ArchiveRow& row, const Rows& rows);

  Connection db_;
  Statement release_flows_;
};

// Writes into a file with nothing in it, whose schema is up to date and which nobody else uses: one
// transaction. `unsupported` when something is there, `invalid_input` for rows that do not fit together.
class SqliteSink final : public TenantSink {
 public:
  static Result<std::unique_ptr<SqliteSink>> open(const std::string& path);
  ~SqliteSink() override;
  Result<void> write(const ArchiveTable& table, const ArchiveRow& row) override;
  Result<void> finish() override;

 private:
  explicit SqliteSink(const std::string& path);
  void insert(const ArchiveTable& table, const ArchiveRow& row, std::int64_t number);
  Result<void> insert_release(const ArchiveRow& row, std::int64_t checksum);
  Result<void> insert_activation(const ArchiveRow& row);
  Result<std::int64_t> conversation_number(std::string_view id);

  Connection db_;
  Statement number_by_id_, insert_release_, insert_release_flow_, insert_activation_;
  std::map<std::string_view, Statement> inserts_;  // by table
  std::string last_id_;                            // rows of one conversation follow each other
  std::int64_t last_number_ = 0;
  std::int64_t conversations_ = 0;
};

}  // namespace parley::stores
