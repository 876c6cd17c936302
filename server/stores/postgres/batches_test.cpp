// What turns and loads that come together cost the database, and that one says nothing of the others.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stores/postgres/loader.hpp"
#include "server/stores/postgres/postgres_store_checks.hpp"
#include "server/stores/postgres/writer.hpp"

namespace parley::stores::postgres {
namespace {

using contract::get;
using contract::kTenant;
using contract::put;
using contract::turn_of;

// What the database has carried out for the role of servers, as its log tells.
class StatementLog {
 public:
  explicit StatementLog(const TestCluster& cluster) : cluster_(cluster) {
    cluster_.admin("ALTER ROLE parley SET log_statement = 'all'");
    (void)statements();  // of tests before
  }
  StatementLog(const StatementLog&) = delete;
  StatementLog& operator=(const StatementLog&) = delete;
  ~StatementLog() { cluster_.admin("ALTER ROLE parley RESET log_statement"); }

  // Those since this was last asked.
  std::vector<std::string> statements() {
    std::ifstream file(cluster_.folder() + "/log");
    file.seekg(read_);
    std::vector<std::string> found;
    for (std::string line; std::getline(file, line);) {
      read_ += static_cast<std::streamoff>(line.size()) + 1;
      for (const std::string_view mark : {"LOG:  execute ", "LOG:  statement: "}) {
        const std::size_t place = line.find(mark);
        if (place == std::string::npos) continue;
        const std::string text = line.substr(place + mark.size());
        // Of a prepared one its name.
        found.push_back(text.starts_with("<unnamed>: ") ? text.substr(11) : text.substr(0, text.find(':')));
      }
    }
    return found;
  }

 private:
  const TestCluster& cluster_;
  std::streamoff read_ = 0;
};

using Statements = std::vector<std::string>;

template <typename Pending, typename Work>
Pending pending(Work work) {
  return {std::move(work), {}, contract::loops()[0].get_executor(), [](auto&&) {}};
}

std::vector<LoadBatcher::Pending> loads(const std::vector<std::pair<std::string, Reader::Wanted>>& wanted) {
  std::vector<LoadBatcher::Pending> batch;
  for (const auto& [tenant, conversation] : wanted)
    batch.push_back(pending<LoadBatcher::Pending>(Load{tenant, conversation}));
  return batch;
}

const std::string kBeginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

TEST_CASE("loads that come together are one transaction with two statements for each tenant") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  fresh_schema(*cluster);
  StatementLog log(*cluster);
  const auto store = get(PostgresStore::open({.url = cluster->url("parley")}));
  std::vector<std::pair<std::string, Reader::Wanted>> wanted;
  for (int i = 0; i < 20; ++i) {
    const std::string id = "c_" + std::to_string(i);
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) put(*store, turn_of(id, sequence), "acme");
    wanted.push_back({"acme", {id, 0}});
    wanted.push_back({"globex", {id, 0}});  // there it is not
  }
  Loader loader(cluster->url("parley"), "loader");
  auto first = loads({wanted.front()});
  loader.load(first);
  (void)log.statements();
  auto batch = loads(wanted);
  loader.load(batch);
  CHECK(
      log.statements() ==
      Statements{
          kBeginReading,
          "SET LOCAL parley.tenant = 'acme'",
          "load",
          "load_records",
          "COMMIT",
          kBeginReading,
          "SET LOCAL parley.tenant = 'globex'",
          "load",
          "load_records",
          "COMMIT"
      }
  );
  for (auto& each : batch) {
    const auto stored = get(std::move(each.outcome));
    CHECK(stored.has_value() == (each.write.tenant == "acme"));
    if (stored) CHECK(stored->records.size() == 3);
  }
}

TEST_CASE("turns that come together are as many statements, and three for all of them") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  fresh_schema(*cluster);
  StatementLog log(*cluster);
  Writer writer(cluster->url("parley"), "writer");
  const auto write = [&](std::uint64_t sequence) {
    std::vector<Writer::Pending> batch;
    for (int i = 0; i < 3; ++i)
      batch.push_back(
          pending<Writer::Pending>(Write{std::string(kTenant), turn_of("c_" + std::to_string(i), sequence)})
      );
    writer.write(batch);
    for (const auto& each : batch) CHECK(each.outcome.has_value());
  };
  write(1);
  const Statements begun = log.statements();
  // Of the session, once: how long it waits for locks.
  CHECK(std::ranges::count(begun, "SET lock_timeout = '1s'") == 1);
  write(2);
  CHECK(
      log.statements() ==
      Statements{"BEGIN", "SET LOCAL parley.tenant = 'default'", "turn", "turn", "turn", "COMMIT"}
  );
}

