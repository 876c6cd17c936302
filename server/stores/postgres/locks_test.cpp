#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"
#include "server/stores/store_contract.hpp"

namespace parley::stores {
namespace {

using namespace std::chrono_literals;
using contract::get;
using contract::kTenant;
using contract::put;
using contract::turn_of;
using contract::wait_for;
using postgres::TestCluster;

// A server that is paused, or whose machine has lost its network, in the middle of a transaction.
class StuckSession {
 public:
  StuckSession(const TestCluster& cluster, const std::string& locks, std::chrono::seconds most)
      : db_(cluster.url("admin")) {
    db_.plain("BEGIN");
    db_.plain(locks);
    thread_ = std::jthread([this, most](const std::stop_token& released) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any().wait_for(lock, released, most, [] { return false; });
      db_.plain("ROLLBACK");
    });
  }

 private:
  postgres::Connection db_;
  std::jthread thread_;  // last: joined before the connection goes
};

struct Written {
  std::string conversation;
  std::optional<Error> error;
};

// All of them at once, as one batch or two.
std::vector<Written> write_at_once(turns::Store& store, std::vector<turns::Commit> commits) {
  std::vector<Written> written;
  const auto write = [&](turns::Commit commit) -> net::Awaitable<> {
    const std::string id = commit.conversation.id;
    const auto outcome = co_await store.commit(kTenant, std::move(commit));
    written.push_back({id, outcome ? std::nullopt : std::optional(outcome.error())});
  };
  auto& loop = contract::loops()[0];
  for (turns::Commit& commit : commits)
    boost::asio::co_spawn(loop, write(std::move(commit)), boost::asio::detached);
  loop.run();
  return written;
}

std::unique_ptr<PostgresStore> fresh_store(const TestCluster& cluster) {
  cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE");
  get(postgres::migrate(cluster.url("parley_migrate"), "parley"));
  return get(PostgresStore::open({.url = cluster.url("parley")}));
}

constexpr std::chrono::seconds kForLong{12};

TEST_CASE("a server that is stuck in a turn keeps others from that conversation, not from the rest") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const auto store = fresh_store(*cluster);
  put(*store, turn_of("c_1", 1));
  const StuckSession stuck(*cluster, "SELECT FROM parley.conversation FOR UPDATE", kForLong);

  const auto written = write_at_once(*store, {turn_of("c_1", 2), turn_of("c_2", 1), turn_of("c_3", 1)});
  REQUIRE(written.size() == 3);
  for (const Written& each : written) {
    CAPTURE(each.conversation);
    if (each.conversation == "c_1") {
      REQUIRE(each.error.has_value());
      CHECK(each.error->code == ErrorCode::unavailable);
    } else {
      CHECK_FALSE(each.error.has_value());
    }
  }
  // The threads that read are for all conversations too.
  const auto taken = wait_for(store->take_over(kTenant, "c_1", 0, 1));
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().code == ErrorCode::unavailable);
}

TEST_CASE("while somebody has locked a table, every turn is refused soon") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const auto store = fresh_store(*cluster);
  put(*store, turn_of("c_1", 1));
  std::vector<turns::Commit> commits;
  for (int i = 2; i < 60; ++i) commits.push_back(turn_of("c_" + std::to_string(i), 1));
  const StuckSession stuck(*cluster, "LOCK TABLE parley.record IN ACCESS EXCLUSIVE MODE", kForLong);

  for (const Written& each : write_at_once(*store, std::move(commits))) {
    CAPTURE(each.conversation);
    REQUIRE(each.error.has_value());
    CHECK(each.error->code == ErrorCode::unavailable);
  }
}

TEST_CASE("who reads does not wait without an end either, and is told why") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const auto store = fresh_store(*cluster);
  put(*store, turn_of("c_1", 1));
  const StuckSession stuck(*cluster, "LOCK TABLE parley.conversation IN ACCESS EXCLUSIVE MODE", kForLong);
  const auto loaded = wait_for(store->load(kTenant, "c_1"));
  REQUIRE_FALSE(loaded.has_value());
  CHECK(loaded.error().code == ErrorCode::unavailable);
  CHECK(loaded.error().hint.find("pg_stat_activity") != std::string::npos);
  CHECK_FALSE(wait_for(store->list(kTenant, {})).has_value());
}

TEST_CASE("a database that takes no writes any more is left for the one that does") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  (void)fresh_store(*cluster);
  cluster->admin("ALTER ROLE parley SET default_transaction_read_only = on");
  const auto store = get(PostgresStore::open({.url = cluster->url("parley")}));
  const auto refused = wait_for(store->commit(kTenant, turn_of("c_1", 1)));
  const auto ready = wait_for(store->check());
  // From here on another connection leads to a server that does, as after a failover.
  cluster->admin("ALTER ROLE parley RESET default_transaction_read_only");
  for (const auto& each : {refused, ready}) {
    REQUIRE_FALSE(each.has_value());
    CHECK(each.error().code == ErrorCode::unavailable);
    CHECK(each.error().hint.find("replica") != std::string::npos);
  }
  put(*store, turn_of("c_1", 1));
  get(store->check());
}

}  // namespace
}  // namespace parley::stores
