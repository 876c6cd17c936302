#include "server/stores/archive/archive_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "server/stores/archive/postgres_rows.hpp"
#include "server/stores/archive/sqlite_rows.hpp"
#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/postgres/test_cluster.hpp"
#include "server/stores/sqlite/file_copy.hpp"
#include "server/stores/sqlite/sqlite_store.hpp"
#include "server/stores/store_contract.hpp"
#include "server/stores/temporary_directory.hpp"

namespace parley::stores {
namespace {

using namespace std::string_literals;
using contract::at;
using contract::get;
using contract::kTenant;
using contract::put;
using contract::turn_of;
using postgres::TestCluster;

const std::string kTenantName(kTenant);

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Something in every table and every column, texts that are no UTF-8 among it.
void fill(turns::Store& store, int conversations) {
  for (int i = 0; i < conversations; ++i) {
    const std::string id = "c_" + std::to_string(i);
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
      auto turn = turn_of(id, sequence, "\xFF\0 \"body\" \xC3\xA9\n"s + std::to_string(i));
      turn.conversation.user_id = "user " + std::to_string(i % 3);
      turn.conversation.outcome = sequence == 3 ? "\xE2\x82"s : "";
      if (sequence == 2) turn.snapshot = "snapshot\0\x80"s + id;
      turn.outbox.push_back({
          .effect_id = id + ".e" + std::to_string(sequence % 2),
          .tool = "shop.charge",
          .request = R"({"amount":5})",
          .idempotency_key = "key\0"s + id,
          .state = turns::EffectState::started,
          .attempt = static_cast<std::uint32_t>(sequence),
      });
      turn.timers.push_back({.timer_id = "t" + std::to_string(sequence), .due = at(100 + i)});
      turn.inbox = turns::InboxEntry{"key:b", id + std::to_string(sequence), "print", id, "\"answer\"\xFE"};
      if (sequence == 1) turn.reviews.push_back(contract::review_of(id + ".r1", "finance"));
      if (sequence == 3) turn.decisions.push_back({id + ".r1", "approved", "{}", at(7)});
      turn.memory.push_back({.name = "diet", .value = "\"none\"", .at = at(3)});
      put(store, std::move(turn));
    }
  }
  get(store.put_flow(kTenant, {"order", "h1", "v1", "{\"id\":\"order\"}", "id: order\n", "ana", at(1)}));
  get(store.put_flow(kTenant, {"order", "h0", "", "{}", "", "", at(2)}));
  get(store.put_release(kTenant, {"r1", "{}", {{"order", "h1"}, {"help", "h9"}}}, true, {}));
  get(store.put_release(
      kTenant, {"r0", "{}", {}}, true, {{"order", "h0", "published", "ana", "because", "r0", at(2)}}
  ));
  get(store.put_release(kTenant, {"r1", "{}", {{"order", "h1"}, {"help", "h9"}}}, true, {}));
  get(store.erase(kTenant, {.entry = {"er_1", "user", "key:k", at(1), at(2)}, .conversations = {"c_none"}}));
  get(store.erase(kTenant, {.entry = {"er_2", "retention", "", at(3), {}}, .conversations = {}}));
  get(store.put_setting(kTenant, "secret_key_fingerprint", "0123456789abcdef"));
  get(store.put_setting(kTenant, "broken\xFF", "\0"s));
}

std::string sqlite_file(const TemporaryDirectory& folder) {
  return folder.path() + "/tenants/" + kTenantName + ".db";
}

void filled_folder(const TemporaryDirectory& folder, int conversations) {
  const auto store = get(SqliteStore::open({.directory = folder.path()}));
  fill(*store, conversations);
}

TenantSummary exported(TenantSource& from, const std::string& path) {
  auto writer = get(ArchiveWriter::create(path));
  auto summary = get(writer.add(kTenantName, from));
  get(writer.finish());
  return summary;
}

void imported(const std::string& archive, TenantSink& to) {
  get(check_archive(archive));
  const auto source = get(ArchiveSource::open(archive, kTenantName));
  get(transfer(*source, to));
}

void import_to_folder(const std::string& archive, const TemporaryDirectory& folder) {
  const auto files = get(TenantFiles::open(folder.path()));
  const auto path = get(files->database(kTenantName, true));
  imported(archive, *get(SqliteSink::open(*path)));
}

void empty(const TestCluster& cluster) {
  cluster.admin("DROP SCHEMA IF EXISTS parley CASCADE");
  get(postgres::migrate(cluster.url("parley_migrate"), "parley"));
}

std::vector<std::string> refusals(const std::string& path) {
  const auto checked = check_archive(path);
  if (checked) return {};
  CHECK(checked.error().code == ErrorCode::invalid_input);
  return {checked.error().message};
}

TEST_CASE(
    "what was exported, imported and exported again is the same, byte for byte, on SQLite and PostgreSQL"
) {
  const TemporaryDirectory first;
  const TemporaryDirectory second;
  const TemporaryDirectory files;
  filled_folder(first, 12);
  const std::string original = files.path() + "/original";
  const auto summary = exported(*get(SqliteSource::open(sqlite_file(first))), original);
  CHECK(summary.secret_key == "0123456789abcdef");
  for (const TableCount& table : summary.tables) {
    INFO(table.name);
    CHECK(table.rows > 0);  // the test leaves no table out
  }

  import_to_folder(original, second);
  exported(*get(SqliteSource::open(sqlite_file(second))), files.path() + "/again");
  CHECK(content(files.path() + "/again") == content(original));
  const auto store = get(SqliteStore::open({.directory = second.path()}));
  CHECK(contract::load(*store, "c_11").records.size() == 1);  // after its snapshot; all checksums hold
  CHECK(get(store->list(kTenant, {.limit = 1})).front().id == "c_11");
  CHECK(get(store->active_release(kTenant))->hash == "r1");

  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  imported(original, *get(PostgresSink::open(cluster->url("parley"), kTenantName)));
  exported(*get(PostgresSource::open(cluster->url("parley"), kTenantName)), files.path() + "/postgres");
  CHECK(content(files.path() + "/postgres") == content(original));
  const auto copy = get(PostgresStore::open({.url = cluster->url("parley")}));
  CHECK(contract::load(*copy, "c_11").records.size() == 1);
  CHECK(get(copy->list(kTenant, {.limit = 1})).front().id == "c_11");
  CHECK(get(copy->review(kTenant, "c_3.r1"))->status == "approved");
}

TEST_CASE("another tenant's rows are no part of an export from PostgreSQL") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  const TemporaryDirectory files;
  {
    const auto store = get(PostgresStore::open({.url = cluster->url("parley")}));
    put(*store, turn_of("c_other", 1, "canary"), "globex");
    put(*store, turn_of("c_own", 1));
  }
  exported(*get(PostgresSource::open(cluster->url("parley"), kTenantName)), files.path() + "/a");
  CHECK(content(files.path() + "/a").find("canary") == std::string::npos);
  CHECK(content(files.path() + "/a").find("c_own") != std::string::npos);
  CHECK(get(postgres_tenants(cluster->url("parley"))).empty());
  CHECK(get(postgres_tenants(cluster->url("admin"))) == contract::Texts{"default", "globex"});
}

