// Servers on one real PostgreSQL hear of each other's changes.
#include "server/stores/postgres/live/hints.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "server/stores/postgres/postgres_store_checks.hpp"

namespace parley::stores::postgres {
namespace {

using contract::get;
using contract::kTenant;
using contract::put;
using contract::turn_of;
using contract::wait_for;
using std::chrono::milliseconds;

// What must happen, in its own time.
void until(const std::function<bool()>& so) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!so()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
}

// Wait for the listener to be told that he may have missed something.
bool is_interrupted(turns::Subscription& listener) {
  const auto element = wait_for([](turns::Subscription& from) -> turns::Awaitable<bool> {
    co_return co_await from.next() != nullptr;
  }(listener));
  return !element && listener.overflowed();
}

struct Server {
  Server(const std::string& url, std::string_view secret = "secret", std::uint32_t careful_looks = 10)
      : hints(
            hub, {.url = url, .tenant = "default", .beat = milliseconds(100), .careful_looks = careful_looks}
        ) {
    hints.start(secret);
  }
  void hears() {
    until([&] { return hints.check().has_value(); });
  }
  void look(turns::Store& store) {
    wait_for([](Hints& watching, turns::Store& at) -> turns::Awaitable<bool> {
      co_await watching.look_at_log(at);
      co_return true;
    }(hints, store));
  }

  turns::Hub hub;
  Hints hints;
};

struct Two {
  explicit Two(const TestCluster& cluster) : url(cluster.url("parley")) {
    fresh_schema(cluster);
    store = get(PostgresStore::open({.url = url}));
    get(store->enroll("here"));
    get(store->enroll("there"));
    here = std::make_unique<Server>(url);
    there = std::make_unique<Server>(url);
    here->hears();
    there->hears();
    // Until they know of each other.
    until([&] {
      there->hints.changed("default", "c_first", 1);
      return here->hints.counts().heard > 0;
    });
  }

