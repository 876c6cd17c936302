// Two servers on one store publish at the same moment.
#include "server/api/flow_publisher.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/memory_store.hpp"
#include "server/turns/world.hpp"

using namespace parley;
using namespace parley::api;

namespace {

template <typename T>
T run(turns::Awaitable<T> work) {
  boost::asio::io_context loop(1);
  std::optional<T> result;
  boost::asio::co_spawn(
      loop,
      [](turns::Awaitable<T> inner, std::optional<T>& out) -> turns::Awaitable<> {
        out.emplace(co_await std::move(inner));
      }(std::move(work), result),
      boost::asio::detached
  );
  loop.run();
  REQUIRE(result.has_value());
  return std::move(*result);
}

// Something else happens between what a server has read and what it writes.
class Interrupted final : public turns::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  turns::Awaitable<Result<void>> put_release(
      std::string_view tenant,
      turns::StoredRelease release,
      bool activate,
      std::vector<turns::PublicationEntry> history,
      std::optional<std::string> base
  ) override {
    if (auto interruption = std::exchange(meanwhile, nullptr)) co_await interruption();
    co_return co_await ForwardingStore::put_release(
        tenant, std::move(release), activate, std::move(history), std::move(base)
    );
  }

  std::move_only_function<turns::Awaitable<void>()> meanwhile;
};

std::string flow_of(const std::string& id, const std::string& text) {
  return "triggers: [{command: /" + id + "}]\nsteps: [{id: s, type: message, text: " + text + "}]\n";
}

struct Server {
  explicit Server(turns::Store& shared) : store(shared) {}

  turns::Awaitable<Publication> put(std::string id, std::string text, std::optional<std::string> base = {}) {
    co_return co_await publisher.put_flow(
        id, flow_of(id, text), id + ".yaml", {.author = "ana", .base = base}
    );
  }
  // "order 1a2b3c" of each flow that is active, by id.
  std::string active() {
    const auto release = run(releases.restore("default"));
    REQUIRE(release.has_value());
    std::string all;
    for (const auto& [id, flow] : (*release)->flows())
      all += (all.empty() ? "" : ", ") + id + " says " +
             flow->canonical.substr(flow->canonical.find("\"text\":") + 8, 2);
    return all;
  }

  Interrupted store;
  turns::SystemClock clock;
  turns::ReleaseTable releases{store};
  FlowPublisher publisher{{releases, store, clock, [] { return Signatures(); }, "default"}};
};

struct Two {
  turns::MemoryStore memory{[] { return std::int64_t{0}; }};
  Server here{memory};
  Server there{memory};

  Two() { REQUIRE(run(here.put("a", "a1")).has_value()); }
  void meanwhile_there(std::string id, std::string text) {
    here.store.meanwhile = [this, id, text]() -> turns::Awaitable<void> {
      CHECK((co_await there.put(id, text)).has_value());
    };
  }
};

}  // namespace

TEST_CASE("flows that are published at two servers in the same moment are both there") {
  Two servers;
  servers.meanwhile_there("b", "b1");
  REQUIRE(run(servers.here.put("c", "c1")).has_value());
  CHECK(servers.here.active() == "a says a1, b says b1, c says c1");
  CHECK(servers.there.active() == servers.here.active());
}

TEST_CASE("of the same flow the later one stays") {
  Two servers;
  servers.meanwhile_there("a", "a2");
  REQUIRE(run(servers.here.put("a", "a3")).has_value());
  CHECK(servers.here.active() == "a says a3");
  CHECK(run(servers.memory.flow_versions("default", "a"))->size() == 3);
}

TEST_CASE("whoever names the release he has seen publishes on that one or not at all") {
  Two servers;
  const std::string seen = servers.here.releases.active("default")->hash();
  const auto late = [&](const Publication& published) {
    return !published && published.error().error &&
           published.error().error->pointer == turns::kReleaseChanged &&
           published.error().error->code == ErrorCode::conflict;
  };
  SUBCASE("it is changed while it is published") {
    servers.meanwhile_there("b", "b1");
    CHECK(late(run(servers.here.put("c", "c1", seen))));
    CHECK(servers.here.active() == "a says a1, b says b1");
  }
  SUBCASE("it was changed before") {
    REQUIRE(run(servers.there.put("b", "b1")).has_value());
    CHECK(late(run(servers.here.put("a", "a2", seen))));
    CHECK(late(run(servers.here.put("a", "a2", ""))));
    CHECK(servers.here.active() == "a says a1, b says b1");
  }
  SUBCASE("it is still the one") {
    const auto published = run(servers.here.put("c", "c1", seen));
    REQUIRE(published.has_value());
    CHECK(servers.there.active() == "a says a1, c says c1");
    CHECK(run(servers.there.put("d", "d1", published->release->hash())).has_value());
  }
}
