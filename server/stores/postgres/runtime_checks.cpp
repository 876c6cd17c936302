#include "server/stores/postgres/runtime_checks.hpp"

#include <array>
#include <iterator>

namespace parley::stores::postgres {
namespace {

// Tables of the schema but those of no tenant: migrations, and which servers there are.
#define PARLEY_TABLES                                                                                   \
  "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'parley' AND c.relkind IN " \
  "('r', "                                                                                              \
  "'p') AND c.relname NOT IN ('migration', 'worker')"

constexpr std::string_view kSomebody = "Somebody has changed the schema.";

// Who the server is.
constexpr RuntimeCheck kRole[] = {
    {"SELECT rolname FROM pg_roles WHERE rolname = current_user AND rolsuper",
     "is a superuser, for whom row-level security does not hold",
     "Connect as a role of its own, see docs/how-to/run-on-postgres.md."},
    {"SELECT rolname FROM pg_roles WHERE rolname = current_user AND rolbypassrls",
     "may bypass row-level security",
     "ALTER ROLE … NOBYPASSRLS, or connect as a role of its own."},
    {"SELECT rolname FROM pg_roles WHERE oid IN (SELECT relowner FROM pg_class c JOIN pg_namespace n ON "
     "n.oid = c.relnamespace WHERE n.nspname = 'parley') AND pg_has_role(current_user, oid, 'MEMBER')",
     "owns the tables, and this role may act as it",
     "Connect as a role that owns nothing; the owner is for migrations."},
    {"SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, "
     "'MEMBER')",
     "stands above row-level security, and this role may act as it",
     "REVOKE that role from this one."},
    {"SELECT rolname FROM pg_roles WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', "
     "'pg_execute_server_program') AND pg_has_role(current_user, oid, 'MEMBER')",
     "reaches the files of the database, and this role may act as it",
     "REVOKE that role from this one."},
    {"SELECT 'The role or the database' WHERE nullif(current_setting('parley.tenant', true), '') IS NOT NULL",
     "names a tenant by itself, for transactions that name none",
     "ALTER ROLE … RESET parley.tenant, and ALTER DATABASE … RESET parley.tenant."},
    {"SELECT 'set_config' WHERE has_function_privilege(current_user, "
     "'pg_catalog.set_config(text,text,boolean)', "
     "'EXECUTE')",
     "can be called, which would let an expression in a statement change the tenant",
     "As a superuser: REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC"},
    {"SELECT 'The schema parley' WHERE has_schema_privilege(current_user, 'parley', 'CREATE')",
     "may be added to by this role",
     "REVOKE CREATE ON SCHEMA parley."},
    {"SELECT c.relname FROM " PARLEY_TABLES " WHERE has_table_privilege(current_user, c.oid, 'TRUNCATE')",
     "may be truncated by this role, which no policy holds up",
     "REVOKE TRUNCATE on it."},
    {"SELECT c.relname FROM " PARLEY_TABLES " WHERE has_table_privilege(current_user, c.oid, 'REFERENCES') "
     "OR has_table_privilege(current_user, c.oid, "
     "'TRIGGER')",
     "may get foreign keys and triggers from this role",
     "REVOKE REFERENCES, TRIGGER on it."},
};

// What the policies are.
constexpr RuntimeCheck kPolicies[] = {
    {"SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
     "'parley' "
     "AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
     "is a table without forced row-level security",
     "Somebody has changed the schema: ALTER TABLE … FORCE ROW LEVEL SECURITY."},
    {"SELECT c.relname FROM " PARLEY_TABLES
     " WHERE NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND "
     "p.polwithcheck IS NOT NULL)",
     "is a table without a policy for reading and writing",
     kSomebody},
    {"SELECT c.relname || '.' || p.polname FROM " PARLEY_TABLES
     " JOIN pg_policy p ON p.polrelid = c.oid WHERE p.polname <> 'own_tenant'",
     "is a policy that this program does not know; policies add up",
     "DROP POLICY it, or say what it is for in a migration."},
    {"SELECT c.relname || '.' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE "
     "c.relnamespace = to_regnamespace('parley') AND ((c.relname = 'migration' AND p.polname NOT IN "
     "('readable', 'of_the_owner')) OR (c.relname = 'worker' AND p.polname <> 'of_all_servers'))",
     "is a policy that this program does not know; policies add up",
     "DROP POLICY it, or say what it is for in a migration."},
    {"SELECT c.relname FROM " PARLEY_TABLES " JOIN pg_policy p ON p.polrelid = c.oid WHERE p.polname = "
     "'own_tenant' AND (p.polcmd <> '*' OR p.polroles <> "
     "'{0}' OR pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM '(tenant = parley.tenant())' OR "
     "pg_get_expr(p.polwithcheck, p.polrelid) IS DISTINCT FROM '(tenant = parley.tenant())')",
     "has a policy that says something else than that a row is of the named tenant",
     kSomebody},
    {"SELECT 'The function parley.tenant' WHERE NOT EXISTS (SELECT 1 FROM pg_proc p JOIN pg_language l ON "
     "l.oid = "
     "p.prolang WHERE p.oid = to_regprocedure('parley.tenant()') AND l.lanname = 'sql' AND NOT p.prosecdef "
     "AND "
     "p.proconfig IS NULL AND btrim(p.prosrc) = 'SELECT nullif(current_setting(''parley.tenant'', true), "
     "'''')')",
     "says something else than which tenant the transaction has named",
     kSomebody},
};

// Ways around them.
constexpr RuntimeCheck kWaysAround[] = {
    {"SELECT v.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = "
     "r.ev_class "
     "JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE d.classid = "
     "'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND n.nspname = 'parley' AND c.relkind "
     "IN ('r', "
     "'p') AND v.relkind IN ('v', 'm') AND has_table_privilege(current_user, v.oid, 'SELECT') AND (v.relkind "
     "= 'm' OR "
     "NOT coalesce(v.reloptions && ARRAY['security_invoker=true', 'security_invoker=on', "
     "'security_invoker=1'], false))",
     "is a view that reads as its owner, whoever asks",
     "DROP it, or ALTER VIEW … SET (security_invoker = true)."},
    {"SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE "
     "p.prosecdef AND "
     "n.nspname NOT IN ('pg_catalog', 'information_schema') AND has_schema_privilege(current_user, n.oid, "
     "'USAGE') AND "
     "has_function_privilege(current_user, p.oid, 'EXECUTE')",
     "runs as its owner, whoever calls it",
     "REVOKE EXECUTE on it, also from PUBLIC, or make it SECURITY INVOKER."},
    {"SELECT p.oid::regprocedure FROM pg_proc p WHERE p.proleakproof AND p.oid >= 16384 AND "
     "has_function_privilege(current_user, p.oid, 'EXECUTE')",
     "claims to be leakproof, so it is asked before row-level security is",
     "ALTER FUNCTION … NOT LEAKPROOF."},
    {"SELECT k.relname FROM pg_inherits i JOIN " PARLEY_TABLES
     " ON c.oid = i.inhparent JOIN pg_class k ON k.oid = i.inhrelid WHERE k.relnamespace <> n.oid OR NOT "
     "(k.relrowsecurity AND k.relforcerowsecurity)",
     "is part of a table and can be read without its policy",
     "Detach it, or make it part of the schema with a policy of its own."},
    {"SELECT i.relname FROM pg_index x JOIN " PARLEY_TABLES
     " ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indisunique AND NOT EXISTS "
     "(SELECT 1 FROM "
     "pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = x.indkey[0] AND a.attname = 'tenant')",
     "is unique across tenants, so one learns which keys another has",
     kSomebody},
    {"SELECT k.conname FROM pg_constraint k JOIN " PARLEY_TABLES
     " ON c.oid = k.confrelid WHERE k.contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE "
     "a.attrelid = "
     "c.oid AND a.attnum = ANY (k.confkey) AND a.attname = 'tenant')",
     "is a foreign key without the tenant, so one learns which rows another has",
     kSomebody},
    {"SELECT c.relname || '.' || t.tgname FROM " PARLEY_TABLES
     " JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal UNION ALL SELECT c.relname || '.' || "
     "r.rulename "
     "FROM " PARLEY_TABLES " JOIN pg_rewrite r ON r.ev_class = c.oid",
     "is a trigger or a rule: a statement does more than it says",
     "DROP it."},
};

constexpr RuntimeCheck kSaving[] = {
    {"SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND "
     "setting = "
     "'off'",
     "is off: the database acknowledges what it has not saved",
     "Turn it on in postgresql.conf; one commit serves many turns, so it costs little."},
};

#undef PARLEY_TABLES

constexpr auto kAll = [] {
  std::array<
      RuntimeCheck,
      std::size(kRole) + std::size(kPolicies) + std::size(kWaysAround) + std::size(kSaving)>
      all{};
  auto* out = all.data();
  for (const auto& check : kRole) *out++ = check;
  for (const auto& check : kPolicies) *out++ = check;
  for (const auto& check : kWaysAround) *out++ = check;
  for (const auto& check : kSaving) *out++ = check;
  return all;
}();

}  // namespace

std::span<const RuntimeCheck> runtime_checks() {
  return kAll;
}

}  // namespace parley::stores::postgres
