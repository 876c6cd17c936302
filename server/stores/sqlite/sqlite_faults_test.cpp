#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "server/stores/sqlite/connection.hpp"
#include "server/stores/sqlite/faulty_disk.hpp"
#include "server/stores/sqlite/sqlite_store.hpp"
#include "server/stores/store_contract.hpp"
#include "server/stores/temporary_directory.hpp"

extern char** environ;

namespace parley::stores {
namespace {

using contract::get;
using contract::kTenant;
using contract::load;
using contract::put;
using contract::turn_of;
using contract::wait_for;

constexpr int kAckPipe = 3;
constexpr int kTalkers = 8;

std::unique_ptr<SqliteStore> open_store(const std::string& directory) {
  SqliteOptions options;
  options.directory = directory;
  return get(SqliteStore::open(std::move(options)));
}

std::string database_of(const TemporaryDirectory& folder) {
  return folder.path() + "/tenants/default.db";
}

std::string body_of(const std::string& id, std::uint64_t sequence) {
  return id + "/" + std::to_string(sequence) + "/" + std::string(sequence * 7 % 900, 'x');
}

// ---- kill -9
// ---------------------------------------------------------------------------------------------------

net::Awaitable<> talk_for_ever(turns::Store& store, std::string id) {
  const auto stored = co_await store.load(kTenant, id);
  std::uint64_t sequence = stored && *stored ? (*stored)->summary.sequence : 0;
  while (true) {
    ++sequence;
    auto commit = turn_of(id, sequence, body_of(id, sequence));
    if (sequence % 16 == 0) commit.snapshot = body_of(id, sequence);
    if (!co_await store.commit(kTenant, std::move(commit))) std::_Exit(3);
    const std::string ack = id + " " + std::to_string(sequence) + "\n";
    if (::write(kAckPipe, ack.data(), ack.size()) < 0) std::_Exit(4);
  }
}

// Not a test: the process that the next test kills.
TEST_CASE("writes turns until it is killed" * doctest::skip()) {
  const char* directory = std::getenv("PARLEY_KILL_TARGET");
  REQUIRE(directory != nullptr);
  const auto store = open_store(directory);
  boost::asio::io_context loop(1);
  for (int i = 0; i < kTalkers; ++i) {
    boost::asio::co_spawn(loop, talk_for_ever(*store, "c_" + std::to_string(i)), boost::asio::detached);
  }
  loop.run();
}

struct Target {
  pid_t process = 0;
  FILE* acks = nullptr;
};

Target start_target(const std::string& directory) {
  int pipe[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], kAckPipe);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::setenv("PARLEY_KILL_TARGET", directory.c_str(), 1);
  const char* arguments[] = {"store", "--no-skip", "--test-case=writes turns until it is killed", nullptr};
  Target target;
  const int code = ::posix_spawn(
      &target.process, "/proc/self/exe", &actions, nullptr, const_cast<char**>(arguments), environ
  );
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  REQUIRE(code == 0);
  target.acks = ::fdopen(pipe[0], "r");
  return target;
}

TEST_CASE("kill -9 at any moment loses nothing that was acknowledged") {
  constexpr int kKills = 20;
  const TemporaryDirectory folder;
  std::mt19937 random(20261123);  // a fixed seed: how many acknowledgements each process lives for
  std::map<std::string, std::uint64_t> acknowledged;
  for (int kill = 0; kill < kKills; ++kill) {
    CAPTURE(kill);
    Target target = start_target(folder.path());
    const unsigned lives_for = 1 + random() % 400;
    char id[16];
    unsigned long long sequence = 0;
    // After the kill the pipe still holds what was acknowledged before it: read to its end.
    for (unsigned seen = 1; std::fscanf(target.acks, "%15s %llu", id, &sequence) == 2; ++seen) {
      acknowledged[id] = std::max<std::uint64_t>(acknowledged[id], sequence);
      if (seen == lives_for) ::kill(target.process, SIGKILL);
    }
    std::fclose(target.acks);
    int status = 0;
    REQUIRE(::waitpid(target.process, &status, 0) == target.process);
    REQUIRE(WIFSIGNALED(status));
  }
  REQUIRE(acknowledged.size() == kTalkers);
  const auto store = open_store(folder.path());
  for (const auto& [id, sequence] : acknowledged) {
    CAPTURE(id);
    const auto stored = load(*store, id);
    CHECK(stored.summary.sequence >= sequence);
    const auto records = get(store->records(kTenant, id, 0, 1'000'000));
    REQUIRE(records.size() == stored.summary.sequence);
    for (const auto& record : records) CHECK(record.body == body_of(id, record.sequence));
  }
}

// ---- a disk that fails
// -----------------------------------------------------------------------------------------

// Ten conversations' first turns at once; how many were acknowledged.
int commit_ten(turns::Store& store, std::string prefix, std::vector<Error>& errors) {
  int acknowledged = 0;
  auto& loop = contract::loops()[0];
  const auto one = [](turns::Store& s, std::string id, int& ok, std::vector<Error>& failed
                   ) -> net::Awaitable<> {
    const auto outcome = co_await s.commit(kTenant, turn_of(std::move(id), 1));
    if (outcome) {
      ++ok;
    } else {
      failed.push_back(outcome.error());
    }
  };
  for (int i = 0; i < 10; ++i) {
    boost::asio::co_spawn(
        loop, one(store, prefix + std::to_string(i), acknowledged, errors), boost::asio::detached
    );
  }
  loop.run();
  return acknowledged;
}

TEST_CASE("After a failed sync nothing is acknowledged until the store is opened again") {
  const TemporaryDirectory folder;
  const FaultyDisk disk;
  auto store = open_store(folder.path());
  put(*store, turn_of("c_1", 1, "one"));
  std::vector<Error> errors;
  FaultyDisk::fail_sync = true;
  CHECK(commit_ten(*store, "lost_", errors) == 0);
  FaultyDisk::fail_sync = false;
  // The disk seems well again; it must not be believed.
  CHECK(commit_ten(*store, "refused_", errors) == 0);
  REQUIRE(errors.size() == 20);
  for (const auto& error : errors) CHECK(error.code == ErrorCode::unavailable);
  CHECK(errors.back().message.find("Nothing more is saved for tenant default") != std::string::npos);
  CHECK_FALSE(wait_for(store->check()).has_value());
  CHECK(load(*store, "c_1").records.size() == 1);
  put(*store, turn_of("c_1", 1), "other");

  store.reset();
  store = open_store(folder.path());
  get(store->check());
  CHECK(load(*store, "c_1").records.size() == 1);
  CHECK_FALSE(get(store->load(kTenant, "refused_0")).has_value());
  put(*store, turn_of("c_1", 2, "two"));
}

TEST_CASE("A full disk stops saving, not the server, and saving resumes with the space") {
  const TemporaryDirectory folder;
  const FaultyDisk disk;
  const auto store = open_store(folder.path());
  put(*store, turn_of("c_1", 1, "one"));
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    std::vector<Error> errors;
    FaultyDisk::full = true;
    CHECK(commit_ten(*store, "lost_", errors) == 0);
    REQUIRE(errors.size() == 10);
    CHECK(errors[0].code == ErrorCode::unavailable);
    CHECK(errors[0].message.find("The disk is full") != std::string::npos);
    CHECK_FALSE(wait_for(store->check()).has_value());
    CHECK(load(*store, "c_1").summary.sequence == static_cast<std::uint64_t>(1 + round));
    FaultyDisk::full = false;
    get(store->check());
    CHECK_FALSE(get(store->load(kTenant, "lost_0")).has_value());
    put(*store, turn_of("c_1", static_cast<std::uint64_t>(2 + round)));
  }
}

