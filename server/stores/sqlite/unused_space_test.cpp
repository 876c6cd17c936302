#include "server/stores/sqlite/unused_space.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "server/stores/sqlite/file_copy.hpp"
#include "server/stores/temporary_directory.hpp"

namespace parley::stores {
namespace {

// A leaf page of 64 bytes: two cells at 56 and 60, a free block of 8 at 40, 6 bytes of it and the gap in use
// before.
std::vector<std::uint8_t> leaf() {
  std::vector<std::uint8_t> page(64, 0xAA);
  const std::uint8_t head[] = {13, 0, 40, 0, 2, 0, 40, 0, 0, 56, 0, 60};
  std::memcpy(page.data(), head, sizeof head);
  const std::uint8_t block[] = {0, 0, 0, 8};
  std::memcpy(page.data() + 40, block, sizeof block);
  return page;
}

TEST_CASE("of a page only what is not in use becomes zero") {
  auto page = leaf();
  const ChangedRange changed = zero_unused(page, false);
  CHECK(changed.begin == 12);
  CHECK(changed.end == 48);
  for (std::size_t place = 0; place < page.size(); ++place) {
    CAPTURE(place);
    const bool unused = (place >= 12 && place < 40) || (place >= 44 && place < 48);
    CHECK(page[place] == (unused ? 0 : leaf()[place]));
  }
  const ChangedRange again = zero_unused(page, false);
  CHECK(again.begin == again.end);
}

TEST_CASE("what is no sound page of a tree is left as it is") {
  struct {
    const char* what;
    std::size_t place;
    std::uint8_t value;
  } cases[] = {
      {"continues a long row", 0, 0},
      {"more cells than there is room", 4, 60},
      {"content beyond the page", 6, 65},
      {"a free block beyond the page", 2, 62},
      {"a free block larger than the page", 43, 60},
      {"a free block that is too small", 43, 3},
      {"free blocks in a circle", 41, 40},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    auto page = leaf();
    page[c.place] = c.value;
    const auto before = page;
    const ChangedRange changed = zero_unused(page, false);
    CHECK(changed.begin == changed.end);
    CHECK(page == before);
  }
}

TEST_CASE("a database from which rows were moved and deleted has nothing of them left, and is sound") {
  const TemporaryDirectory folder;
  const std::string path = folder.path() + "/a.db";
  std::ofstream(path).close();
  std::int64_t kept = 0;
  {
    Connection db(path, Connection::Mode::write);
    db.execute("CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID; CREATE INDEX i ON t (v, k)");
    db.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t "
        "SELECT "
        "printf('%08x', i * 2654435761 % 4294967296), printf('%s-%d-%s', iif(i % 3, 'kept', 'canary'), i, "
        "hex(zeroblob(i % 40))) FROM n"
    );
    db.execute("DELETE FROM t WHERE v LIKE 'canary%' AND k < '8'");
    db.execute("DELETE FROM t WHERE v LIKE 'canary%'");
    kept = db.integer("SELECT count(*) FROM t");
    REQUIRE(
        sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) ==
        SQLITE_OK
    );
    constexpr std::int64_t kPages = 20;
    std::int64_t pieces = 0;
    for (std::optional<std::int64_t> next = 0; next; ++pieces) {
      CHECK(*next == pieces * kPages);
      next = overwrite_unused_space(db, *next, kPages);
    }
    CHECK(pieces == (db.integer("PRAGMA page_count") + kPages - 1) / kPages);
  }
  std::ifstream file(path, std::ios::binary);
  const std::string content(std::istreambuf_iterator<char>(file), {});
  CHECK(content.find("kept-1-") != std::string::npos);
  CHECK(content.find("canary") == std::string::npos);
  CHECK(check_sqlite_file(path).has_value());
  Connection db(path, Connection::Mode::write);
  CHECK(db.integer("SELECT count(*) FROM t") == kept);
  db.execute("INSERT INTO t SELECT k || 'x', v FROM t");
  CHECK(db.integer("SELECT count(*) FROM t INDEXED BY i") == 2 * kept);
  CHECK(check_sqlite_file(path).has_value());
}

}  // namespace
}  // namespace parley::stores
