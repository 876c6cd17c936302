// The schema in the database: bringing it up to date, and making sure that a server may run on it.
#pragma once

#include <string>

#include "base/result.hpp"
#include "server/stores/postgres/connection.hpp"

namespace parley::stores::postgres {

struct SchemaStatus {
  int made = 0;   // migrations in the database
  int known = 0;  // to this program
};

// As the owner of the database, or a role that may become it. Each migration is a transaction of its own, and
// two that run at once wait for each other. The role named `runtime_role` may then do what a server does, no
// more.
[[nodiscard]] Result<SchemaStatus> migrate(const std::string& url, const std::string& runtime_role);
[[nodiscard]] Result<SchemaStatus> schema_status(const std::string& url);

// What a server finds out about its database at the start.
struct Runtime {
  bool pooled = false;  // something in between shares its connections among clients, see Connection::pooled()
};

// Refuses a database that is not what row-level security and durability rely on: another schema, a role that
// stands above the policies, tables without them, a server that does not sync. Errors say what to do.
[[nodiscard]] Result<Runtime> check_runtime(const std::string& url);

}  // namespace parley::stores::postgres
