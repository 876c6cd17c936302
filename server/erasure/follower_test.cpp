// Several processes on one store: what one erases, the others let go of.
#include "server/erasure/follower.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "server/erasure/eraser.hpp"
#include "server/turns/forwarding_store.hpp"
#include "server/turns/test_fleet.hpp"

namespace parley::erasure {
namespace {

using turns::testing::Fleet;
using turns::testing::kName;
using Texts = std::vector<std::string>;

// A cache that all reach, where what was removed stays away.
class SharedMap : public turns::SessionCache {
 public:
  [[nodiscard]] bool keeps() const override { return true; }
  turns::Awaitable<std::optional<turns::CachedSession>> get(
      std::string_view /*tenant*/, std::string_view /*id*/, std::uint64_t /*newer_than*/
  ) override {
    co_return std::nullopt;
  }
  void
  put(std::string_view /*tenant*/,
      std::string_view id,
      std::uint64_t /*sequence*/,
      std::string /*bytes*/) override {
    if (!removed.contains(std::string(id))) kept.emplace(id);
  }
  void remove(std::string_view /*tenant*/, std::string_view id) override {
    kept.erase(std::string(id));
    removed.emplace(id);
  }
  std::set<std::string> kept;
  std::set<std::string> removed;
};

struct Two {
  Two() {
    fleet.publish(a, {kName});
    REQUIRE(fleet.run(b, b.releases.restore("default")).has_value());
  }
  std::string talk(Fleet::Process& process, const std::string& user) {
    turns::ChatRequest request{.user_id = user, .flow = "name", .text = "hi"};
    const auto answer = fleet.run(process, process.driver->chat(std::move(request)));
    REQUIRE(answer.has_value());
    return answer->conversation_id;
  }
  turns::ErasureEntry erase(const std::string& user) {
    Eraser eraser({*fleet.store, fleet.clock, fleet.ids, a.driver.get()});
    const auto erased = fleet.run(a, eraser.erase_user("default", user, "local"));
    REQUIRE(erased.has_value());
    return *erased;
  }
  // How many the other process lets go of when it looks.
  std::size_t look() {
    const auto looked = fleet.run(b, follower.look());
    REQUIRE(looked.has_value());
    return *looked;
  }
  [[nodiscard]] Texts kept_at_b() const { return b.driver->kept_conversations("default"); }

  SharedMap sessions;
  Fleet fleet;
  Fleet::Process& a = fleet.start(false, {}, sessions);
  Fleet::Process& b = fleet.start(false, {}, sessions);
  Texts elsewhere;  // in memory beside the driver
  Follower follower{Follower::World{
      .store = *fleet.store,
      .tenant = "default",
      .kept =
          [this] {
            Texts kept = kept_at_b();
            kept.insert(kept.end(), elsewhere.begin(), elsewhere.end());
            return kept;
          },
      .let_go =
          [this](const Texts& gone) {
            for (const std::string& id : gone) {
              b.driver->let_go("default", id);
              std::erase(elsewhere, id);
            }
          },
      .alarms = &b.alarms,
  }};
};

TEST_CASE("what another process has erased goes out of memory, and nothing else") {
  Two two;
  const std::string gone = two.talk(two.b, "ana");
  const std::string kept = two.talk(two.b, "bo");
  two.elsewhere = {gone, kept};
  CHECK(two.look() == 0);
  two.erase("ana");
  CHECK(two.kept_at_b().size() == 2);
  CHECK(two.look() == 1);
  CHECK(two.kept_at_b() == Texts{kept});
  CHECK(two.elsewhere == Texts{kept});
  CHECK(two.look() == 0);
}

// Cannot be read while it is `away`.
class AwayStore : public turns::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  turns::Awaitable<Result<std::vector<turns::ErasureEntry>>> erasures(
      std::string_view tenant, std::uint32_t limit
  ) override {
    if (away) co_return fail(ErrorCode::unavailable, "away");
    co_return co_await inner_.erasures(tenant, limit);
  }
  bool away = true;
};

TEST_CASE("a store that is away for long is told of once, and again when it goes away again") {
  Two two;
  AwayStore store(*two.fleet.store);
  int told = 0;
  Follower follower({
      .store = store,
      .tenant = "default",
      .kept = [] { return Texts(); },
      .let_go = [](const Texts&) {},
      .told = [&](const Error&) { ++told; },
      .alarms = &two.b.alarms,
  });
  boost::asio::co_spawn(*two.b.loop, follower.run(), boost::asio::detached);
  two.fleet.wait_ms(10'000);
  CHECK(told == 1);
  store.away = false;
  two.fleet.wait_ms(1'000);
  store.away = true;
  two.fleet.wait_ms(10'000);
  CHECK(told == 2);
  follower.stop();
  two.fleet.wait_ms(1'000);
}

TEST_CASE("what was being read meanwhile is found when it is looked for once more") {
  Two two;
  const std::string gone = two.talk(two.b, "ana");
  two.erase("ana");
  CHECK(two.look() == 1);
  two.elsewhere = {gone};  // the end of a look-up that had begun before
  two.fleet.wait_ms(1'000);
  CHECK(two.look() == 0);
  two.fleet.wait_ms(std::chrono::milliseconds(Follower::kAgainAfter).count());
  CHECK(two.look() == 1);
  CHECK(two.elsewhere.empty());
}

TEST_CASE("states that all processes share go with the conversation, also one that is put too late") {
  Two two;
  const std::string gone = two.talk(two.b, "ana");
  const std::string kept = two.talk(two.b, "bo");
  CHECK(two.sessions.kept == std::set<std::string>{gone, kept});
  two.erase("ana");
  CHECK(two.sessions.kept == std::set<std::string>{kept});
  two.sessions.put("default", gone, 7, "late");
  CHECK(two.sessions.kept == std::set<std::string>{kept});
}

}  // namespace
}  // namespace parley::erasure
