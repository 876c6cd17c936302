#include "server/stores/postgres/schema.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>

#include "server/stores/postgres/test_cluster.hpp"

namespace parley::stores::postgres {
namespace {

void migrated(const TestCluster& cluster) {
  cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE");
  REQUIRE(migrate(cluster.url("parley_migrate"), "parley").has_value());
}

TEST_CASE("migrations are made once, also by two who begin at the same moment") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  cluster->admin("DROP SCHEMA IF EXISTS parley CASCADE");
  const std::string url = cluster->url("parley_migrate");
  CHECK(schema_status(url)->made == 0);
  const auto unmade = check_runtime(cluster->url("parley"));
  REQUIRE_FALSE(unmade.has_value());
  CHECK(unmade.error().hint.find("parley db migrate") != std::string::npos);

  Result<SchemaStatus> other = fail(ErrorCode::internal, "");
  std::thread second([&] { other = migrate(url, "parley"); });
  const auto first = migrate(url, "parley");
  second.join();
  CHECK(first.has_value());
  CHECK(other.has_value());
  const auto status = schema_status(url);
  CHECK(status->made == status->known);
  CHECK(check_runtime(cluster->url("parley")).has_value());
  CHECK(migrate(url, "parley").has_value());
}

TEST_CASE("who may not make migrations is told so") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  cluster->admin("DROP SCHEMA IF EXISTS parley CASCADE");
  const auto refused = migrate(cluster->url("parley"), "parley");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().hint.find("owner of the database") != std::string::npos);
  CHECK_FALSE(migrate(cluster->url("parley_migrate"), "parley; DROP TABLE").has_value());
}

TEST_CASE("a server runs on no database whose tenants are not kept apart, or that does not save what it says"
) {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  struct {
    std::string_view name;
    std::string_view role;
    std::string_view damage;
    std::string_view repair;
    std::string_view complaint;
  } cases[] = {
      {"a superuser", "admin", "", "", "admin is a superuser"},
      {"a role above the policies",
       "parley",
       "ALTER ROLE parley BYPASSRLS",
       "ALTER ROLE parley NOBYPASSRLS",
       "parley may bypass row-level security"},
      {"a role that may become the owner", "parley_migrate", "", "", "parley_owner owns the tables"},
      {"a table whose owner is let through",
       "parley",
       "ALTER TABLE parley.memory NO FORCE ROW LEVEL SECURITY",
       "",
       "memory is a table without forced row-level security"},
      {"a table without security",
       "parley",
       "ALTER TABLE parley.record DISABLE ROW LEVEL SECURITY",
       "",
       "record is a table without forced row-level security"},
      {"a table without a policy",
       "parley",
       "DROP POLICY own_tenant ON parley.inbox",
       "",
       "inbox is a table without a policy"},
      {"a second policy, which adds to the first",
       "parley",
       "CREATE POLICY open ON parley.inbox USING (true) WITH CHECK (true)",
       "",
       "inbox.open is a policy that this program does not know"},
      {"set_config for everybody",
       "parley",
       "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC",
       "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
       "set_config can be called"},
      {"commits that are not synced",
       "parley",
       "ALTER ROLE parley SET synchronous_commit = off",
       "ALTER ROLE parley RESET synchronous_commit",
       "synchronous_commit is off"},
      {"a newer schema",
       "parley",
       "ALTER TABLE parley.migration NO FORCE ROW LEVEL SECURITY; INSERT INTO parley.migration (number) "
       "VALUES (999)",
       "",
       "newer Parley"},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    migrated(*cluster);
    if (!c.damage.empty()) cluster->admin(std::string(c.damage));
    const auto checked = check_runtime(cluster->url(std::string(c.role)));
    if (!c.repair.empty()) cluster->admin(std::string(c.repair));
    REQUIRE_FALSE(checked.has_value());
    CHECK_MESSAGE(checked.error().message.find(c.complaint) != std::string::npos, checked.error().message);
    CHECK_FALSE(checked.error().hint.empty());
  }
  migrated(*cluster);
  CHECK(check_runtime(cluster->url("parley")).has_value());
}

TEST_CASE("the runtime role sees and writes the rows of the named tenant only") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  migrated(*cluster);
  Connection db(cluster->url("parley"));
  const auto settings_of = [&](std::string_view tenant) {
    db.plain("BEGIN");
    if (!tenant.empty()) db.plain("SET LOCAL parley.tenant = '" + std::string(tenant) + "'");
    const std::string count = db.plain("SELECT count(*) FROM parley.setting").at(0).at(0);
    db.plain("COMMIT");
    return count;
  };
  db.plain(
      "BEGIN; SET LOCAL parley.tenant = 'acme'; INSERT INTO parley.setting (name, value) VALUES ('a', 'b'); "
      "COMMIT"
  );
  CHECK(settings_of("acme") == "1");
  CHECK(settings_of("globex") == "0");
  CHECK(settings_of("") == "0");  // also after a transaction that named one

  std::string_view forbidden[] = {
      "BEGIN; SET LOCAL parley.tenant = 'globex'; INSERT INTO parley.setting VALUES ('acme', 'c', 'd')",
      "INSERT INTO parley.setting (tenant, name, value) VALUES ('acme', 'c', 'd')",
      "TRUNCATE parley.setting",
      "DROP TABLE parley.setting",
      "ALTER TABLE parley.setting DISABLE ROW LEVEL SECURITY",
      "SELECT set_config('parley.tenant', 'acme', false)",
      "SET ROLE parley_owner",
      "UPDATE parley.migration SET number = 0",
  };
  for (const std::string_view statement : forbidden) {
    INFO(statement);
    CHECK_THROWS_AS(db.plain(std::string(statement)), PostgresFailure);
    db.plain("ROLLBACK");
  }
  CHECK(settings_of("acme") == "1");
}

}  // namespace
}  // namespace parley::stores::postgres
