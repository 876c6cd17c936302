#include "server/stores/postgres/schema.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "postgres_migrations.hpp"
#include "server/stores/postgres/connection.hpp"

namespace parley::stores::postgres {

namespace {

constexpr int kKnown = static_cast<int>(std::ssize(kMigrations));
constexpr const char* kLock =
    "SELECT pg_advisory_lock(5786245)";  // of Parley's migrations; released at the end
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

// A question that a sound database answers with no row, and what is wrong with each row of the answer.
struct Check {
  const char* sql;
  std::string_view wrong;
  std::string_view hint;
};

constexpr Check kChecks[] = {
    {"SELECT rolname FROM pg_roles WHERE rolname = current_user AND rolsuper",
     "is a superuser, for whom row-level security does not hold",
     "Connect as a role of its own, see docs/how-to/run-on-postgres.md."},
    {"SELECT rolname FROM pg_roles WHERE rolname = current_user AND rolbypassrls",
     "may bypass row-level security",
     "ALTER ROLE … NOBYPASSRLS, or connect as a role of its own."},
    {"SELECT rolname FROM pg_roles WHERE oid IN (SELECT relowner FROM pg_class c JOIN pg_namespace n ON "
     "n.oid = "
     "c.relnamespace WHERE n.nspname = 'parley') AND pg_has_role(current_user, oid, 'MEMBER')",
     "owns the tables, and this role may act as it",
     "Connect as a role that owns nothing; the owner is for migrations."},
    {"SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
     "'parley' AND "
     "c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
     "is a table without forced row-level security",
     "Somebody has changed the schema: ALTER TABLE … FORCE ROW LEVEL SECURITY."},
    {"SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
     "'parley' AND "
     "c.relkind IN ('r', 'p') AND c.relname NOT IN ('migration', 'worker') AND NOT EXISTS (SELECT 1 FROM "
     "pg_policy p WHERE "
     "p.polrelid "
     "= c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)",
     "is a table without a policy for reading and writing",
     "Somebody has changed the schema."},
    {"SELECT c.relname || '.' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN "
     "pg_namespace n "
     "ON n.oid = c.relnamespace WHERE n.nspname = 'parley' AND c.relname <> 'migration' AND p.polname <> "
     "CASE c.relname WHEN 'worker' THEN 'of_all_servers' ELSE 'own_tenant' END",
     "is a policy that this program does not know; policies add up",
     "DROP POLICY it, or say what it is for in a migration."},
    {"SELECT 'set_config' WHERE has_function_privilege(current_user, "
     "'pg_catalog.set_config(text,text,boolean)', "
     "'EXECUTE')",
     "can be called, which would let an expression in a statement change the tenant",
     "As a superuser: REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC"},
    {"SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND "
     "setting = "
     "'off'",
     "is off: the database acknowledges what it has not saved",
     "Turn it on in postgresql.conf; one commit serves many turns, so it costs little."},
};

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
    db.plain(kLock);
    const std::string owner = db.plain(kAsOwner).at(0).at(0);
    if (!owner.empty()) db.plain("SET ROLE " + owner);
    int made = migrations_made(db);
    if (made > kKnown)
      return refusal("The database was written by a newer Parley.", "Install the newer version.");
    for (; made < kKnown; ++made) {
      db.plain("BEGIN");
      db.plain(kMigrations[made]);
      db.plain("INSERT INTO parley.migration (number) VALUES (" + std::to_string(made + 1) + ")");
      db.plain("COMMIT");
    }
    // TRUNCATE is no privilege of a server: it would ignore the policies.
    db.plain(
        "GRANT USAGE ON SCHEMA parley TO " + runtime_role +
        "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA parley TO " + runtime_role +
        "; REVOKE INSERT, UPDATE, DELETE ON parley.migration FROM " + runtime_role +
        "; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA parley TO " + runtime_role
    );
    return SchemaStatus{made, kKnown};
  } catch (const PostgresFailure& failure) {
    Error error = to_error(failure);
    if (failure.state() == "42501")
      error.hint = "Connect as the owner of the database, or a member of that role.";
    return std::unexpected(std::move(error));
  }
}

Result<void> check_runtime(const std::string& url) {
  try {
    Connection db(url);
    if (auto ok = check_schema(db); !ok) return ok;
    for (const Check& check : kChecks) {
      const auto rows = db.plain(check.sql);
      if (rows.empty()) continue;
      return refusal(
          "The database cannot be used: " + rows.front().front() + " " + std::string(check.wrong) + ".",
          std::string(check.hint)
      );
    }
    return {};
  } catch (const PostgresFailure& failure) {
    return std::unexpected(to_error(failure));
  }
}

}  // namespace parley::stores::postgres
