// A tenant's rows in a PostgreSQL database as source and as target of everything. The tenant is named as the
// server names it, and row-level security holds: no row of another tenant is read or written. One thread;
// errors as those of the store.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/archive/tables.hpp"
#include "server/stores/postgres/connection.hpp"

namespace parley::stores {

// One moment of the database, beside servers that may be writing.
class PostgresSource final : public TenantSource {
 public:
  static Result<std::unique_ptr<PostgresSource>> open(const std::string& url, const std::string& tenant);
  Result<void> read(const ArchiveTable& table, const Each& each) override;

 private:
  explicit PostgresSource(const std::string& url) : db_(url) {}
  postgres::Connection db_;
};

// One transaction, while no server uses the database. `unsupported` when the tenant has something there.
class PostgresSink final : public TenantSink {
 public:
  static Result<std::unique_ptr<PostgresSink>> open(const std::string& url, const std::string& tenant);
  Result<void> write(const ArchiveTable& table, const ArchiveRow& row) override;
  Result<void> finish() override;

 private:
  explicit PostgresSink(const std::string& url);
  [[nodiscard]] std::int64_t count(std::string_view table);
  void send();

  // In this order: the connection knows statements by views into the texts.
  std::deque<std::string> texts_;
  std::map<std::string_view, postgres::Statement> inserts_;  // by table
  postgres::Connection db_;
  std::vector<postgres::Request> batch_;
  std::map<std::string_view, std::int64_t> written_;
};

// The tenants that this role sees: all of them for a role that may bypass row-level security, none for the
// server's.
[[nodiscard]] Result<std::vector<std::string>> postgres_tenants(const std::string& url);

}  // namespace parley::stores
