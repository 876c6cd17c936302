// Migrating while servers run: who may go on does, who may not is named.
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/postgres/postgres_store_checks.hpp"

namespace parley::stores::postgres {
namespace {

using contract::get;
using contract::put;
using contract::turn_of;

constexpr const char* kGoOn =
    "-- servers: go on\nCREATE FUNCTION parley.further() RETURNS int LANGUAGE sql AS 'SELECT 1'";
constexpr const char* kGoOnAgain = "-- servers: go on\nALTER TABLE parley.memory ADD COLUMN further bigint";
constexpr const char* kStopped = "-- servers: stopped\nALTER TABLE parley.timer RENAME COLUMN due TO due_at";
constexpr const char* kSilent = "CREATE FUNCTION parley.another() RETURNS int LANGUAGE sql AS 'SELECT 1'";

std::vector<const char*> own_and(std::initializer_list<const char*> more) {
  std::vector<const char*> all(own_migrations().begin(), own_migrations().end());
  all.insert(all.end(), more);
  return all;
}

Result<SchemaStatus> migrate_to(const TestCluster& cluster, const std::vector<const char*>& migrations) {
  return migrate(cluster.url("parley_migrate"), "parley", migrations);
}

// What statements of a server may rely on, a line each.
std::set<std::string> catalogue(const TestCluster& cluster) {
  std::set<std::string> lines;
  for (const char* sql : {
           "SELECT 'function ' || p.oid::regprocedure || ' ' || pg_get_function_result(p.oid) || ' ' || "
           "provolatile::text "
           "FROM pg_proc p WHERE pronamespace = 'parley'::regnamespace",
           "SELECT 'column ' || c.relname || '.' || attname || ' ' || format_type(atttypid, atttypmod) "
           "FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = "
           "'parley'::regnamespace "
           "AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped",
       }) {
    for (const auto& row : Connection(cluster.url("admin")).plain(sql)) lines.insert(row.at(0));
  }
  return lines;
}

// What would refuse rows that servers of the schema before write.
std::set<std::string> demands(const TestCluster& cluster) {
  std::set<std::string> lines;
  for (const char* sql : {
           "SELECT c.relname || '.' || attname || ' must be given' FROM pg_attribute a JOIN pg_class c ON "
           "c.oid = attrelid "
           "WHERE relnamespace = 'parley'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT "
           "attisdropped "
           "AND attnotnull AND NOT atthasdef AND attidentity = ''",
           "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
           "WHERE connamespace = 'parley'::regnamespace",
           "SELECT indexrelid::regclass || ' is unique' FROM pg_index i JOIN pg_class c ON c.oid = indrelid "
           "WHERE relnamespace = 'parley'::regnamespace AND indisunique",
           "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid "
           "WHERE relnamespace = 'parley'::regnamespace",
       }) {
    for (const auto& row : Connection(cluster.url("admin")).plain(sql)) lines.insert(row.at(0));
  }
  return lines;
}

std::set<std::string> tables(const TestCluster& cluster) {
  std::set<std::string> names;
  for (const auto& row :
       Connection(cluster.url("admin")).plain("SELECT tablename FROM pg_tables WHERE schemaname = 'parley'"))
    names.insert(row.at(0));
  return names;
}

TEST_CASE("a migration that lets servers go on takes nothing from them and asks nothing new of them") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  cluster->admin("DROP SCHEMA IF EXISTS parley CASCADE");
  const Migrations all = own_migrations();
  CHECK(std::ranges::count_if(all, servers_go_on) >= 6);
  for (std::size_t n = 1; n <= all.size(); ++n) {
    CAPTURE(n);
    const bool watched = n > 1 && servers_go_on(all[n - 1]);
    const auto had = watched ? catalogue(*cluster) : std::set<std::string>();
    const auto asked = watched ? demands(*cluster) : std::set<std::string>();
    const auto were = watched ? tables(*cluster) : std::set<std::string>();
    get(migrate(cluster->url("parley_migrate"), "parley", all.first(n)));
    if (!watched) continue;
    const auto has = catalogue(*cluster);
    for (const std::string& line : had) CHECK_MESSAGE(has.contains(line), "gone or changed: " << line);
    for (const std::string& line : demands(*cluster)) {
      const bool of_new_table = std::ranges::none_of(were, [&](const std::string& name) {
        return line.starts_with(name + ".") || line.starts_with("parley." + name + " ") ||
               line.starts_with("parley." + name + "_");
      });
      CHECK_MESSAGE((asked.contains(line) || of_new_table), "asked for anew: " << line);
    }
  }
}

TEST_CASE("servers go on with a newer schema where its migrations say so") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  fresh_schema(*cluster);
  const auto open = [&] { return PostgresStore::open({.url = cluster->url("parley")}); };
  const auto store = get(open());
  get(store->enroll("shop-1:17"));
  put(*store, turn_of("c_1", 1));
  const int known = static_cast<int>(own_migrations().size());

  SUBCASE("made while a server runs, which goes on, also after a start") {
    const auto status = get(migrate_to(*cluster, own_and({kGoOn, kGoOnAgain})));
    CHECK(status.made == known + 2);
    CHECK(status.oldest_server <= known);
    REQUIRE(status.older_servers().size() == 1);
    CHECK(status.older_servers().front().name == "shop-1:17");
    CHECK(status.older_servers().front().known_schema == known);
    put(*store, turn_of("c_1", 2));
    put(*get(open()), turn_of("c_1", 3));
    CHECK(get(schema_status(cluster->url("parley"))).usable());
  }
  SUBCASE("not while one runs that must be stopped; then it does not start again") {
    for (const char* migration : {kStopped, kSilent}) {
      const auto refused = migrate_to(*cluster, own_and({kGoOn, migration}));
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().message.find("for stopped servers, and 1 runs: shop-1:17") != std::string::npos);
      CHECK(get(schema_status(cluster->url("parley"))).made == known + 1);  // the one before is made
      put(*store, turn_of(std::string("c_") + (migration == kStopped ? "2" : "3"), 1));
    }
    cluster->admin("UPDATE parley.worker SET beat_at = beat_at - interval '6 seconds'");
    CHECK(get(migrate_to(*cluster, own_and({kGoOn, kStopped, kGoOnAgain}))).made == known + 3);
    const auto old = open();
    REQUIRE_FALSE(old.has_value());
    CHECK(
        old.error().message.find("for servers that know " + std::to_string(known + 2)) != std::string::npos
    );
  }
  SUBCASE("a table that is held for long is not waited for, since all would wait behind") {
    Connection exporting(cluster->url("parley"));
    exporting.plain("BEGIN; LOCK TABLE parley.memory IN ACCESS SHARE MODE");
    const auto refused = migrate_to(*cluster, own_and({kGoOn, kGoOnAgain}));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().hint.find("Somebody holds a table") != std::string::npos);
    exporting.plain("COMMIT");
    CHECK(get(migrate_to(*cluster, own_and({kGoOn, kGoOnAgain}))).made == known + 2);
  }
  SUBCASE("one that breaks off leaves nothing") {
    const auto broken = own_and(
        {kGoOn,
         "-- servers: go on\nCREATE FUNCTION parley.half() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT 1/0"
        }
    );
    CHECK_FALSE(migrate_to(*cluster, broken).has_value());
    const auto there = catalogue(*cluster);
    CHECK_FALSE(there.contains("function parley.half() integer v"));
    CHECK(there.contains("function parley.further() integer v"));
    CHECK(get(schema_status(cluster->url("parley"))).made == known + 1);
  }
}

}  // namespace
}  // namespace parley::stores::postgres
