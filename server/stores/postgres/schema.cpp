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

namespace parley::stores::postgres {

namespace {

constexpr int kKnown = static_cast<int>(std::ssize(kMigrations));
// Of Parley's migrations; released with the transaction. A session's lock would stay with the pooler.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(5786245)";
constexpr const char* kAsOwner =
    "SELECT CASE WHEN pg_get_userbyid(datdba) = current_user THEN '' ELSE "
    "quote_ident(pg_get_userbyid(datdba)) END "
    "FROM pg_database WHERE datname = current_database()";

int migrations_made(Connection& db) {
  if (db.plain("SELECT to_regclass('parley.migration')").at(0).at(0).empty()) return 0;
  const std::string text = db.plain("SELECT coalesce(max(number), 0) FROM parley.migration").at(0).at(0);
  int made = 0;
  std::from_chars(text.data(), text.data() + text.size(), made);
  return made;
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
  const int made = migrations_made(db);
  if (made == kKnown) return {};
  if (made > kKnown) {
    return refusal(
        "The database was written by a newer Parley (schema " + std::to_string(made) + "; this one knows " +
            std::to_string(kKnown) + ").",
        "Install the newer version again."
    );
  }
  return refusal(
      "The database has schema " + std::to_string(made) + "; this version needs " + std::to_string(kKnown) +
          ".",
      "Run: parley db migrate"
  );
}

// One migration, or when none is left what the server's role may do; one transaction. Which schema there is
// now.
Result<int> migrate_once(Connection& db, const std::string& runtime_role) {
  db.plain("BEGIN");
  db.plain(kLock);
  const std::string owner = db.plain(kAsOwner).at(0).at(0);
  if (!owner.empty()) db.plain("SET LOCAL ROLE " + owner);
  const int made = migrations_made(db);
  if (made > kKnown)
    return refusal("The database was written by a newer Parley.", "Install the newer version.");
  if (made < kKnown) {
    db.plain(kMigrations[made]);
    db.plain("INSERT INTO parley.migration (number) VALUES (" + std::to_string(made + 1) + ")");
  }
  // TRUNCATE is no privilege of a server: it would ignore the policies.
  db.plain(
      "GRANT USAGE ON SCHEMA parley TO " + runtime_role +
      "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA parley TO " + runtime_role +
      "; REVOKE INSERT, UPDATE, DELETE ON parley.migration FROM " + runtime_role +
      "; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA parley TO " + runtime_role
  );
  db.plain("COMMIT");
  return std::min(made + 1, kKnown);
}

}  // namespace

Result<SchemaStatus> schema_status(const std::string& url) {
  try {
    Connection db(url);
    return SchemaStatus{migrations_made(db), kKnown};
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

Result<SchemaStatus> migrate(const std::string& url, const std::string& runtime_role) {
  if (!valid_role(runtime_role))
    return fail(
        ErrorCode::invalid_input, "'" + runtime_role + "' cannot be the name of a role here", "runtime_role"
    );
  try {
    Connection db(url);
    for (bool done = false; !done;) {
      auto made = migrate_once(db, runtime_role);
      if (!made) return std::unexpected(std::move(made.error()));
      done = *made == kKnown;
    }
    return SchemaStatus{kKnown, kKnown};
  } catch (const PostgresFailure& failure) {
    Error error = to_error(failure);
    if (failure.state() == "42501")
      error.hint = "Connect as the owner of the database, or a member of that role.";
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
