// What erasures leave in the file is removed in pieces, whatever comes in between.
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/stores/erasure_contract.hpp"
#include "server/stores/sqlite/batch_writer.hpp"
#include "server/stores/sqlite/faulty_disk.hpp"
#include "server/stores/sqlite/file_copy.hpp"
#include "server/stores/temporary_directory.hpp"

namespace parley::stores {
namespace {

using contract::get;
using contract::kTenant;
using contract::turn_of;

constexpr const char* kCanary = "yranac of the erased";

// A writer without its thread: each piece is made when the test says so.
struct Life {
  explicit Life(const TemporaryDirectory& folder) : files(get(TenantFiles::open(folder.path()))) {}

  void write(std::vector<Write> batch) {
    std::vector<Result<void>> outcomes(batch.size());
    std::vector<WriteSlot> slots;
    for (std::size_t i = 0; i < batch.size(); ++i) slots.push_back({&batch[i], &outcomes[i]});
    writer.write(slots);
    for (const Result<void>& outcome : outcomes) get(outcome);
  }
  void write(turns::Commit turn) { write({Write{std::string(kTenant), std::move(turn)}}); }
  void erase(std::string user, std::vector<std::string> conversations) {
    auto piece = contract::erasure_of(std::move(conversations));
    piece.user_id = std::move(user);
    piece.entry.finished_at = contract::at(60);
    write({Write{std::string(kTenant), std::move(piece)}});
  }
  Traces step() {
    (void)writer.keep_up();
    return writer.traces(kTenant);
  }

  std::unique_ptr<TenantFiles> files;
  Checkpointer checkpointer;
  BatchWriter writer{*files, checkpointer};
};

// Erased conversations among others, megabytes of them, whose rows have moved.
std::vector<std::string> fill(Life& life, int conversations) {
  std::vector<std::string> erased;
  std::vector<Write> batch;
  for (int i = 0; i < conversations; ++i) {
    const bool goes = i % 3 == 0;
    auto turn = turn_of("c_" + std::to_string(i * 7919 % conversations), 1, std::string(900, 'x'));
    turn.record.body += goes ? kCanary : "of others";
    turn.inbox = turns::InboxEntry{
        "user",
        (goes ? kCanary : "key ") + std::to_string(i * 104'729 % conversations),
        "f",
        turn.conversation.id,
        "a"
    };
    if (goes) erased.push_back(turn.conversation.id);
    batch.push_back({std::string(kTenant), std::move(turn)});
    if (batch.size() == 500) life.write(std::exchange(batch, {}));
  }
  life.write(std::move(batch));
  return erased;
}

std::string path_of(const TemporaryDirectory& folder) {
  return folder.path() + "/tenants/default.db";
}

bool is_found(const TemporaryDirectory& folder) {
  for (const char* end : {"", "-wal"}) {
    std::ifstream file(path_of(folder) + end, std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    if (content.find(kCanary) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("each piece is bounded; turns that come in between bring nothing back and lose nothing") {
  const TemporaryDirectory folder;
  std::size_t pieces = 0;
  {
    Life life(folder);
    auto erased = fill(life, 18'000);
    life.erase("ana", std::move(erased));
    CHECK(life.writer.traces(kTenant) == Traces::going);
    for (std::uint64_t turn = 2; life.writer.traces(kTenant) != Traces::none; ++turn) {
      REQUIRE(pieces < 100);
      // Of old rows, in pages that are done and in pages that are not.
      std::vector<Write> batch;
      for (int i = 1; i < 18'000; i += 1'500)
        batch.push_back({std::string(kTenant), turn_of("c_" + std::to_string(i * 7919 % 18'000), turn)});
      life.write(std::move(batch));
      if (life.step() != Traces::held_up) ++pieces;
    }
    CHECK_FALSE(is_found(folder));
    Connection db(path_of(folder), Connection::Mode::read);
    const auto pages = static_cast<std::size_t>(db.integer("PRAGMA page_count"));
    CHECK(pieces >= pages / 2'048);
    CHECK(pieces <= pages / 2'048 + 2);
  }
  CHECK(pieces > 2);
  CHECK_FALSE(is_found(folder));
  CHECK(check_sqlite_file(path_of(folder)).has_value());
}

TEST_CASE("who reads for long keeps traces in the file, and keeps no turn waiting") {
  const TemporaryDirectory folder;
  Life life(folder);
  auto erased = fill(life, 100);
  {
    Connection reader(path_of(folder), Connection::Mode::read);
    reader.execute("BEGIN");
    REQUIRE(reader.integer("SELECT count(*) FROM record") == 100);
    life.erase("ana", std::move(erased));
    CHECK(life.step() == Traces::held_up);
    life.write(turn_of("c_new", 1));
  }
  while (life.step() != Traces::none) {
  }
  CHECK_FALSE(is_found(folder));
}

TEST_CASE("what could not be removed, for a stop or a failing disk, is removed after the next start") {
  const FaultyDisk disk;
  struct {
    const char* name;
    std::atomic<bool>* fault;
  } cases[] = {{"stopped", nullptr}, {"full", &FaultyDisk::full}, {"sync fails", &FaultyDisk::fail_sync}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const TemporaryDirectory own;
    {
      Life life(own);
      auto erased = fill(life, 3'000);
      life.erase("ana", std::move(erased));
      if (c.fault != nullptr) {
        *c.fault = true;
        CHECK(life.step() == Traces::held_up);
      }
    }
    if (c.fault != nullptr) *c.fault = false;
    CHECK(is_found(own));
    Life next(own);
    while (next.step() != Traces::none) {
    }
    CHECK_FALSE(is_found(own));
    next.write(turn_of("c_new", 1));
    CHECK(check_sqlite_file(path_of(own)).has_value());
  }
}

}  // namespace
}  // namespace parley::stores
