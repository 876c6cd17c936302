#include "server/stores/sqlite/sqlite_store.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/stores/checksum.hpp"
#include "server/stores/store_contract.hpp"
#include "server/stores/temporary_directory.hpp"

namespace parley::stores {
namespace {

using contract::get;
using contract::load;
using contract::put;
using contract::turn_of;
using contract::wait_for;

std::unique_ptr<SqliteStore> open_store(const std::string& directory) {
  SqliteOptions options;
  options.directory = directory;
  return get(SqliteStore::open(std::move(options)));
}

TEST_CASE("SqliteStore keeps the contract of stores") {
  std::optional<TemporaryDirectory> folder;
  const auto with = [&folder](bool one_transaction_per_turn, std::size_t reader_threads) {
    const auto open = [&folder, one_transaction_per_turn, reader_threads]() -> std::unique_ptr<turns::Store> {
      SqliteOptions options;
      options.directory = folder->path() + "/data";
      options.one_transaction_per_turn = one_transaction_per_turn;
      options.reader_threads = reader_threads;
      return get(SqliteStore::open(std::move(options)));
    };
    contract::check_store_contract({
        .open_fresh =
            [&folder, open] {
              folder.emplace();
              return open();
            },
        .reopen = open,
    });
  };
  SUBCASE("batched") {
    with(false, 1);
  }
  SUBCASE("batched, three reader threads") {
    with(false, 3);
  }
  SUBCASE("one transaction per turn") {
    with(true, 1);
  }
}

TEST_CASE("Folders and files are for their owner only, and reading makes no file") {
  const TemporaryDirectory folder;
  const std::string data = folder.path() + "/deep/data";
  const auto store = open_store(data);
  CHECK_FALSE(get(store->load("acme", "c_1")).has_value());
  CHECK_FALSE(std::filesystem::exists(data + "/tenants/acme.db"));
  put(*store, turn_of("c_1", 1), "acme");
  struct {
    std::string path;
    mode_t mode;
  } cases[] = {
      {data, 0700},
      {data + "/tenants", 0700},
      {data + "/lock", 0600},
      {data + "/tenants/acme.db", 0600},
      {data + "/tenants/acme.db-wal", 0600},
  };
  for (const auto& c : cases) {
    CAPTURE(c.path);
    struct stat status{};
    REQUIRE(::stat(c.path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == c.mode);
  }
}

TEST_CASE("A second server on the same folder is told who has it") {
  const TemporaryDirectory folder;
  auto first = open_store(folder.path());
  SqliteOptions options;
  options.directory = folder.path();
  const auto second = SqliteStore::open(options);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::unavailable);
  CHECK(second.error().message.find("process " + std::to_string(::getpid())) != std::string::npos);
  CHECK_FALSE(second.error().hint.empty());
  first.reset();
  CHECK(SqliteStore::open(options).has_value());
}

TEST_CASE("A database that is not ours or newer than this program is left alone") {
  const TemporaryDirectory folder;
  const std::string path = folder.path() + "/tenants/default.db";
  std::string_view expected;
  SUBCASE("newer schema") {
    auto store = open_store(folder.path());
    put(*store, turn_of("c_1", 1));
    store.reset();
    Connection(path, Connection::Mode::write).execute("PRAGMA user_version = 99");
    expected = "was written by a newer Parley (schema 99";
  }
  SUBCASE("another program's database") {
    open_store(folder.path()).reset();
    std::ofstream(path).close();
    Connection(path, Connection::Mode::write).execute("CREATE TABLE songs (title TEXT)");
    expected = "is not a Parley database";
  }
  SUBCASE("no database at all") {
    open_store(folder.path()).reset();
    std::ofstream(path) << std::string(5000, 'x');
    expected = "is not a Parley database";
  }
  const auto store = open_store(folder.path());
  const auto written = wait_for(store->commit("default", turn_of("c_1", 2)));
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == ErrorCode::unsupported);
  CHECK(written.error().message.find(expected) != std::string::npos);
  const auto read = wait_for(store->load("default", "c_1"));
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error() == written.error());
  put(*store, turn_of("c_1", 1), "other");
}

TEST_CASE("A database of the first schema opens and goes on") {
  const TemporaryDirectory folder;
  const std::string path = folder.path() + "/tenants/default.db";
  open_store(folder.path()).reset();
  std::ofstream(path).close();
  {
    // What a server of that time had written: the schema, its number, one conversation with one record.
    Connection old(path, Connection::Mode::write);
    std::ifstream sql(PARLEY_SOURCE_DIR "/migrations/0001_initial.sql");
    old.execute(std::string((std::istreambuf_iterator<char>(sql)), {}));
    old.execute("PRAGMA application_id = 1347570777; PRAGMA user_version = 1");
    const auto sum = [](const RowChecksum& checksum) { return std::to_string(checksum.value()); };
    old.execute(
        "INSERT INTO conversation VALUES (1, 'c_1', 'ana', 'web', 'r1', 'order', 'bot', 'waiting', '', 5, " +
        sum(RowChecksum(1, "c_1", "ana", "web", "r1", "order", "bot", "waiting", "", 5)) + ")"
    );
    old.execute(
        "INSERT INTO record VALUES (1, 1, 1, 1, 7, 'one', " + sum(RowChecksum(1, 1, 1, 7, "one")) + ")"
    );
  }
  const auto store = open_store(folder.path());
  CHECK(contract::bodies(load(*store, "c_1").records) == contract::Texts{"one"});
  auto next = turn_of("c_1", 2, "two");
  next.reviews.push_back(contract::review_of("c_1.e1"));
  next.memory.push_back({"diet", "\"vegan\"", contract::at(2)});
  put(*store, next);
  CHECK(contract::bodies(load(*store, "c_1").records) == contract::Texts{"one", "two"});
  CHECK(get(store->review("default", "c_1.e1"))->status == "open");
  CHECK(get(store->memory("default", "ana")).size() == 1);
}