TEST_CASE("an archive that was cut short or altered anywhere is refused") {
  const TemporaryDirectory folder;
  const TemporaryDirectory files;
  filled_folder(folder, 1);
  const std::string path = files.path() + "/archive";
  exported(*get(SqliteSource::open(sqlite_file(folder))), path);
  const std::string whole = content(path);
  CHECK(refusals(path).empty());
  const std::string other = files.path() + "/other";
  for (std::size_t size = 0; size < whole.size(); size += size + 97 < whole.size() ? 97 : 1) {
    CAPTURE(size);
    write(other, whole.substr(0, size));
    CHECK(refusals(other).size() == 1);
  }
  for (std::size_t place = 0; place < whole.size(); place += 41) {
    CAPTURE(place);
    std::string altered = whole;
    altered[place] = static_cast<char>(altered[place] ^ (1 << place % 7));
    write(other, altered);
    CHECK(refusals(other).size() == 1);
  }
  const std::size_t row = whole.find("{\"record\"");
  const std::string line = whole.substr(row, whole.find('\n', row) + 1 - row);
  for (const std::string& altered : {
           whole + "\n",                                            // something follows
           whole.substr(0, row) + whole.substr(row + line.size()),  // a row is missing
           whole.substr(0, row) + line + whole.substr(row),         // a row is there twice
           "{\"format\":\"parley-archive\",\"version\":2}" + whole.substr(whole.find('\n')),
       }) {
    write(other, altered);
    CHECK(refusals(other).size() == 1);
  }
}

