#include "server/stores/postgres/postgres_store.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"
#include "server/stores/store_contract.hpp"

namespace parley::stores {
namespace {

using contract::get;
using contract::kTenant;
using contract::load;
using contract::put;
using contract::turn_of;
using contract::wait_for;
using postgres::TestCluster;

std::unique_ptr<PostgresStore> open_store(
    const TestCluster& cluster, std::size_t batch_max = 256, bool exclusive = true
) {
  return get(
      PostgresStore::open({.url = cluster.url("parley"), .batch_max = batch_max, .exclusive = exclusive})
  );
}

// An empty schema, as a fresh installation has it.
void empty(const TestCluster& cluster) {
  cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE");
  get(postgres::migrate(cluster.url("parley_migrate"), "parley"));
}

TEST_CASE("PostgresStore keeps the contract of stores") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const auto with = [&](std::size_t batch_max) {
    contract::check_store_contract({
        .open_fresh = [=]() -> std::unique_ptr<turns::Store> {
          empty(*cluster);
          return open_store(*cluster, batch_max);
        },
        .reopen = [=]() -> std::unique_ptr<turns::Store> { return open_store(*cluster, batch_max); },
    });
  };
  SUBCASE("batched") {
    with(256);
  }
  SUBCASE("one transaction per turn") {
    with(1);
  }
}

TEST_CASE("two servers on one database: of turns for the same place one wins, on either side") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const std::unique_ptr<turns::Store> both[] = {
      open_store(*cluster, 256, false), open_store(*cluster, 256, false)
  };
  int won = 0;
  int lost = 0;
  const auto rival = [](turns::Store& store, std::string id, std::uint64_t sequence, int& w, int& l
                     ) -> net::Awaitable<> {
    auto commit = turn_of(id, sequence);
    commit.inbox = turns::InboxEntry{"user:ana", id + std::to_string(sequence), "f", id, "answer"};
    const auto outcome = co_await store.commit(kTenant, std::move(commit));
    if (outcome) ++w;
    if (!outcome && outcome.error().code == ErrorCode::conflict) ++l;
  };
  auto& loop = contract::loops()[0];
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    for (int i = 0; i < 20; ++i) {
      for (const auto& store : both)
        boost::asio::co_spawn(
            loop, rival(*store, "c_" + std::to_string(i), sequence, won, lost), boost::asio::detached
        );
    }
    loop.run();
    loop.restart();
  }
  CHECK(won == 100);
  CHECK(lost == 100);
  for (int i = 0; i < 20; ++i) CHECK(load(*both[1], "c_" + std::to_string(i)).records.size() == 5);
}

TEST_CASE("two servers that spend one key on two conversations: one turn is written") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const std::unique_ptr<turns::Store> both[] = {
      open_store(*cluster, 256, false), open_store(*cluster, 256, false)
  };
  int written = 0;
  const auto twin = [](turns::Store& store, std::string id, std::string key, int& w) -> net::Awaitable<> {
    auto commit = turn_of(id, 1);
    commit.inbox = turns::InboxEntry{"user:ana", key, "f", id, ""};
    if (co_await store.commit(kTenant, std::move(commit))) ++w;
  };
  auto& loop = contract::loops()[0];
  constexpr int kKeys = 40;
  for (int i = 0; i < kKeys; ++i) {
    for (int side = 0; side < 2; ++side) {
      const std::string id = "c_" + std::to_string(i) + (side == 0 ? "a" : "b");
      boost::asio::co_spawn(loop, twin(*both[side], id, std::to_string(i), written), boost::asio::detached);
    }
  }
  loop.run();
  CHECK(written == kKeys);
  CHECK(get(both[0]->list(kTenant, {.limit = 1000})).size() == kKeys);
}

TEST_CASE("a second server on the database is refused, and let in when the first is gone") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  auto first = open_store(*cluster);
  put(*first, turn_of("c_1", 1));
  const auto second = PostgresStore::open({.url = cluster->url("parley")});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message.find("another server uses this database") != std::string::npos);
  first.reset();
  CHECK(load(*open_store(*cluster), "c_1").records.size() == 1);
}

TEST_CASE("a database that dies under writes loses nothing acknowledged, and the store finds its way back") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const auto store = open_store(*cluster);
  std::uint64_t sequence = 0;
  for (int death = 0; death < 3; ++death) {
    CAPTURE(death);
    for (int i = 0; i < 10; ++i, ++sequence) put(*store, turn_of("c_1", sequence + 1));
    cluster->run("stop");
    const auto refused = wait_for(store->commit(kTenant, turn_of("c_1", sequence + 1)));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK_FALSE(wait_for(store->check()).has_value());
    CHECK_FALSE(wait_for(store->load(kTenant, "c_1")).has_value());
    REQUIRE(cluster->run("start") == 0);
    get(store->check());
    CHECK(load(*store, "c_1").records.size() == sequence);
  }
}

TEST_CASE("Changed and lost rows are noticed, never served") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  struct {
    std::string_view damage;
    std::string_view complaint;
  } cases[] = {
      {"UPDATE parley.record SET body = 'body number 9' WHERE sequence = 3",
       "record 3 of conversation c_1 is damaged"},
      {"DELETE FROM parley.record WHERE sequence = 2", "record 2 is missing"},
      {"DELETE FROM parley.record WHERE sequence = 3", "its log ends at record 3"},
      {"UPDATE parley.conversation SET owner = 'human'", "conversation c_1 is damaged"},
  };
  for (const auto& c : cases) {
    INFO(c.damage);
    empty(*cluster);
    const auto store = open_store(*cluster);
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) put(*store, turn_of("c_1", sequence));
    cluster->admin(std::string(c.damage));
    const auto read = wait_for(store->load(kTenant, "c_1"));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == ErrorCode::internal);
    CHECK_MESSAGE(read.error().message.find(c.complaint) != std::string::npos, read.error().message);
  }
}

}  // namespace
}  // namespace parley::stores
