// Two servers and their listeners: what happens at one is heard at the other, once, and what may have been
// missed is said to be.
#include "server/stores/redis/live_events.hpp"

#include <doctest/doctest.h>

#include "server/stores/redis/test_redis.hpp"
#include "server/turns/forwarding_store.hpp"
#include "server/turns/memory_store.hpp"

using namespace parley;
using namespace parley::stores::redis;
using namespace parley::stores::redis::test;
using namespace std::chrono_literals;

namespace {

// One of several servers.
struct Server {
  Server(const ClientOptions& options, std::string id)
      : client(options), live(client, seal, hub, {.server_id = std::move(id), .beat = 20ms, .silent = 2s}) {
    client.start();
    wait_until("connecting", [&] { return client.up() && client.listening(); });
  }
  // Until what is published elsewhere is heard here: the interruption says so.
  std::shared_ptr<turns::Subscription> listen(Loop& loop, std::string_view conversation) {
    auto subscription = hub.subscribe("default", conversation);
    while (loop.run(subscription->next()) != nullptr) continue;
    return hub.subscribe("default", conversation);
  }
  Seal seal{"a server's secret of 32 characters"};
  turns::Hub hub;
  Client client;
  RedisLiveEvents live;
};

// A server that is heard for the first time interrupts all listeners.
void meet(const Server& a, const Server& b) {
  wait_until("meeting", [&] { return a.live.others_heard() == 1 && b.live.others_heard() == 1; });
}

std::string show(const turns::HubElementPtr& element) {
  if (element == nullptr) return "end";
  return element->conversation_id + " " + std::to_string(element->sequence) + " " + element->kind + " " +
         element->json;
}

// A store that several servers share, in which conversations are as far as the test says.
class SharedStore : public turns::ForwardingStore {
 public:
  explicit SharedStore(turns::Store& inner) : ForwardingStore(inner) {}
  [[nodiscard]] bool is_shared() const override { return true; }
  turns::Awaitable<Result<std::optional<turns::Standing>>> standing(std::string_view, std::string_view id)
      override {
    ++asked;
    co_return turns::Standing{.sequence = sequences[std::string(id)]};
  }
  std::map<std::string, std::uint64_t> sequences;
  int asked = 0;
};

}  // namespace

TEST_CASE("a turn made at one server is heard at the other, once") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Server a(redis.options(), "a");
  Server b(redis.options(), "b");
  meet(a, b);
  const auto here = a.listen(loop, "c_1");
  const auto there = b.listen(loop, "c_1");
  const auto all = b.listen(loop, "");
  CHECK(a.live.wanted("default", "c_1"));

  for (const turns::HubElement& element :
       {turns::HubElement{"c_1", 5, "turn", "{\"turn\":2}"},
        turns::HubElement{"c_1", 5, "status", "{}"},
        turns::HubElement{"c_2", 9, "turn", "a\nb"},
        turns::HubElement{"c_1", turns::kProvisional, "delta", "x"},
        turns::HubElement{"c_1", 6, "turn", "last"}}) {
    a.live.publish("default", element);
    a.hub.publish("default", element);
  }
  CHECK(show(loop.run(there->next())) == "c_1 5 turn {\"turn\":2}");
  CHECK(show(loop.run(there->next())) == "c_1 5 status {}");
  CHECK(show(loop.run(there->next())) == "c_1 0 delta x");
  CHECK(show(loop.run(there->next())) == "c_1 6 turn last");
  for (const char* expected :
       {"c_1 5 turn {\"turn\":2}", "c_1 5 status {}", "c_2 9 turn a\nb", "c_1 6 turn last"})
    CHECK(show(loop.run(all->next())) == expected);
  // At home it was heard before, and does not come back.
  for (const char* expected :
       {"c_1 5 turn {\"turn\":2}", "c_1 5 status {}", "c_1 0 delta x", "c_1 6 turn last"})
    CHECK(show(loop.run(here->next())) == expected);
  CHECK(a.live.counts().heard == 0);
}

