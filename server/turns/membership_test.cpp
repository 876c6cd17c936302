// A registration that is under way when its process leaves does not outlive it.
#include "server/turns/membership.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/memory_store.hpp"

using namespace parley;
using namespace parley::turns;

namespace {

// Registers when it is told to.
class Slow final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Awaitable<Result<WorkerId>> enroll(std::string_view name) override {
    co_await net::await_callback<bool>([&](auto done) { go = std::move(done); });
    auto enrolled = co_await ForwardingStore::enroll(name);
    if (enrolled) ++registered;
    co_return enrolled;
  }
  Awaitable<Result<void>> retire(WorkerId worker) override {
    ++retired;
    co_return co_await ForwardingStore::retire(worker);
  }

  std::move_only_function<void(bool)> go;
  int registered = 0;
  int retired = 0;
};

// Time passes when everybody waits.
class PatientAlarms final : public Alarms {
 public:
  std::unique_ptr<Alarm> set(
      net::Executor executor, std::chrono::milliseconds after, std::move_only_function<void()> ring
  ) override {
    now_ += after;
    boost::asio::post(executor, std::move(ring));
    return std::make_unique<Alarm>();
  }
  [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return now_; }

 private:
  std::chrono::steady_clock::time_point now_{std::chrono::seconds(1)};
};

struct Process {
  MemoryStore memory{[] { return std::int64_t{0}; }};
  Slow store{memory};
  PatientAlarms alarms;
  Membership membership{store, alarms, "a"};
  boost::asio::io_context loop{1};
  std::optional<bool> beaten;
  bool left = false;

  void beat() {
    boost::asio::co_spawn(
        loop,
        [](Process& of) -> Awaitable<> { of.beaten = (co_await of.membership.beat()).value(); }(*this),
        boost::asio::detached
    );
  }
  void leave() {
    boost::asio::co_spawn(
        loop,
        [](Process& of) -> Awaitable<> {
          co_await of.membership.leave();
          of.left = true;
        }(*this),
        boost::asio::detached
    );
  }
  void poll() {
    loop.restart();
    loop.poll();
  }
};

}  // namespace

TEST_CASE("who leaves waits for its registration and takes it back") {
  Process process;
  process.beat();
  process.loop.run_one();
  REQUIRE(process.store.go);
  process.leave();
  process.loop.run_one();
  CHECK_FALSE(process.left);
  std::exchange(process.store.go, nullptr)(true);
  process.poll();
  CHECK(process.left);
  CHECK(process.beaten == false);
  CHECK(process.store.registered == 1);
  CHECK(process.store.retired == 1);
  CHECK_FALSE(process.membership.holds(process.membership.worker()));
}

TEST_CASE("a registration that comes after its process has left is taken back all the same") {
  Process process;
  process.beat();
  process.loop.run_one();
  process.leave();
  process.poll();
  CHECK(process.left);
  std::exchange(process.store.go, nullptr)(true);
  process.poll();
  CHECK(process.beaten == false);
  CHECK(process.store.retired == 1);
  CHECK(process.membership.worker() == 0);
}

TEST_CASE("who has left registers no more") {
  Process process;
  process.leave();
  process.poll();
  process.beat();
  process.poll();
  CHECK(process.beaten == false);
  CHECK(process.store.registered == 0);
}
