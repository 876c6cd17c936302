// Durable turns per second of the stores: what group commit is worth, on the disk of the working folder.
//   store_bench [seconds per line, default 1.5] [folder] [postgres://… with an empty schema]
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "server/stores/postgres/postgres_store.hpp"
#include "server/stores/sqlite/sqlite_store.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using parley::stores::SqliteOptions;
using parley::stores::SqliteStore;

constexpr int kConversations = 2000;
constexpr std::size_t kBodyBytes = 600;
constexpr std::size_t kSnapshotBytes = 1500;

struct Run {
  parley::turns::Store* store = nullptr;
  char name = 'A';  // of this run's conversations
  Clock::time_point end;
  std::vector<std::uint64_t> sequences = std::vector<std::uint64_t>(kConversations, 0);
  std::vector<float> latencies_us;
  std::string wal;
  std::uintmax_t wal_max = 0;
  bool failed = false;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

parley::turns::Commit next_turn(char run, int conversation, std::uint64_t sequence) {
  parley::turns::Commit commit;
  auto& summary = commit.conversation;
  summary.id = "c_01JDCZ9V4Q8S0T2W4Y6A8" + std::string(1, run) + std::to_string(10'000 + conversation);
  summary.user_id = "user-" + std::to_string(conversation % 500);
  summary.channel = "web";
  summary.release = std::string(64, 'r');
  summary.flow = "order";
  summary.owner = "bot";
  summary.status = "waiting";
  summary.created_at = {1'790'000'000, 0};
  commit.record = {sequence, sequence, {1'790'000'000, 0}, std::string(kBodyBytes, 'x')};
  if (sequence % 16 == 0) commit.snapshot = std::string(kSnapshotBytes, 'y');
  return commit;
}

// Talks in its share of the conversations, in random order.
parley::net::Awaitable<> talk(Run& run, int talker, int talkers) {
  std::mt19937 random(static_cast<unsigned>(talker));
  const int share = kConversations / talkers;
  while (!run.failed) {
    const auto begin = Clock::now();
    if (begin >= run.end) co_return;
    const int conversation = talker + talkers * static_cast<int>(random() % static_cast<unsigned>(share));
    auto& sequence = run.sequences[static_cast<std::size_t>(conversation)];
    const auto outcome = co_await run.store->commit("default", next_turn(run.name, conversation, ++sequence));
    if (!outcome) {
      std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
      run.failed = true;
    }
    run.latencies_us.push_back(std::chrono::duration<float, std::micro>(Clock::now() - begin).count());
    if (run.latencies_us.size() % 512 == 0) {
      std::error_code none;
      run.wal_max = std::max(run.wal_max, std::filesystem::file_size(run.wal, none));
    }
  }
}

// Turns per second; 0 if it could not be measured.
double measure(const std::string& folder, int in_flight, bool one_transaction_per_turn, double seconds) {
  std::filesystem::remove_all(folder);
  SqliteOptions options;
  options.directory = folder;
  options.one_transaction_per_turn = one_transaction_per_turn;
  auto store = SqliteStore::open(options);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 0;
  }
  const std::string database = folder + "/tenants/default.db";
  Run run;
  run.store = store->get();
  run.wal = database + "-wal";
  boost::asio::io_context loop(1);
  const double cpu = cpu_seconds();
  const auto begin = Clock::now();
  run.end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (int i = 0; i < in_flight; ++i) {
    boost::asio::co_spawn(loop, talk(run, i, in_flight), boost::asio::detached);
  }
  loop.run();
  const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  const double cpu_used = cpu_seconds() - cpu;
  store->reset();  // leaves everything in the database file
  if (run.failed || run.latencies_us.empty()) return 0;

  std::ranges::sort(run.latencies_us);
  const auto turns = static_cast<double>(run.latencies_us.size());
  const auto percentile = [&](double p) {
    return run.latencies_us[static_cast<std::size_t>((turns - 1) * p)];
  };
  std::printf(
      "%-22s %9d %10.0f %8.0f %8.0f %12.1f %12.0f %9.1f\n",
      one_transaction_per_turn ? "one txn per turn" : "batched",
      in_flight,
      turns / elapsed,
      static_cast<double>(percentile(0.5)),
      static_cast<double>(percentile(0.99)),
      cpu_used / turns * 1e6,
      static_cast<double>(std::filesystem::file_size(database)) / turns,
      static_cast<double>(run.wal_max) / 1048576.0
  );
  std::filesystem::remove_all(folder);
  return turns / elapsed;
}

double measure_postgres(
    const std::string& url, char name, int in_flight, std::size_t batch_max, double seconds
) {
  auto store = parley::stores::PostgresStore::open({.url = url, .batch_max = batch_max});
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 0;
  }
  Run run;
  run.store = store->get();
  run.name = name;
  boost::asio::io_context loop(1);
  const double cpu = cpu_seconds();
  const auto begin = Clock::now();
  run.end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (int i = 0; i < in_flight; ++i) {
    boost::asio::co_spawn(loop, talk(run, i, in_flight), boost::asio::detached);
  }
  loop.run();
  const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  const double cpu_used = cpu_seconds() - cpu;
  store->reset();
  if (run.failed || run.latencies_us.empty()) return 0;
  std::ranges::sort(run.latencies_us);
  const std::size_t last = run.latencies_us.size() - 1;
  const auto turns = static_cast<double>(run.latencies_us.size());
  std::printf(
      "%-22s %9d %10.0f %8.0f %8.0f %12.1f\n",
      batch_max == 1 ? "PG, one txn per turn" : "PG, batched",
      in_flight,
      turns / elapsed,
      static_cast<double>(run.latencies_us[last / 2]),
      static_cast<double>(run.latencies_us[last * 99 / 100]),
      cpu_used / turns * 1e6
  );
  return turns / elapsed;
}

// The disk's own speed: appends of a batch's bytes, each synced. What nobody can beat with the same batches.
void print_floor(const std::string& folder, int in_flight, double seconds) {
  const std::string path = folder + ".floor";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  const std::string batch(kBodyBytes * static_cast<std::size_t>(in_flight), 'x');
  const auto begin = Clock::now();
  double elapsed = 0;
  int syncs = 0;
  for (off_t end = 0; elapsed < seconds; ++syncs, end += static_cast<off_t>(batch.size())) {
    if (::pwrite(file, batch.data(), batch.size(), end) < 0 || ::fdatasync(file) != 0) break;
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  ::close(file);
  std::filesystem::remove(path);
  std::printf(
      "%-22s %9d %10.0f %8.0f\n",
      "bare log (floor)",
      in_flight,
      syncs * in_flight / elapsed,
      elapsed / syncs * 1e6
  );
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1.5;
  const std::string folder = std::string(argc > 2 ? argv[2] : ".") + "/store_bench_data";
  std::printf(
      "SQLite, WAL, synchronous=FULL; %zu-byte record a turn, %zu-byte snapshot every 16th, %d "
      "conversations\n",
      kBodyBytes,
      kSnapshotBytes,
      kConversations
  );
  std::printf(
      "%-22s %9s %10s %8s %8s %12s %12s %9s\n",
      "",
      "in flight",
      "turns/s",
      "p50 us",
      "p99 us",
      "CPU us/turn",
      "bytes/turn",
      "WAL MB"
  );
  for (const int in_flight : {1, 8, 64, 256}) measure(folder, in_flight, false, seconds);
  // Next to each other, so that the disk's mood is the same for both.
  const double single = measure(folder, 64, true, seconds);
  const double batched = measure(folder, 64, false, seconds);
  print_floor(folder, 64, seconds / 3);
  if (single > 0) std::printf("batched / one transaction per turn, 64 in flight: %.1f\n", batched / single);
  if (argc > 3) {
    char name = 'B';
    for (const int in_flight : {1, 8, 64, 256}) measure_postgres(argv[3], name++, in_flight, 256, seconds);
    const double alone = measure_postgres(argv[3], name++, 64, 1, seconds);
    const double together = measure_postgres(argv[3], name++, 64, 256, seconds);
    if (alone > 0)
      std::printf("PG batched / one transaction per turn, 64 in flight: %.1f\n", together / alone);
  }
  return single > 0 && batched > 0 ? 0 : 1;
}
