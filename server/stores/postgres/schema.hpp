// The schema in the database: bringing it up to date, and making sure that a server may run on it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/stores/postgres/connection.hpp"

namespace parley::stores::postgres {

// A server that has beaten lately.
struct RunningServer {
  std::string name;
  int known_schema = 0;  // 0: of a time before servers said so
};

struct SchemaStatus {
  int made = 0;                        // migrations in the database
  int known = 0;                       // to this program
  int oldest_server = 0;               // the schema that a server must know at least
  std::vector<RunningServer> servers;  // that run now

  // This program may use the database.
  [[nodiscard]] bool usable() const { return made == known || (made > known && oldest_server <= known); }
  // Those that know less than what there is; they go on and are to be restarted.
  [[nodiscard]] std::vector<RunningServer> older_servers() const;
};

// The n-th text brings a database from schema n-1 to n. Its first line says what becomes of servers that run:
// "-- servers: stopped" none may, "-- servers: go on" those of the schemas before, as far back as that is
// said of each: it changes nothing that they ask for. A text that does not say so is for stopped ones.
using Migrations = std::span<const char* const>;
[[nodiscard]] Migrations own_migrations();
[[nodiscard]] bool servers_go_on(std::string_view migration);

// As the owner of the database, or a role that may become it. Each migration is a transaction of its own, so
// one that is broken off is made by the next call, and two that run at once wait for each other. Refused
// where servers run that must be stopped, and where a table is held for long, for servers that go on would
// stand still meanwhile; then nothing of that migration is done. The role named `runtime_role` may then do
// what a server does, no more.
[[nodiscard]] Result<SchemaStatus> migrate(
    const std::string& url, const std::string& runtime_role, Migrations migrations = own_migrations()
);
[[nodiscard]] Result<SchemaStatus> schema_status(const std::string& url);

// Lets a connection act as the owner of the database, if its role may; `how` is SET LOCAL ROLE or, on a
// connection of one's own, SET ROLE. Throws PostgresFailure.
void become_owner(Connection& db, std::string_view how = "SET LOCAL ROLE");

// What a server finds out about its database at the start.
struct Runtime {
  bool pooled = false;  // something in between shares its connections among clients, see Connection::pooled()
};

// Refuses a database that is not what row-level security and durability rely on: another schema, a role that
// stands above the policies, tables without them, a server that does not sync. Errors say what to do.
[[nodiscard]] Result<Runtime> check_runtime(const std::string& url);

}  // namespace parley::stores::postgres
