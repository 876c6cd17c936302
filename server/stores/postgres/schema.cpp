#include "server/stores/postgres/schema.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "postgres_migrations.hpp"
#include "server/stores/postgres/connection.hpp"
#include "server/stores/postgres/runtime_checks.hpp"
#include "server/stores/postgres/vectors/vector_support.hpp"

namespace parley::stores::postgres {

namespace {

constexpr int kKnown = static_cast<int>(std::ssize(kMigrations));
// Of Parley's migrations; released with the transaction. A session's lock would stay with the pooler.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(5786245)";
constexpr const char* kAsOwner =
    "SELECT CASE WHEN pg_get_userbyid(datdba) = current_user THEN '' ELSE "
    "quote_ident(pg_get_userbyid(datdba)) END "
    "FROM pg_database WHERE datname = current_database()";

int number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int migrations_made(Connection& db) {
  if (db.plain("SELECT to_regclass('parley.migration')").at(0).at(0).empty()) return 0;
  return number(db.plain("SELECT coalesce(max(number), 0) FROM parley.migration").at(0).at(0));
}

// How far back servers go on with the n-th schema.
int oldest_server(Migrations migrations, int n) {
  while (n > 1 && servers_go_on(migrations[n - 1])) --n;
  return n;
}

bool has_column(Connection& db, const char* table, const char* column) {
  return !db.plain(
                std::string("SELECT FROM pg_attribute WHERE attrelid = to_regclass('parley.") + table +
                "') AND attname = '" + column + "' AND NOT attisdropped"
  )
              .empty();
}

std::vector<RunningServer> running_servers(Connection& db) {
  if (db.plain("SELECT to_regclass('parley.worker')").at(0).at(0).empty()) return {};
  const std::string known = has_column(db, "worker", "known_schema") ? "coalesce(known_schema, 0)" : "0";
  std::vector<RunningServer> servers;
  for (const auto& row : db.plain(
           "SELECT convert_from(name, 'UTF8'), " + known +
           " FROM parley.worker WHERE beat_at >= "
           "clock_timestamp() - interval '5 seconds' ORDER BY id"
       ))
    servers.push_back({row.at(0), number(row.at(1))});
  return servers;
}

SchemaStatus status_of(Connection& db) {
  SchemaStatus status{.made = migrations_made(db), .known = kKnown};
  status.oldest_server = oldest_server(kMigrations, std::min(status.made, kKnown));
  if (status.made > kKnown) {
    const auto row = db.plain(
        "SELECT coalesce(oldest_server, number) FROM parley.migration WHERE number = " +
        std::to_string(status.made)
    );
    status.oldest_server = row.empty() ? status.made : number(row.at(0).at(0));
  }
  return status;
}

std::string names_of(const std::vector<RunningServer>& servers) {
  std::string names;
  for (const RunningServer& server : servers) names += (names.empty() ? "" : ", ") + server.name;
  return names;
}

bool valid_role(std::string_view role) {
  return !role.empty() && role.size() <= 63 && std::ranges::all_of(role, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::unexpected<Error> refusal(std::string message, std::string hint) {
  return fail(ErrorCode::unsupported, std::move(message), {}, std::move(hint));
}

Result<void> check_schema(Connection& db) {
  const SchemaStatus status = status_of(db);
  if (status.usable()) return {};
  if (status.made > kKnown) {
    return refusal(
        "The database was written by a newer Parley (schema " + std::to_string(status.made) +
            ", for servers that know " + std::to_string(status.oldest_server) + "; this one knows " +
            std::to_string(kKnown) + ").",
        "Install the newer version again."
    );
  }
  return refusal(
      "The database has schema " + std::to_string(status.made) + "; this version needs " +
          std::to_string(kKnown) + ".",
      "Run: parley db migrate"
  );
}

// Nobody may run while this migration is made, and nobody begin.
Result<void> check_nobody_runs(Connection& db, int n) {
  if (db.plain("SELECT to_regclass('parley.worker')").at(0).at(0).empty()) return {};
  db.plain("LOCK TABLE parley.worker IN EXCLUSIVE MODE");
  const auto servers = running_servers(db);
  if (servers.empty()) return {};
  return refusal(
      "Migration " + std::to_string(n) + " is for stopped servers, and " + std::to_string(servers.size()) +
          (servers.size() == 1 ? " runs: " : " run: ") + names_of(servers) + ".",
      "Stop them, wait 5 seconds, and run this again. Nothing of this migration has been done."
  );
}

// One migration, or when none is left what the server's role may do; one transaction. Which schema there is
// now.
Result<int> migrate_once(Connection& db, const std::string& runtime_role, Migrations migrations) {
  const int last = static_cast<int>(migrations.size());
  db.plain("BEGIN");
  db.plain(kLock);
  become_owner(db);
  const int made = migrations_made(db);
  if (made > last)
    return refusal("The database was written by a newer Parley.", "Install the newer version.");
  if (made < last) {
    if (servers_go_on(migrations[made])) {
      // Whoever waits for a table has all others wait behind him.
      db.plain("SET LOCAL lock_timeout = '2s'");
    } else if (auto ok = check_nobody_runs(db, made + 1); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
    db.plain(migrations[made]);
    const std::string n = std::to_string(made + 1);
    const bool says_who = has_column(db, "migration", "oldest_server");
    db.plain(
        says_who ? "INSERT INTO parley.migration (number, oldest_server) VALUES (" + n + ", " +
                       std::to_string(oldest_server(migrations, made + 1)) + ")"
                 : "INSERT INTO parley.migration (number) VALUES (" + n + ")"
    );
  }
  if (made + 1 >= last) make_vector_table(db);
  // TRUNCATE is no privilege of a server: it would ignore the policies.
  db.plain(
      "GRANT USAGE ON SCHEMA parley TO " + runtime_role +
      "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA parley TO " + runtime_role +
      "; REVOKE INSERT, UPDATE, DELETE ON parley.migration FROM " + runtime_role +
      "; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA parley TO " + runtime_role
  );
  db.plain("COMMIT");
  return std::min(made + 1, last);
}

}  // namespace

std::vector<RunningServer> SchemaStatus::older_servers() const {
  std::vector<RunningServer> older = servers;
  std::erase_if(older, [this](const RunningServer& server) { return server.known_schema >= made; });
  return older;
}

Migrations own_migrations() {
  return kMigrations;
}

bool servers_go_on(std::string_view migration) {
  return migration.starts_with("-- servers: go on\n");
}

void become_owner(Connection& db, std::string_view how) {
  const std::string owner = db.plain(kAsOwner).at(0).at(0);
  if (!owner.empty()) db.plain(std::string(how) + " " + owner);
}

Result<SchemaStatus> schema_status(const std::string& url) {
  try {
    Connection db(url);
    SchemaStatus status = status_of(db);
    status.servers = running_servers(db);
    return status;
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

Result<SchemaStatus> migrate(const std::string& url, const std::string& runtime_role, Migrations migrations) {
  if (!valid_role(runtime_role))
    return fail(
        ErrorCode::invalid_input, "'" + runtime_role + "' cannot be the name of a role here", "runtime_role"
    );
  try {
    Connection db(url);
    for (bool done = false; !done;) {
      auto made = migrate_once(db, runtime_role, migrations);
      if (!made) return std::unexpected(std::move(made.error()));
      done = *made == std::ssize(migrations);
    }
    db.plain("BEGIN");
    become_owner(db);
    SchemaStatus status = status_of(db);
    status.servers = running_servers(db);
    return status;
  } catch (const PostgresFailure& failure) {
    Error error = to_error(failure);
    if (failure.state() == "42501")
      error.hint = "Connect as the owner of the database, or a member of that role.";
    if (failure.state() == "55P03")
      error.hint =
          "Somebody holds a table for long, an export perhaps. Nothing of this migration has been done: run "
          "this "
          "again when he is through.";
    return std::unexpected(std::move(error));
  }
}

Result<Runtime> check_runtime(const std::string& url) {
  try {
    Connection db(url);
    // All in one transaction: what is set in it is not left to whoever a pooler gives the connection next.
    db.plain("BEGIN READ ONLY");
    if (auto ok = check_schema(db); !ok) return std::unexpected(std::move(ok.error()));
    // Names are shown in full then, and nothing stands before what is meant.
    db.plain("SET LOCAL search_path = ''");
    for (const RuntimeCheck& check : runtime_checks()) {
      const auto rows = db.plain(check.sql);
      if (rows.empty()) continue;
      return refusal(
          "The database cannot be used: " + rows.front().front() + " " + std::string(check.wrong) + ".",
          std::string(check.hint)
      );
    }
    db.plain("COMMIT");
    return Runtime{.pooled = db.pooled()};
  } catch (const PostgresFailure& failure) {
    if (std::string_view(failure.what()).contains("statement pooling")) {
      return refusal(
          "The pooler before the database gives every statement another connection, and a turn is a "
          "transaction.",
          "Set pool_mode = transaction in pgbouncer.ini, for this database at least."
      );
    }
    return std::unexpected(to_error(failure));
  }
}

}  // namespace parley::stores::postgres