TEST_CASE("a server that is alone tells nobody") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Seal seal("a server's secret of 32 characters");
  turns::Hub hub;
  Client client(redis.options());
  RedisLiveEvents live(client, seal, hub, {.server_id = "a", .beat = 5ms, .silent = 10ms});
  client.start();
  wait_until("being alone", [&] { return !live.wanted("default", "c_1"); });
  {
    Server b(redis.options(), "b");
    wait_until("hearing of another", [&] { return live.wanted("default", "c_1"); });
    b.live.leave();
    wait_until("its leaving", [&] { return !live.wanted("default", "c_1"); });
  }
}

TEST_CASE("when Redis goes and comes, listeners are told that something may be missing") {
  if (!installed()) return;
  Redis redis;
  Loop loop;
  Server b(redis.options(), "b");
  auto subscription = b.listen(loop, "c_1");
  for (int round = 0; round < 2; ++round) {
    redis.kill();
    CHECK(show(loop.run(subscription->next())) == "end");
    CHECK(subscription->overflowed());
    subscription = b.hub.subscribe("default", "c_1");
    redis.start();
    CHECK(show(loop.run(subscription->next())) == "end");
    CHECK(subscription->overflowed());
    subscription = b.hub.subscribe("default", "c_1");
  }
}

TEST_CASE("what a server could not tell, it says afterwards") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Server a(redis.options(), "a");
  Server b(redis.options(), "b");
  meet(a, b);
  const auto subscription = b.listen(loop, "c_1");
  a.live.publish("default", {"c_1", 5, "turn", std::string(300 * 1024, 'x')});  // more than is told
  CHECK(show(loop.run(subscription->next())) == "end");
  CHECK(subscription->overflowed());
}

TEST_CASE("what is not ours is not heard") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Server a(redis.options(), "a");
  Server b(redis.options(), "b");
  meet(a, b);
  const auto subscription = b.listen(loop, "c_1");
  const Seal foreign("another server's secret, as long");
  const std::string text = "z 0 7 turn\n{}";
  const std::string channel = "t:default:live:c_1";
  const std::string other_channel = "t:default:live:c_2";
  for (const std::string& payload :
       {std::string("hello"),
        std::string(),
        text,
        foreign.close(channel, text),
        a.seal.close(other_channel, text),
        a.seal.close(channel, "no head"),
        a.seal.close(channel, "z x 7 turn\n{}")})
    loop.run(a.client.ask({"PUBLISH", channel, payload}));
  loop.run(a.client.ask({"PUBLISH", "parley:servers", "z beat"}));
  // Words of a model that somebody recorded and plays again.
  loop.run(a.client.ask({"PUBLISH", channel, a.seal.close(channel, "z 1000 0 delta\nold words")}));
  a.live.publish("default", {"c_1", 8, "turn", "true"});
  CHECK(show(loop.run(subscription->next())) == "c_1 8 turn true");
  CHECK(b.live.counts().forged == 6);
}

TEST_CASE("while Redis is away, the log is looked at") {
  if (!installed()) return;
  Redis redis;
  Loop loop;
  turns::MemoryStore memory;
  SharedStore store(memory);
  Server b(redis.options(), "b");
  auto subscription = b.listen(loop, "c_1");
  const auto other = b.listen(loop, "c_2");
  loop.run(b.live.look_at_log(store));
  CHECK(store.asked == 0);

  redis.kill();
  CHECK(show(loop.run(subscription->next())) == "end");
  CHECK(show(loop.run(other->next())) == "end");
  store.sequences = {{"c_1", 5}, {"c_2", 1}};
  auto interrupted = [&](std::string_view conversation) {
    const auto listener = b.hub.subscribe("default", conversation);
    loop.run(b.live.look_at_log(store));
    return listener->overflowed();
  };
  CHECK(interrupted("c_1"));  // nobody knows yet how far it was
  CHECK_FALSE(interrupted("c_1"));
  store.sequences["c_1"] = 6;
  CHECK_FALSE(interrupted("c_2"));
  CHECK_FALSE(interrupted("c_1"));  // it was told just now
  store.sequences["c_1"] = 7;
  CHECK(interrupted("c_1"));
  CHECK(store.asked > 4);
}
