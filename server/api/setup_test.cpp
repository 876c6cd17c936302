// The link that makes the first admin key counts once, at however many servers it is followed.
#include "server/api/setup.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/turns/forwarding_store.hpp"
#include "server/turns/memory_store.hpp"
#include "server/turns/world.hpp"

using namespace parley;
using namespace parley::api;

namespace {

// Every access lets others go first, so that two who do the same do it in step.
class InStep final : public turns::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  turns::Awaitable<Result<std::optional<std::string>>> setting(std::string_view tenant, std::string_view name)
      override {
    co_await step();
    co_return co_await ForwardingStore::setting(tenant, name);
  }
  turns::Awaitable<Result<void>> put_setting(
      std::string_view tenant, std::string_view name, std::string_view value
  ) override {
    co_await step();
    co_return co_await ForwardingStore::put_setting(tenant, name, value);
  }
  turns::Awaitable<Result<void>> replace_setting(
      std::string_view tenant,
      std::string_view name,
      std::optional<std::string> before,
      std::string_view value
  ) override {
    co_await step();
    co_return co_await ForwardingStore::replace_setting(tenant, name, std::move(before), value);
  }

 private:
  static turns::Awaitable<void> step() {
    co_await net::await_callback<bool>([](auto done) { done(true); });
  }
};

struct Servers {
  turns::MemoryStore memory;
  InStep store{memory};
  turns::ManualClock clock{{1'800'000'000, 0}};
  Access first_access{{.secret = "s"}};
  Access second_access{{.secret = "s"}};
  Setup first{store, clock, first_access, "default"};
  Setup second{store, clock, second_access, "default"};
  boost::asio::io_context loop{1};

  std::string begin(Setup& setup) {
    std::string token;
    boost::asio::co_spawn(
        loop,
        [](Setup& of, std::string& out) -> turns::Awaitable<> {
          auto made = co_await of.begin();
          if (made && *made) out = **made;
        }(setup, token),
        boost::asio::detached
    );
    run();
    return token;
  }
  // The keys that come of it, and the codes of the refusals.
  void redeem(Setup& setup, std::string token) {
    boost::asio::co_spawn(
        loop,
        [](Setup& of, std::string with, Servers& of_whom) -> turns::Awaitable<> {
          auto key = co_await of.redeem(with);
          (key ? of_whom.keys : of_whom.refusals).push_back(key ? *key : key.error().pointer);
        }(setup, std::move(token), *this),
        boost::asio::detached
    );
  }
  void run() {
    loop.restart();
    loop.run();
  }
  bool knows(Setup& setup, Access& access, const std::string& key) {
    boost::asio::co_spawn(
        loop,
        [](Setup& of) -> turns::Awaitable<> { (void)co_await of.read_keys(); }(setup),
        boost::asio::detached
    );
    run();
    const auto caller = access.identify_credential(key);
    return caller && caller->role == Role::admin;
  }

  std::vector<std::string> keys;
  std::vector<std::string> refusals;
};

}  // namespace

TEST_CASE("two servers that are shown the link at the same moment make one key, which both know") {
  Servers servers;
  const std::string token = servers.begin(servers.first);
  REQUIRE_FALSE(token.empty());
  servers.redeem(servers.first, token);
  servers.redeem(servers.second, token);
  servers.run();
  REQUIRE(servers.keys.size() == 1);
  CHECK(servers.refusals == std::vector<std::string>{"setup_link_used"});
  CHECK(servers.knows(servers.first, servers.first_access, servers.keys.front()));
  CHECK(servers.knows(servers.second, servers.second_access, servers.keys.front()));
}

TEST_CASE("one server that is shown the link twice at once makes one key") {
  Servers servers;
  const std::string token = servers.begin(servers.first);
  servers.redeem(servers.first, token);
  servers.redeem(servers.first, token);
  servers.run();
  CHECK(servers.keys.size() == 1);
  CHECK(servers.refusals == std::vector<std::string>{"setup_link_used"});
}

TEST_CASE("a link from before a key was made elsewhere makes no second one") {
  Servers servers;
  const std::string token = servers.begin(servers.first);
  REQUIRE_FALSE(token.empty());
  // Its own link came after the key that somebody made by another one.
  boost::asio::co_spawn(
      servers.loop,
      [](turns::Store& store, Timestamp at) -> turns::Awaitable<> {
        const NewApiKey made = make_api_key("admin", Role::admin, at);
        (void)co_await store.put_setting("default", "api_keys", encode_keys({made.kept}));
      }(servers.memory, servers.clock.now()),
      boost::asio::detached
  );
  servers.run();
  servers.redeem(servers.second, token);
  servers.run();
  CHECK(servers.keys.empty());
  CHECK(servers.refusals == std::vector<std::string>{"setup_link_used"});
}

TEST_CASE("a link is refused when it is another one's, too old or used") {
  Servers servers;
  const std::string older = servers.begin(servers.first);
  const std::string token = servers.begin(servers.first);
  servers.redeem(servers.first, "made-up");
  servers.redeem(servers.first, older);
  servers.run();
  CHECK(servers.refusals == std::vector<std::string>{"not_found", "not_found"});
  servers.refusals.clear();
  SUBCASE("too old") {
    servers.clock.advance({kSetupLinkSeconds + 1, 0});
  }
  SUBCASE("used") {
    servers.redeem(servers.first, token);
    servers.run();
    REQUIRE(servers.keys.size() == 1);
  }
  servers.redeem(servers.first, token);
  servers.run();
  CHECK(servers.refusals == std::vector<std::string>{"setup_link_used"});
}
