// A real streaming replica: what is read from it is what the primary would have said, whatever becomes of it.
#include "server/stores/postgres/replica.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "server/stores/postgres/postgres_store_checks.hpp"

namespace parley::stores::postgres {
namespace {

using contract::get;
using contract::kTenant;
using contract::put;
using contract::turn_of;
using contract::wait_for;
using std::chrono::milliseconds;

constexpr milliseconds kPatient{20'000};  // until a machine that is busy counts as broken

struct Replicated {
  explicit Replicated(const TestCluster& made) : cluster(made) {
    fresh_schema(cluster);
    REQUIRE(cluster.run("replica") == 0);
    store = get(PostgresStore::open({.url = cluster.url("parley")}));
  }

  [[nodiscard]] std::unique_ptr<ReplicaStore> reading(milliseconds patience, std::string url = {}) const {
    if (url.empty()) url = cluster.replica_url("parley");
    return std::make_unique<ReplicaStore>(
        *store,
        ReplicaOptions{
            .primary_url = cluster.url("parley"),
            .replica_url = std::move(url),
            .threads = 1,
            .patience = patience,
            .pause = milliseconds(0)
        }
    );
  }
  void replica_admin(const std::string& sql) const { Connection(cluster.replica_url("admin")).plain(sql); }
  void pause_replay() const {
    Connection replica(cluster.replica_url("admin"));
    replica.plain("SELECT pg_wal_replay_pause()");
    while (replica.plain("SELECT pg_get_wal_replay_pause_state()").at(0).at(0) != "paused") {
    }
  }

  const TestCluster& cluster;
  std::unique_ptr<PostgresStore> store;
};

// What is wrong with the replica.
std::string problem(const ReplicaStore& store) {
  const auto well = store.state().check();
  return well ? "" : well.error().message;
}

TEST_CASE("whoever has been told something finds it in what the replica says") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const Replicated database(*cluster);
  const auto reads = database.reading(kPatient);
  for (std::uint64_t turn = 1; turn <= 30; ++turn) {
    put(*database.store, turn_of("c_1", turn));
    CHECK(get(reads->records(kTenant, "c_1", 0, 100)).size() == turn);
    CHECK(get(reads->list(kTenant, {})).front().turn == turn);
  }
  CHECK(reads->state().answered == 60);
  CHECK(problem(*reads).empty());
  CHECK(get(reads->reviews(kTenant, {})).empty());
  CHECK(get(reads->flow_versions(kTenant, "order")).empty());
  CHECK(get(reads->publications(kTenant, "order")).empty());
  CHECK(get(reads->erasures(kTenant, 10)).empty());
  CHECK(get(reads->list("acme", {})).empty());
  CHECK(reads->state().answered == 65);
  // What the replica refuses the primary would refuse, too.
  CHECK(wait_for(reads->list(kTenant, {.before = "c_none"})).error().code == ErrorCode::not_found);
  CHECK(reads->state().passed_on == 0);
  // A loop of its own, as a server has it.
  wait_for([](ReplicaStore& asked) -> turns::Awaitable<bool> {
    co_await asked.look();
    co_return true;
  }(*reads));
  CHECK(reads->state().answered == 66);
}

TEST_CASE("a replica that stands still, dies or is none is passed over, and taken up again when it is well") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  const Replicated database(*cluster);
  const auto hasty = database.reading(milliseconds(0));
  const auto patient = database.reading(kPatient);
  std::uint64_t turn = 0;
  const auto say = [&] { put(*database.store, turn_of("c_1", ++turn)); };
  const auto both_are_right = [&](ReplicaStore& reads) {
    return get(reads.records(kTenant, "c_1", 0, 100)).size() == turn &&
           get(reads.list(kTenant, {})).front().turn == turn;
  };
  say();
  REQUIRE(both_are_right(*patient));

  SUBCASE("replay is paused") {
    database.pause_replay();
    say();
    CHECK(both_are_right(*hasty));
    CHECK(hasty->state().answered == 0);
    CHECK(hasty->state().passed_on == 2);
    CHECK(hasty->state().bytes_behind > 0);
    CHECK(problem(*hasty) == "the replica is behind");
    database.replica_admin("SELECT pg_wal_replay_resume()");
    CHECK(both_are_right(*patient));
    CHECK(patient->state().passed_on == 0);
  }
  SUBCASE("it is killed") {
    cluster->run("unreplica");
    say();
    CHECK(both_are_right(*patient));
    CHECK(patient->state().passed_on == 2);
    CHECK(problem(*patient).starts_with("the replica cannot be asked: "));
    say();
    REQUIRE(cluster->run("replica") == 0);
    CHECK(both_are_right(*patient));
    CHECK(problem(*patient).empty());
    CHECK(patient->state().passed_on == 2);
  }
  SUBCASE("the primary dies: nobody says what may be old") {
    cluster->run("stop");
    CHECK_FALSE(wait_for(patient->list(kTenant, {})).has_value());
    REQUIRE(cluster->run("start") == 0);
    CHECK(both_are_right(*patient));
  }
  SUBCASE("it has become a primary itself") {
    database.replica_admin("SELECT pg_promote()");
    say();
    CHECK(both_are_right(*hasty));
    CHECK(problem(*hasty) == "store.read_url is no replica: it takes writes");
    cluster->run("unreplica");
    REQUIRE(std::system(("rm -rf " + cluster->folder() + "/replica").c_str()) == 0);
  }
  SUBCASE("its role would stand above the policies") {
    const auto reads = database.reading(kPatient, cluster->replica_url("admin"));
    CHECK(both_are_right(*reads));
    CHECK(reads->state().answered == 0);
    CHECK(problem(*reads).find("superuser") != std::string::npos);
  }
  SUBCASE("a command that looks once is told") {
    CHECK(wait_for_replica(cluster->url("parley"), cluster->replica_url("parley"), kPatient).has_value());
    const auto none = wait_for_replica(cluster->url("parley"), cluster->url("parley"), kPatient);
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().message == "store.read_url is no replica: it takes writes");
  }
}

}  // namespace
}  // namespace parley::stores::postgres