TEST_CASE("An interrupted first start is finished by the next one") {
  const TemporaryDirectory folder;
  open_store(folder.path()).reset();
  std::ofstream(folder.path() + "/tenants/default.db").close();
  const auto store = open_store(folder.path());
  put(*store, turn_of("c_1", 1, "one"));
  CHECK(load(*store, "c_1").records.size() == 1);
}

TEST_CASE("No statement reaches another file, and a reading connection cannot write") {
  const TemporaryDirectory folder;
  const std::string path = folder.path() + "/a.db";
  std::ofstream(path).close();
  Connection writing(path, Connection::Mode::write);
  writing.execute("CREATE TABLE t (x)");
  const std::string attach = "ATTACH '" + folder.path() + "/b.db' AS b";
  CHECK_THROWS_AS(writing.execute(attach), SqliteFailure);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/b.db"));
  Connection reading(path, Connection::Mode::read);
  CHECK_THROWS_AS(reading.execute(attach), SqliteFailure);
  CHECK_THROWS_AS(reading.execute("INSERT INTO t VALUES (1)"), SqliteFailure);
}

TEST_CASE("Limits of what can be stored are told, and stop only the turn that breaks them") {
  const TemporaryDirectory folder;
  const auto store = open_store(folder.path());
  auto too_large = turn_of("c_1", 1, std::string(65 << 20, 'x'));
  auto too_early = turn_of("c_1", 1);
  too_early.record.at = {-60'000'000'000, 0};
  auto too_late = turn_of("c_1", 1);
  too_late.timers = {{"t1", Timestamp{200'000'000'000, 0}}};
  CHECK(contract::refused(*store, std::move(too_large)) == ErrorCode::too_large);
  CHECK(contract::refused(*store, too_early) == ErrorCode::invalid_input);
  CHECK(contract::refused(*store, too_late) == ErrorCode::invalid_input);
  put(*store, turn_of("c_1", 1));
}

TEST_CASE("More tenants than open files: all stay reachable") {
  const TemporaryDirectory folder;
  const auto store = open_store(folder.path());
  for (std::uint64_t round = 1; round <= 2; ++round) {
    for (int i = 0; i < 70; ++i) {
      const std::string tenant = "t" + std::to_string(i);
      put(*store, turn_of("c_1", round, tenant), tenant);
      CHECK(load(*store, "c_1", tenant).summary.sequence == round);
    }
  }
}

TEST_CASE("Conversations that the writer has forgotten go on where they were") {
  ConversationCache cache(2);
  cache.insert("a", {.number = 1});
  cache.insert("b", {.number = 2});
  cache.insert("c", {.number = 3});  // a and b become the old generation
  REQUIRE(cache.find("a") != nullptr);
  CHECK(cache.find("a")->number == 1);  // back among the young
  cache.insert("d", {.number = 4});     // the old generation with b goes
  CHECK(cache.find("b") == nullptr);
  CHECK(cache.find("d") != nullptr);
  CHECK(cache.find("a") != nullptr);
}

TEST_CASE("Lists and leftover work are found by an index, not by reading everything") {
  const TemporaryDirectory folder;
  auto store = open_store(folder.path());
  put(*store, turn_of("c_1", 1));
  store.reset();
  Connection db(folder.path() + "/tenants/default.db", Connection::Mode::write);
  struct {
    std::string_view sql;
    std::string_view expected;
  } cases[] = {
      {"SELECT * FROM outbox WHERE state < 2 ORDER BY number LIMIT 5", "USING INDEX outbox_pending"},
      {"SELECT 1 FROM outbox INDEXED BY outbox_pending_of WHERE conversation = 1 AND state < 2",
       "outbox_pending_of (conversation=?)"},
      {"SELECT * FROM timer WHERE due <= 5 ORDER BY due, conversation, timer_id", "USING INDEX timer_by_due"},
      {"SELECT * FROM conversation WHERE number < 9 AND user_id = 'a' ORDER BY number DESC",
       "conversation_by_user"},
      {"SELECT * FROM record WHERE conversation = 1 AND sequence > 4 ORDER BY sequence", "record_by_sequence"
      },
  };
  for (const auto& c : cases) {
    CAPTURE(c.sql);
    Statement explain(db, "EXPLAIN QUERY PLAN " + std::string(c.sql));
    Rows rows = explain.query();
    std::string plan;
    while (rows.next()) plan += std::string(rows.text(3)) + "\n";
    CAPTURE(plan);
    CHECK(plan.find(c.expected) != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
  }
}

}  // namespace
}  // namespace parley::stores