  std::string url;
  std::unique_ptr<PostgresStore> store;
  std::unique_ptr<Server> here;
  std::unique_ptr<Server> there;
};

TEST_CASE("what changes at one server interrupts who listens to it at another, and wakes who waits for it") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  Two servers(*cluster);
  Hints& telling = servers.there->hints;
  SUBCASE("a listener to the conversation, and no other") {
    const auto listener = servers.here->hub.subscribe("default", "c_1");
    const auto other = servers.here->hub.subscribe("default", "c_2");
    const auto own = servers.there->hub.subscribe("default", "c_1");
    telling.changed("acme", "c_1", 1);
    telling.changed("default", "c_1", 3);
    CHECK(is_interrupted(*listener));
    CHECK_FALSE(other->overflowed());
    CHECK_FALSE(own->overflowed());  // who has told it knows it
    CHECK(telling.counts().heard == 0);
  }
  SUBCASE("once") {
    const auto listener = servers.here->hub.subscribe("default", "c_1");
    telling.changed("default", "c_1", 3);
    CHECK(is_interrupted(*listener));
    const auto again = servers.here->hub.subscribe("default", "c_1");
    const auto mark = servers.here->hub.subscribe("default", "c_9");
    telling.changed("default", "c_1", 3);
    telling.changed("default", "c_9", 1);
    CHECK(is_interrupted(*mark));
    CHECK_FALSE(again->overflowed());
    telling.changed("default", "c_1", 4);
    CHECK(is_interrupted(*again));
  }
  SUBCASE("a listener to everything") {
    const auto listener = servers.here->hub.subscribe("default", {});
    telling.changed("default", "c_1", 3);
    CHECK(is_interrupted(*listener));
  }
  SUBCASE("who waits, long before his time is up") {
    for (const std::string_view subject : {std::string_view("c_1"), turns::kReleases}) {
      // Again and again: what is said before he waits is not kept.
      std::atomic<bool> woken{false};
      std::thread speaker([&] {
        until([&] {
          telling.changed("default", subject, 1);
          return woken.load();
        });
      });
      wait_for([](Hints& hints, std::string_view what) -> turns::Awaitable<bool> {
        co_await hints.wait(turns::system_alarms(), "default", what, std::chrono::hours(1));
        co_return true;
      }(servers.here->hints, subject));
      woken = true;
      speaker.join();
    }
  }
  SUBCASE("many changes are few statements") {
    const std::uint64_t before = telling.counts().statements;
    const auto listener = servers.here->hub.subscribe("default", "c_mark");
    for (std::uint64_t turn = 1; turn <= 20'000; ++turn)
      telling.changed("default", "c_" + std::to_string(turn % 1000), turn);
    telling.changed("default", "c_mark", 1);
    CHECK(is_interrupted(*listener));
    CHECK(telling.counts().statements - before < 200);
  }
  SUBCASE("more than is kept: everybody is told that something is missing") {
    turns::Hub hub;
    Hints narrow(hub, {.url = servers.url, .tenant = "default", .most_pending = 10});
    narrow.start("secret");
    until([&] {
      narrow.changed("default", "c_first", 1);
      return narrow.counts().told > 0;
    });
    const auto listener = servers.here->hub.subscribe("default", "c_quiet");
    for (int i = 0; i < 1000; ++i) narrow.changed("default", "c_" + std::to_string(i), 1);
    CHECK(is_interrupted(*listener));
  }
  SUBCASE("servers with another secret are others' servers") {
    Server stranger(servers.url, "another");
    stranger.hears();
    const auto listener = servers.here->hub.subscribe("default", "c_1");
    telling.changed("default", "c_1", 3);
    CHECK(is_interrupted(*listener));
    CHECK(stranger.hints.counts().heard == 0);
  }
}

TEST_CASE("a lost hint loses nothing: the log is looked at") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  Two servers(*cluster);
  SUBCASE("after a while in any case") {
    Server careful(servers.url, "secret", 1);
    careful.hears();
    const auto listener = careful.hub.subscribe("default", "c_1");
    put(*servers.store, turn_of("c_1", 1));
    careful.look(*servers.store);
    CHECK(is_interrupted(*listener));
    const auto again = careful.hub.subscribe("default", "c_1");
    careful.look(*servers.store);
    CHECK_FALSE(again->overflowed());
    CHECK(careful.hints.counts().looks == 2);
  }
  SUBCASE("when the connection breaks, by all who listen") {
    const auto listener = servers.here->hub.subscribe("default", "c_1");
    cluster->admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'parley hints'"
    );
    CHECK(is_interrupted(*listener));
    servers.here->hears();
  }
  SUBCASE("when a server that is registered does not speak, at every beat") {
    get(servers.store->enroll("silent"));
    until([&] {
      servers.here->look(*servers.store);
      const auto listener = servers.here->hub.subscribe("default", "c_1");
      servers.here->look(*servers.store);
      return servers.here->hints.counts().looks > 0;
    });
  }
  SUBCASE("when nobody can listen, at every beat") {
    if (!cluster->with_pool("transaction", 2)) return;
    Server deaf(cluster->pooled_url("parley"));
    until([&] {
      const auto state = deaf.hints.check();
      return !state && state.error().message.find("store.listen_url") != std::string::npos;
    });
    const auto listener = deaf.hub.subscribe("default", "c_1");
    put(*servers.store, turn_of("c_1", 1));
    deaf.look(*servers.store);
    CHECK(is_interrupted(*listener));
  }
}

TEST_CASE("behind a pooler a server that is alone misses nothing; with others it says what is to be set") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  fresh_schema(*cluster);
  if (!cluster->with_pool("transaction", 4)) return;
  const auto store = get(PostgresStore::open({.url = cluster->pooled_url("parley")}));
  const auto own = get(store->enroll("here"));
  Server deaf(cluster->pooled_url("parley"));
  deaf.hears();
  deaf.look(*store);
  CHECK(deaf.hints.counts().looks == 0);
  const auto other = get(store->enroll("there"));
  until([&] {
    for (const auto worker : {own, other}) get(store->beat(worker));
    const auto state = deaf.hints.check();
    return !state && state.error().message.find("store.listen_url") != std::string::npos;
  });
  get(store->retire(other));
  deaf.hears();
}

TEST_CASE("a server that is alone says nothing") {
  TestCluster* cluster = TestCluster::get();
  if (cluster == nullptr) return;
  fresh_schema(*cluster);
  Server alone(cluster->url("parley"));
  alone.hears();
  for (int i = 0; i < 100; ++i) alone.hints.changed("default", "c_1", static_cast<std::uint64_t>(i));
  CHECK(alone.hints.counts().told <= 1);  // that it is there
}

}  // namespace
}  // namespace parley::stores::postgres