TEST_CASE("of loads that come together a damaged one fails alone, and the rest is as new as its caller needs"
) {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  fresh_schema(*cluster);
  const auto store = get(PostgresStore::open({.url = cluster->url("parley")}));
  for (const char* id : {"c_1", "c_2", "c_3"}) {
    const bool is_long = std::string_view(id) == "c_3";
    for (std::uint64_t sequence = 1; sequence <= (is_long ? 24U : 4U); ++sequence) {
      auto turn = turn_of(id, sequence);
      if (sequence == 2 || sequence == 20) turn.snapshot = "state";
      put(*store, turn);
    }
  }
  cluster->admin("UPDATE parley.record SET body = 'other' WHERE conversation = 'c_2' AND sequence = 4");
  Loader loader(cluster->url("parley"), "loader");
  const std::string tenant(kTenant);
  auto batch = loads(
      {{tenant, {"c_1", 0}},
       {tenant, {"c_2", 0}},
       {tenant, {"nobody", 0}},
       {tenant, {"c_1", 3}},
       {tenant, {"c_1", 1}},
       {tenant, {"c_3", 3}},
       {tenant, {"c_1", 9}},
       {"Not A Tenant", {"c_1", 0}}}
  );
  loader.load(batch);
  struct {
    std::string_view name;
    std::uint64_t snapshot_sequence;
    std::string_view snapshot;
    std::size_t records;
  } cases[] = {
      {"all of it", 2, "state", 2},
      {"damaged", 0, "", 0},
      {"not there", 0, "", 0},
      {"known up to its third record", 3, "", 1},
      {"known nearly as far as its snapshot", 1, "", 3},
      {"known much less far than its snapshot", 20, "state", 4},
      {"known further than it goes", 2, "state", 2},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    INFO(cases[i].name);
    const auto& outcome = batch[i].outcome;
    REQUIRE(outcome.has_value() == (i != 1));
    if (!outcome) {
      CHECK(outcome.error().code == ErrorCode::internal);
      continue;
    }
    REQUIRE(outcome->has_value() == (i != 2));
    if (!*outcome) continue;
    CHECK((*outcome)->snapshot_sequence == cases[i].snapshot_sequence);
    CHECK((*outcome)->snapshot == cases[i].snapshot);
    CHECK((*outcome)->records.size() == cases[i].records);
  }
  CHECK_FALSE(batch.back().outcome.has_value());
}

TEST_CASE("a turn that another server commits while its conversation is erased is not left behind") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  fresh_schema(*cluster);
  const auto store = get(PostgresStore::open({.url = cluster->url("parley")}));
  for (const char* id : {"c_1", "c_2"}) put(*store, turn_of(id, 1));
  Connection other(cluster->url("parley"));
  other.plain("BEGIN; SET LOCAL parley.tenant = 'default'");
  other.plain("UPDATE parley.conversation SET sequence = 2, updated_at = 2000000000000000000 WHERE id = 'c_1'"
  );
  other.plain(
      "INSERT INTO parley.record (conversation, sequence, turn, at, body, checksum) VALUES ('c_1', 2, 2, "
      "2000000000000000000, 'late', 0)"
  );
  auto piece = contract::erasure_of({"c_1", "c_2"});
  std::string left;
  SUBCASE("it goes with the rest") {}
  SUBCASE("or the conversation stays, when only what is past was to go") {
    piece.before = Timestamp{.seconds = 1'900'000'000};
    left = "c_1";
  }
  bool erased = false;
  const auto erase = [](turns::Store& from, turns::Erase what, bool& done) -> net::Awaitable<> {
    done = (co_await from.erase(kTenant, std::move(what))).has_value();
  };
  auto& loop = contract::loops()[0];
  boost::asio::co_spawn(loop, erase(*store, piece, erased), boost::asio::detached);
  loop.poll();
  Connection admin(cluster->url("admin"));
  while (admin.plain("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'").empty()) {
  }
  other.plain("COMMIT");
  loop.run();
  loop.restart();
  CHECK(erased);
  for (const char* table : {"conversation", "record"}) {
    CAPTURE(table);
    const std::string column = table == std::string_view("record") ? "conversation" : "id";
    const auto rows = admin.plain(
        "SELECT string_agg(DISTINCT encode(" + column + ", 'escape'), ',') FROM parley." + std::string(table)
    );
    CHECK(rows.at(0).at(0) == left);
  }
}

}  // namespace
}  // namespace parley::stores::postgres