// In a mount namespace of its own, which ends with the calling thread. False if this is not allowed here.
bool mount_small_disk(const std::string& path) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=3m") == 0;
}

void fill_and_free(const std::string& path) {
  const std::string ballast = path + "/ballast";
  std::ofstream(ballast) << std::string(1 << 20, 'x');
  auto store = open_store(path + "/data");
  std::uint64_t sequence = 0;
  std::optional<Error> error;
  while (!error && sequence < 10'000) {
    const auto outcome =
        wait_for(store->commit(kTenant, turn_of("c_1", sequence + 1, std::string(20'000, 'x'))));
    if (outcome) {
      ++sequence;
    } else {
      error = outcome.error();
    }
  }
  REQUIRE(error.has_value());
  CHECK(error->code == ErrorCode::unavailable);
  CHECK(load(*store, "c_1").summary.sequence == sequence);
  std::filesystem::remove(ballast);
  get(store->check());
  put(*store, turn_of("c_1", sequence + 1));
  store.reset();
  store = open_store(path + "/data");
  CHECK(load(*store, "c_1").records.size() == sequence + 1);
}

TEST_CASE("A real file system that runs full loses nothing acknowledged") {
  const TemporaryDirectory folder;
  std::thread([&folder] {
    if (mount_small_disk(folder.path())) {
      fill_and_free(folder.path());
    } else {
      MESSAGE("mounting a small file system is not allowed here; the simulated full disk was tested");
    }
  }).join();
}

TEST_CASE("The write-ahead log stays short while turns keep coming and readers read") {
  const TemporaryDirectory folder;
  const auto store = open_store(folder.path());
  auto& loop = contract::loops()[0];
  std::uintmax_t longest = 0;
  const auto talk = [](turns::Store& s, std::string id, std::string wal, std::uintmax_t& max
                    ) -> net::Awaitable<> {
    for (std::uint64_t sequence = 1; sequence <= 500; ++sequence) {
      auto commit = turn_of(id, sequence, std::string(8'000, 'x'));
      commit.snapshot = "state";
      if (!co_await s.commit(kTenant, std::move(commit))) co_return;
      if (sequence % 10 == 0 && !co_await s.load(kTenant, id)) co_return;
      if (id == "c_0") max = std::max(max, std::filesystem::file_size(wal));
    }
  };
  for (int i = 0; i < 16; ++i) {
    boost::asio::co_spawn(
        loop,
        talk(*store, "c_" + std::to_string(i), database_of(folder) + "-wal", longest),
        boost::asio::detached
    );
  }
  loop.run();
  for (int i = 0; i < 16; ++i) CHECK(load(*store, "c_" + std::to_string(i)).summary.sequence == 500);
  CHECK(longest < (48U << 20));  // 64 MB are written in all
}

TEST_CASE("Somebody who reads for long (a backup) does not make the turns wait again and again") {
  const TemporaryDirectory folder;
  const auto store = open_store(folder.path());
  put(*store, turn_of("c_1", 1));
  Connection reader(database_of(folder), Connection::Mode::read);
  reader.execute("BEGIN");
  REQUIRE(reader.integer("SELECT count(*) FROM conversation") == 1);

  int waits = 0;
  for (std::uint64_t sequence = 2; sequence <= 250; ++sequence) {  // 50 frames each: 12'500 in all
    const auto begin = std::chrono::steady_clock::now();
    put(*store, turn_of("c_1", sequence, std::string(200'000, 'x')));
    if (std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(450)) ++waits;
  }
  CHECK(waits <= 4);
}

// ---- damage
// ----------------------------------------------------------------------------------------------------

void write_something_of_everything(const std::string& directory) {
  const auto store = open_store(directory);
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    auto commit = turn_of("c_1", sequence, "body number " + std::to_string(sequence));
    if (sequence == 1) commit.snapshot = "the state";
    commit.outbox = {{.effect_id = "e1", .tool = "t", .request = "charge 5"}};
    commit.timers = {{"t1", contract::at(5)}};
    commit.inbox = turns::InboxEntry{"user:ana", "k1", "f", "c_1", "the answer"};
    put(*store, commit);
  }
  get(store->put_flow(kTenant, {"order", "h1", "1", "{}", "id: order", "ana", contract::at(1)}));
  get(store->put_release(kTenant, {"r1", "{}", {{"order", "h1"}}}, true, {}, std::nullopt));
  get(store->put_setting(kTenant, "token", "secret"));
}

template <typename T>
std::optional<Error> error_of(net::Awaitable<Result<T>> read) {
  const auto outcome = wait_for(std::move(read));
  return outcome ? std::nullopt : std::optional(outcome.error());
}

TEST_CASE("Changed, lost and exchanged rows are noticed, never served") {
  struct {
    std::string damage;
    std::string_view complaint;
    std::function<std::optional<Error>(turns::Store&)> read;
  } cases[] = {
      {"UPDATE record SET body = 'body number 9' WHERE sequence = 3",
       "record 3 of conversation c_1 is damaged",
       [](auto& s) { return error_of(s.load(kTenant, "c_1")); }},
      {"UPDATE record SET turn = 7 WHERE sequence = 3",
       "record 3 of conversation c_1 is damaged",
       [](auto& s) { return error_of(s.list(kTenant, {})); }},
      {"UPDATE record SET at = at + 1 WHERE sequence = 1",
       "record 1 of conversation c_1 is damaged",
       [](auto& s) { return error_of(s.records(kTenant, "c_1", 0, 9)); }},
      {"DELETE FROM record WHERE sequence = 2",
       "record 2 is missing",
       [](auto& s) { return error_of(s.load(kTenant, "c_1")); }},
      {"UPDATE snapshot SET body = 'The state'",
       "snapshot of conversation c_1 is damaged",
       [](auto& s) { return error_of(s.load(kTenant, "c_1")); }},
      {"UPDATE conversation SET owner = 'human'",
       "conversation c_1 is damaged",
       [](auto& s) { return error_of(s.load(kTenant, "c_1")); }},
      {"UPDATE inbox SET answer = 'another'",
       "idempotency key k1 is damaged",
       [](auto& s) { return error_of(s.find_answer(kTenant, "user:ana", "k1")); }},
      {"UPDATE outbox SET request = 'charge 9'",
       "effect e1 of conversation c_1 is damaged",
       [](auto& s) { return error_of(s.pending_effects(kTenant, 9)); }},
      {"UPDATE timer SET due = due - 1",
       "timer t1 of conversation c_1 is damaged",
       [](auto& s) { return error_of(s.due_timers(kTenant, contract::at(9), 9)); }},
      {"UPDATE flow_version SET source = 'id: 0rder'",
       "version h1 of flow order is damaged",
       [](auto& s) { return error_of(s.flow_by_hash(kTenant, "h1")); }},
      {"UPDATE release_flow SET hash = 'h2'",
       "release r1 is damaged",
       [](auto& s) { return error_of(s.active_release(kTenant)); }},
      {"UPDATE setting SET value = 'public'",
       "setting token is damaged",
       [](auto& s) { return error_of(s.setting(kTenant, "token")); }},
  };
  for (const auto& c : cases) {
    INFO(c.damage);
    const TemporaryDirectory folder;
    write_something_of_everything(folder.path());
    Connection(database_of(folder), Connection::Mode::write).execute(c.damage);
    const auto store = open_store(folder.path());
    const auto error = c.read(*store);
    REQUIRE(error.has_value());
    CHECK(error->code == ErrorCode::internal);
    CHECK(error->message.find(c.complaint) != std::string::npos);
  }
}

TEST_CASE("A damaged review costs the turn that decides it, not the turns beside it nor the server") {
  const TemporaryDirectory folder;
  {
    const auto store = open_store(folder.path());
    auto commit = turn_of("c_1", 1);
    commit.reviews = {{.review_id = "rev_1", .kind = "form", .request = "{}", .requested_at = contract::at(1)}
    };
    put(*store, commit);
  }
  Connection(database_of(folder), Connection::Mode::write).execute("UPDATE review SET request = '[]'");
  const auto store = open_store(folder.path());
  auto deciding = turn_of("c_1", 2);
  deciding.decisions = {{"rev_1", "approved", "{}", contract::at(2)}};
  const auto outcome = wait_for(store->commit(kTenant, deciding));
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == ErrorCode::internal);
  CHECK(outcome.error().message.find("review rev_1 is damaged") != std::string::npos);
  CHECK(load(*store, "c_1").summary.sequence == 1);
  put(*store, turn_of("c_2", 1));
  put(*store, turn_of("c_1", 2));
}

TEST_CASE("One flipped bit of a record in the file is noticed") {
  const TemporaryDirectory folder;
  write_something_of_everything(folder.path());
  std::fstream file(database_of(folder), std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t place = bytes.find("body number 2");
  REQUIRE(place != std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(place + 3));
  file.put(static_cast<char>(bytes[place + 3] ^ 0x10));
  file.close();
  const auto store = open_store(folder.path());
  const auto stored = wait_for(store->load(kTenant, "c_1"));
  REQUIRE_FALSE(stored.has_value());
  CHECK(stored.error().code == ErrorCode::internal);
  CHECK(stored.error().message.find("record 2 of conversation c_1 is damaged") != std::string::npos);
  CHECK(stored.error().hint.find("backup") != std::string::npos);
}

}  // namespace
}  // namespace parley::stores
