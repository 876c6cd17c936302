// The store behind PgBouncer in transaction mode: each transaction gets whichever of the database's
// connections is free.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/postgres_store_checks.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"

namespace parley::stores {
namespace {

using contract::get;
using contract::kTenant;
using contract::put;
using contract::turn_of;
using contract::wait_for;
using postgres::Connection;
using postgres::TestCluster;

TEST_CASE("behind a pooler PostgresStore keeps the contract of stores") {
  TestCluster* cluster = TestCluster::get();
  // Two for four clients, by turns: nobody gets the same one twice.
  if (cluster == nullptr || !cluster->with_pool("transaction", 2)) return;
  check_contract(*cluster, cluster->pooled_url("parley"), 256);
}

TEST_CASE("behind a pooler what a paused server has locked is free when it is declared dead") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr || !cluster->with_pool("transaction", 4)) return;
  check_that_locks_of_the_dead_are_freed(*cluster, cluster->pooled_url("parley"));
}

TEST_CASE("a dead server's name on a connection that somebody else uses now harms nobody") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr || !cluster->with_pool("transaction", 1)) return;
  fresh_schema(*cluster);
  {
    Connection dead(cluster->pooled_url("parley"), "parley dead");
    dead.plain("INSERT INTO parley.worker (name, instance) VALUES ('', 'parley dead')");
  }
  cluster->admin("UPDATE parley.worker SET beat_at = beat_at - interval '6 seconds'");
  Connection living(cluster->pooled_url("parley"), "parley living");
  const auto process = [&] { return living.plain("SELECT pg_backend_pid()").at(0).at(0); };
  const std::string before = process();
  CHECK(living.plain("SELECT parley.beat(0)").at(0).at(0) == "f");
  CHECK(living.plain("SELECT count(*) FROM parley.worker").at(0).at(0) == "0");
  CHECK(process() == before);
}

TEST_CASE("a pooler is noticed, migrations pass through it, and one that cuts transactions is refused") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr || !cluster->with_pool("transaction", 1)) return;
  cluster->admin("DROP SCHEMA IF EXISTS parley CASCADE");
  CHECK(get(postgres::migrate(cluster->pooled_url("parley_migrate"), "parley")).made > 0);
  CHECK(get(postgres::check_runtime(cluster->pooled_url("parley"))).pooled);
  CHECK_FALSE(get(postgres::check_runtime(cluster->url("parley"))).pooled);
  // What the looks have set is not left behind for whoever comes next.
  CHECK(
      Connection(cluster->pooled_url("parley")).plain("SHOW search_path").at(0).at(0) == "\"$user\", public"
  );

  REQUIRE(cluster->with_pool("session", 6));
  const auto store = get(PostgresStore::open({.url = cluster->pooled_url("parley")}));
  put(*store, turn_of("c_1", 1));

  REQUIRE(cluster->with_pool("statement", 2));
  const auto refused = PostgresStore::open({.url = cluster->pooled_url("parley")});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().hint.find("pool_mode = transaction") != std::string::npos);
}

TEST_CASE("a pooler that dies under writes loses nothing acknowledged, and the store finds its way back") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr || !cluster->with_pool("transaction", 2)) return;
  fresh_schema(*cluster);
  const auto store = get(PostgresStore::open({.url = cluster->pooled_url("parley")}));
  put(*store, turn_of("c_1", 1));
  cluster->run("unpool");
  const auto refused = wait_for(store->commit(kTenant, turn_of("c_1", 2)));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unavailable);
  REQUIRE(cluster->with_pool("transaction", 2));
  get(store->check());
  CHECK(contract::load(*store, "c_1").records.size() == 1);
  put(*store, turn_of("c_1", 2));
}

}  // namespace
}  // namespace parley::stores
