#include "server/stores/turn_batcher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace parley::stores {
namespace {

// A gate the writer thread can be held at.
class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  bool reached_ = false;
};

using Batcher = TurnBatcher<int>;
using Again = std::optional<std::chrono::milliseconds>;

constexpr auto kNoUpkeep = [] { return Again(); };

net::Awaitable<> submit(Batcher& batcher, int write, std::vector<std::string>& answers) {
  const auto outcome = co_await batcher.submit(write);
  answers.push_back(std::to_string(write) + (outcome ? " ok" : " " + outcome.error().message));
}

TEST_CASE("What gathers while a batch is written becomes the next batch, up to the limit, in order") {
  Gate gate;
  std::vector<std::vector<int>> batches;
  std::vector<std::string> answers;
  boost::asio::io_context loop(1);
  auto batcher = std::make_unique<Batcher>(
      3,
      [&](std::span<Batcher::Pending> batch) {
        auto& seen = batches.emplace_back();
        for (const auto& pending : batch) seen.push_back(pending.write);
        if (batches.size() == 1) gate.pass();
      },
      kNoUpkeep
  );
  boost::asio::co_spawn(loop, submit(*batcher, 0, answers), boost::asio::detached);
  loop.poll();
  gate.wait_until_reached();
  for (int i = 1; i <= 5; ++i) {
    boost::asio::co_spawn(loop, submit(*batcher, i, answers), boost::asio::detached);
  }
  loop.poll();
  CHECK(answers.empty());
  gate.open();
  loop.run();
  batcher.reset();
  CHECK(batches == std::vector<std::vector<int>>{{0}, {1, 2, 3}, {4, 5}});
  CHECK(answers == std::vector<std::string>{"0 ok", "1 ok", "2 ok", "3 ok", "4 ok", "5 ok"});
}

TEST_CASE("Each write gets its own outcome, and a batch reaches a loop with one post") {
  Gate gate;
  bool held = false;
  std::vector<std::string> answers;
  boost::asio::io_context loop(1);
  auto batcher = std::make_unique<Batcher>(
      256,
      [&](std::span<Batcher::Pending> batch) {
        if (!std::exchange(held, true)) gate.pass();
        for (auto& pending : batch) {
          if (pending.write % 2 == 1) pending.outcome = fail(ErrorCode::conflict, "lost");
        }
      },
      kNoUpkeep
  );
  boost::asio::co_spawn(loop, submit(*batcher, 0, answers), boost::asio::detached);
  loop.poll();
  gate.wait_until_reached();
  for (int i = 1; i <= 4; ++i) {
    boost::asio::co_spawn(loop, submit(*batcher, i, answers), boost::asio::detached);
  }
  loop.poll();
  gate.open();
  batcher.reset();  // everything is written and posted now
  CHECK(loop.poll_one() == 1);
  CHECK(answers == std::vector<std::string>{"0 ok"});
  CHECK(loop.poll_one() == 1);
  CHECK(answers == std::vector<std::string>{"0 ok", "1 lost", "2 ok", "3 lost", "4 ok"});
  loop.run();
}

TEST_CASE("Coroutines resume on the loop they came from, and upkeep runs at first and after every batch") {
  std::array<boost::asio::io_context, 2> loops;
  std::array<std::thread::id, 2> ran_on;
  std::array<std::vector<std::thread::id>, 2> resumed_on;
  int batches = 0;
  int upkeeps = 0;
  {
    Batcher batcher(
        8,
        [&](std::span<Batcher::Pending>) { ++batches; },
        [&] {
          ++upkeeps;
          return Again();
        }
    );
    const auto work = [](Batcher& b, std::vector<std::thread::id>& resumed) -> net::Awaitable<> {
      for (int i = 0; i < 50; ++i) {
        const auto outcome = co_await b.submit(i);
        if (outcome) resumed.push_back(std::this_thread::get_id());
      }
    };
    for (int loop = 0; loop < 2; ++loop) {
      boost::asio::co_spawn(loops[loop], work(batcher, resumed_on[loop]), boost::asio::detached);
    }
    std::thread other([&] {
      ran_on[1] = std::this_thread::get_id();
      loops[1].run();
    });
    ran_on[0] = std::this_thread::get_id();
    loops[0].run();
    other.join();
  }
  for (int loop = 0; loop < 2; ++loop) {
    CHECK(resumed_on[loop].size() == 50);
    CHECK(std::ranges::all_of(resumed_on[loop], [&](auto id) { return id == ran_on[loop]; }));
  }
  CHECK(batches > 0);
  CHECK(upkeeps == batches + 1);
}

TEST_CASE("Upkeep that asks for it is called again though nothing comes, and what comes meanwhile is written"
) {
  Gate gate;
  int upkeeps = 0;
  int written = 0;
  std::vector<std::string> answers;
  boost::asio::io_context loop(1);
  {
    Batcher batcher(
        8,
        [&](std::span<Batcher::Pending> batch) { written += static_cast<int>(batch.size()); },
        [&] {
          if (++upkeeps == 5) gate.pass();
          return upkeeps < 10 ? Again(0) : Again();
        }
    );
    gate.wait_until_reached();
    boost::asio::co_spawn(loop, submit(batcher, 7, answers), boost::asio::detached);
    loop.poll();
    gate.open();
    loop.run();
  }
  CHECK(answers == std::vector<std::string>{"7 ok"});
  CHECK(written == 1);
}

}  // namespace
}  // namespace parley::stores
