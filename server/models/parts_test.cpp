#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/models/breaker.hpp"
#include "server/models/endpoint.hpp"
#include "server/models/gate.hpp"
#include "server/models/ledger.hpp"

using namespace parley;
using namespace parley::models;

TEST_CASE("prices are exact") {
  struct {
    std::string_view text;
    std::optional<Pico> expected;
  } cases[] = {
      {"0.15", 150'000},
      {"2", 2'000'000},
      {"0.000001", 1},
      {"10.5", 10'500'000},
      {"0", 0},
      {"0.0000001", std::nullopt},
      {"", std::nullopt},
      {".5", std::nullopt},
      {"1.", std::nullopt},
      {"1.2.3", std::nullopt},
      {"-1", std::nullopt},
      {"1e3", std::nullopt},
      {"99999999999999", std::nullopt},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(price_per_token(c.text) == c.expected);
  }
  CHECK(money(0) == "0.00");
  CHECK(money(1) == "0.000001");
  CHECK(money(1'500'000'000'000) == "1.50");
}

TEST_CASE("hosts of addresses") {
  CHECK(host_of("http://localhost:8000/v1") == "localhost:8000");
  CHECK(host_of("https://api.example.com") == "api.example.com");
  CHECK(host_of("http://a@b/") == "");
  CHECK(host_of("ftp://a/") == "");
}

TEST_CASE("a breaker opens after failures in a row, lets one probe through, and doubles its pause") {
  Breaker breaker;
  std::int64_t now = 0;
  for (std::uint32_t i = 1; i < Breaker::kFailures; ++i) breaker.failed(now);
  breaker.succeeded();
  for (std::uint32_t i = 1; i < Breaker::kFailures; ++i) breaker.failed(now);
  CHECK(breaker.allow(now));
  breaker.failed(now);
  CHECK(breaker.open());
  CHECK_FALSE(breaker.allow(now + Breaker::kFirstPauseMs - 1));
  now += Breaker::kFirstPauseMs;
  CHECK(breaker.allow(now));
  CHECK_FALSE(breaker.allow(now));  // one probe at a time
  breaker.failed(now);
  CHECK_FALSE(breaker.allow(now + Breaker::kFirstPauseMs));
  CHECK(breaker.allow(now + 2 * Breaker::kFirstPauseMs));
  breaker.withdrawn();
  CHECK(breaker.allow(now + 2 * Breaker::kFirstPauseMs));
  breaker.succeeded();
  CHECK_FALSE(breaker.open());
}

TEST_CASE("a ledger counts calls under way, and forgets yesterday") {
  Ledger ledger({.tokens = 100});
  CHECK(ledger.reserve({60, 0}, 1).has_value());
  CHECK_FALSE(ledger.reserve({60, 0}, 1).has_value());
  ledger.settle({60, 0}, {10, 0}, 1);
  CHECK(ledger.today().tokens == 10);
  CHECK(ledger.reserve({60, 0}, 1).has_value());
  CHECK(ledger.reserve({60, 0}, 2).has_value());
  ledger.settle({60, 0}, {60, 0}, 1);  // yesterday's
  CHECK(ledger.today().tokens == 60);
}

TEST_CASE("a gate lets its number through, the others in order, and nobody waits beyond his time") {
  boost::asio::io_context loop;
  const auto gate = std::make_shared<Gate>(1);
  std::vector<std::string> seen;
  std::optional<Gate::Pass> held;
  const auto visit = [&](std::string name, std::uint32_t wait_ms) -> net::Awaitable<void> {
    auto pass = co_await gate->enter(wait_ms);
    seen.push_back(name + (pass ? " in" : " " + pass.error().pointer));
    if (name == "a" && pass) held = std::move(*pass);
  };
  const auto spawn = [&](std::string name, std::uint32_t wait_ms) {
    boost::asio::co_spawn(loop, visit(std::move(name), wait_ms), boost::asio::detached);
  };
  spawn("a", 1000);
  spawn("impatient", 1);
  loop.run();
  CHECK(seen == std::vector<std::string>{"a in", "impatient model_busy"});
  CHECK(gate->waiting() == 0);
  spawn("b", 60'000);
  spawn("c", 60'000);
  loop.restart();
  loop.poll();
  CHECK(gate->waiting() == 2);
  held.reset();
  loop.restart();
  loop.run();
  CHECK(seen.back() == "c in");
  CHECK(seen[2] == "b in");
  CHECK(gate->waiting() == 0);
}

TEST_CASE("a gate holds its number for several loops at once") {
  constexpr int kLoops = 3;
  constexpr int kVisits = 60;
  constexpr std::uint32_t kPasses = 2;
  const auto gate = std::make_shared<Gate>(kPasses);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> served{0};
  const auto visit = [&](boost::asio::io_context& loop) -> net::Awaitable<void> {
    auto pass = co_await gate->enter(60'000);
    if (!pass) co_return;
    const int now = ++inside;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    co_await boost::asio::post(loop, net::kUseAwaitable);
    --inside;
    ++served;
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kLoops; ++i) {
    threads.emplace_back([&] {
      // Visitors of other loops wake those of this one, so it has work until all are served.
      boost::asio::io_context loop;
      const auto work = boost::asio::make_work_guard(loop);
      for (int n = 0; n < kVisits; ++n) boost::asio::co_spawn(loop, visit(loop), boost::asio::detached);
      while (served < kLoops * kVisits) loop.run_one_for(std::chrono::milliseconds(10));
    });
  }
  threads.clear();
  CHECK(served == kLoops * kVisits);
  CHECK(most <= static_cast<int>(kPasses));
  CHECK(gate->waiting() == 0);
}
