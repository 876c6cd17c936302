#include "server/stores/postgres/postgres_store.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/postgres/postgres_store_checks.hpp"
#include "server/stores/postgres/test_cluster.hpp"

namespace parley::stores {
namespace {

using contract::get;
using contract::kTenant;
using contract::load;
using contract::put;
using contract::turn_of;
using contract::wait_for;
using postgres::TestCluster;

std::unique_ptr<PostgresStore> open_store(const TestCluster& cluster, std::size_t batch_max = 256) {
  return get(PostgresStore::open({.url = cluster.url("parley"), .batch_max = batch_max}));
}

void empty(const TestCluster& cluster) {
  fresh_schema(cluster);
}

TEST_CASE("PostgresStore keeps the contract of stores") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  SUBCASE("batched") {
    check_contract(*cluster, cluster->url("parley"), 256);
  }
  SUBCASE("one transaction per turn") {
    check_contract(*cluster, cluster->url("parley"), 1);
  }
}

TEST_CASE("two servers on one database: of turns for the same place one wins, on either side") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const std::unique_ptr<turns::Store> both[] = {open_store(*cluster), open_store(*cluster)};
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

// Rows and index entries that all statements on the schema have read so far. Counted when a connection ends.
long rows_read(const TestCluster& cluster) {
  const auto sum =
      postgres::Connection(cluster.url("admin"))
          .plain(
              "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_all_tables WHERE schemaname = 'parley') + "
              "(SELECT sum(idx_tup_read) FROM pg_stat_all_indexes WHERE schemaname = 'parley')"
          );
  return std::stol(sum.at(0).at(0));
}

void wait_for_the_end_of_connections(const TestCluster& cluster) {
  postgres::Connection admin(cluster.url("admin"));
  const auto none = [&] {
    return admin.plain("SELECT FROM pg_stat_activity WHERE usename = 'parley'").empty();
  };
  for (int looks = 0; !none(); ++looks) REQUIRE_MESSAGE(looks < 100'000, "the store's connections end");
}

// `count` turns with all that one can bring, each of a conversation of its own.
void write_turns(turns::Store& store, int from, int count) {
  for (int i = from; i < from + count; ++i) {
    const std::string id = "c_" + std::to_string(i);
    auto commit = turn_of(id, 1);
    commit.claims_keys = true;
    commit.inbox = turns::InboxEntry{"user:ana", "key " + std::to_string(i), "f", id, "answer"};
    commit.outbox = {{.effect_id = "e1", .tool = "t", .request = "r", .state = turns::EffectState::done}};
    commit.timers = {{.timer_id = "t1", .due = Timestamp{.seconds = 4'000'000'000}}};
    commit.reviews = {{.review_id = "r_" + std::to_string(i), .kind = "form", .request = "{}"}};
    put(store, commit);
  }
}

TEST_CASE(
    "a commit reads as much when much is stored as when little is, on a connection that began with little"
) {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  cluster->admin("ALTER TABLE parley.inbox SET (autovacuum_enabled = off)");  // statistics as of a busy hour
  const auto read_by = [&](int from, int count) {
    const long before = rows_read(*cluster);
    write_turns(*open_store(*cluster), from, count);
    wait_for_the_end_of_connections(*cluster);
    return static_cast<double>(rows_read(*cluster) - before) / count;
  };
  const double at_first = read_by(0, 50);
  const double later = read_by(50, 1'500);
  CHECK(later < at_first + 10);
}

TEST_CASE("two servers that spend one key on two conversations: one turn is written") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const std::unique_ptr<turns::Store> both[] = {open_store(*cluster), open_store(*cluster)};
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

TEST_CASE("a turn that a dead server leaves open is claimed once, however many ask at the same time") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const std::unique_ptr<turns::Store> both[] = {open_store(*cluster), open_store(*cluster)};
  const auto dead = get(both[0]->enroll("dead"));
  constexpr int kConversations = 60;
  for (int i = 0; i < kConversations; ++i) {
    auto commit = contract::turn_by(dead, "c_" + std::to_string(i), 1, true);
    commit.timers = {{"t", contract::at(1)}};
    put(*both[0], commit);
  }
  get(both[0]->retire(dead));
  std::vector<std::string> claimed;
  std::vector<std::string> timers;
  const auto claim = [](turns::Store& store, auto& conversations, auto& due) -> net::Awaitable<> {
    const auto worker = co_await store.enroll("claimer");
    for (int i = 0; i < 8; ++i) {
      const auto mine = co_await store.claim_left_over(kTenant, worker.value(), 5);
      conversations.insert(conversations.end(), mine.value().begin(), mine.value().end());
      const auto fire = co_await store.claim_timers(kTenant, contract::at(2), worker.value(), 5);
      for (const turns::DueTimer& timer : fire.value()) due.push_back(timer.conversation_id);
    }
  };
  auto& loop = contract::loops()[0];
  for (int i = 0; i < 6; ++i)
    boost::asio::co_spawn(loop, claim(*both[i % 2], claimed, timers), boost::asio::detached);
  loop.run();
  CHECK(claimed.size() == kConversations);
  CHECK(timers.size() == kConversations);
  CHECK(std::set<std::string>(claimed.begin(), claimed.end()).size() == kConversations);
  CHECK(std::set<std::string>(timers.begin(), timers.end()).size() == kConversations);
}

TEST_CASE("what a paused server has locked is free when it is declared dead") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  check_that_locks_of_the_dead_are_freed(*cluster, cluster->url("parley"));
}

// On Citus and YugabyteDB a table is spread by the first column of its keys, and a unique key must contain
// it.
TEST_CASE("every key leads with the tenant, but for the two tables that belong to none") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const auto others =
      postgres::Connection(cluster->url("admin"))
          .plain(
              "SELECT t.relname || ' (' || a.attname || ')' FROM pg_index i "
              "JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
              "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] "
              "WHERE n.nspname = 'parley' AND i.indisunique AND a.attname <> 'tenant' ORDER BY 1"
          );
  REQUIRE(others.size() == 2);
  CHECK(others[0][0] == "migration (number)");
  CHECK(others[1][0] == "worker (id)");
  const auto keyless =
      postgres::Connection(cluster->url("admin"))
          .plain(
              "SELECT relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace WHERE "
              "n.nspname = 'parley' AND t.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_index i WHERE "
              "i.indrelid = t.oid AND i.indisprimary)"
          );
  CHECK(keyless.empty());
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
