#include "server/stores/sqlite/file_copy.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "server/stores/sqlite/sqlite_store.hpp"
#include "server/stores/store_contract.hpp"
#include "server/stores/temporary_directory.hpp"

namespace parley::stores {
namespace {

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a copy is there when all of it is, and what a broken one has left is no part of it") {
  const TemporaryDirectory folder;
  {
    const auto store = contract::get(SqliteStore::open({.directory = folder.path() + "/data"}));
    contract::put(*store, contract::turn_of("c_1", 1));
  }
  const std::string from = folder.path() + "/data/tenants/default.db";
  const std::string to = folder.path() + "/copy.db";
  write(to + ".partial", "half of a copy");
  write(to + ".partial-journal", "and how to undo it");
  contract::get(copy_sqlite_file(from, to));
  CHECK(names_in(folder.path()) == std::set<std::string>{"data", "copy.db"});
  contract::get(check_sqlite_file(to));
  CHECK(std::filesystem::status(to).permissions() == static_cast<std::filesystem::perms>(0600));

  write(to, "somebody else's");
  CHECK_FALSE(copy_sqlite_file(from, to).has_value());
  CHECK(std::filesystem::file_size(to) == 15);
}

TEST_CASE("a copy that fails leaves nothing behind") {
  const TemporaryDirectory folder;
  const std::string from = folder.path() + "/from.db";
  write(from, std::string(8192, 'x'));
  CHECK_FALSE(copy_sqlite_file(from, folder.path() + "/copy.db").has_value());
  CHECK(names_in(folder.path()) == std::set<std::string>{"from.db"});
}

}  // namespace parley::stores