TEST_CASE("nothing is written over, and nothing into what is in use") {
  const TemporaryDirectory folder;
  const TemporaryDirectory files;
  filled_folder(folder, 1);
  const std::string path = files.path() + "/archive";
  exported(*get(SqliteSource::open(sqlite_file(folder))), path);
  CHECK(ArchiveWriter::create(path).error().code == ErrorCode::conflict);
  const auto again = SqliteSink::open(sqlite_file(folder));
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().message.find("already") != std::string::npos);
  {
    const auto left = get(ArchiveWriter::create(files.path() + "/unfinished"));
  }
  CHECK_FALSE(std::ifstream(files.path() + "/unfinished"));
  CHECK_FALSE(std::ifstream(files.path() + "/unfinished.partial"));
}

// What stores keep besides what the archive has: their own numbers, sums and bookkeeping, who works on what
// just now, and what is made anew when it is missing.
const std::set<std::string> kOwn = {"tenant", "number", "checksum", "worker", "claimed_by", "claimed_until"};
const std::set<std::string> kOwnTables = {"migration", "worker", "vector", "trace"};

void check_columns(const std::string& table, std::set<std::string> stored) {
  CAPTURE(table);
  const ArchiveTable* known = find_archive_table(table);
  REQUIRE_MESSAGE(known != nullptr, "a table that the archive leaves out: add it to archive/tables.cpp");
  for (const ArchiveColumn& column : known->columns) stored.erase(std::string(column.name));
  for (const std::string& own : kOwn) stored.erase(own);
  CHECK_MESSAGE(stored.empty(), "a column that the archive leaves out: " << *stored.begin());
}

TEST_CASE("the archive knows every table and column of both schemas") {
  const TemporaryDirectory folder;
  const auto path = get(get(TenantFiles::open(folder.path()))->database(kTenantName, true));
  Connection db(*path, Connection::Mode::read);
  Statement tables(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
  Rows names = tables.query();
  std::size_t seen = 0;
  while (names.next()) {
    const std::string table(names.text(0));
    if (table == "release_flow" || kOwnTables.contains(table)) continue;  // the first is part of release
    ++seen;
    std::set<std::string> columns;
    Statement info(db, "SELECT name FROM pragma_table_info(?1)");
    Rows rows = info.query(table);
    while (rows.next()) columns.emplace(rows.text(0));
    check_columns(table, columns);
  }
  CHECK(seen == archive_tables().size());

  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  empty(*cluster);
  postgres::Connection other(cluster->url("admin"));
  for (const auto& table : other.plain("SELECT tablename FROM pg_tables WHERE schemaname = 'parley'")) {
    if (kOwnTables.contains(table[0])) continue;
    std::set<std::string> columns;
    for (const auto& column : other.plain(
             "SELECT column_name FROM information_schema.columns WHERE table_schema = 'parley' AND "
             "table_name = '" +
             table[0] + "'"
         ))
      columns.insert(column[0]);
    check_columns(table[0], columns);
  }
}

TEST_CASE("a file copied while it is written to is sound and has everything acknowledged before") {
  const TemporaryDirectory folder;
  const TemporaryDirectory copies;
  const auto store = get(SqliteStore::open({.directory = folder.path()}));
  put(*store, turn_of("c_1", 1));
  std::atomic<std::uint64_t> acknowledged = 1;
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (std::uint64_t sequence = 2; !stop; ++sequence) {
      put(*store, turn_of("c_1", sequence, std::string(500, 'x')));
      acknowledged = sequence;
    }
  });
  for (int i = 0; i < 5; ++i) {
    while (acknowledged < static_cast<std::uint64_t>(10 * i)) std::this_thread::yield();
    const std::uint64_t before = acknowledged;
    const std::string copy = copies.path() + "/" + std::to_string(i) + ".db";
    get(copy_sqlite_file(sqlite_file(folder), copy));
    get(check_sqlite_file(copy));
    Connection db(copy, Connection::Mode::read);
    CHECK(db.integer("SELECT max(sequence) FROM record") >= static_cast<std::int64_t>(before));
    CHECK_FALSE(copy_sqlite_file(sqlite_file(folder), copy).has_value());  // it is there already
  }
  stop = true;
  writer.join();
  write(copies.path() + "/0.db", content(copies.path() + "/0.db").substr(0, 8000));
  CHECK_FALSE(check_sqlite_file(copies.path() + "/0.db").has_value());
}

}  // namespace
}  // namespace parley::stores
