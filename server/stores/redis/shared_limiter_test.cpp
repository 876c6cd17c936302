// Buckets that several servers share, and what remains of them when Redis is away, forgets or lies.
#include "server/stores/redis/shared_limiter.hpp"

#include <doctest/doctest.h>

#include "server/stores/redis/test_redis.hpp"

using namespace parley;
using namespace parley::stores::redis;
using namespace parley::stores::redis::test;

namespace {

constexpr std::int64_t kSecond = 1'000'000;

struct Time {
  std::int64_t now = 1'700'000'000 * kSecond;
};

// One of several servers.
struct Server {
  Server(const ClientOptions& options, Time& time)
      : client(options), limiter(client, seal, "default", [&time] { return time.now; }) {
    client.start();
    wait_until("connecting", [&] { return client.up(); });
  }
  bool allows(Loop& loop, const char* key, limits::Rate rate = {60, 3}) {
    return loop.run(limiter.take(key, rate)).allowed;
  }
  Seal seal{"a server's secret of 32 characters"};
  Client client;
  SharedLimiter limiter;
};

}  // namespace

TEST_CASE("servers share a burst and a rate") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Time time;
  Server one(redis.options(), time);
  Server two(redis.options(), time);
  CHECK(loop.run(one.limiter.take("ana", {60, 3})).remaining == 2);
  CHECK(loop.run(two.limiter.take("ana", {60, 3})).remaining == 1);
  CHECK(one.allows(loop, "ana"));
  const limits::Verdict over = loop.run(two.limiter.take("ana", {60, 3}));
  CHECK_FALSE(over.allowed);
  CHECK(over.retry_after_us == kSecond);
  CHECK(two.allows(loop, "ben"));
  time.now += kSecond;
  CHECK(one.allows(loop, "ana"));
  CHECK_FALSE(two.allows(loop, "ana"));
  CHECK(one.limiter.counted_alone() + two.limiter.counted_alone() == 0);
  // Nobody reads in Redis who it was, and what is there ends by itself.
  const auto keys = loop.run(one.client.ask({"KEYS", "*"}));
  REQUIRE(keys.has_value());
  CHECK(keys->items.size() == 2);
  for (const Reply& key : keys->items) {
    CHECK(key.text.starts_with("t:default:rate:60:3:"));
    CHECK(key.text.find("ana") == std::string::npos);
    CHECK(loop.run(one.client.ask({"PTTL", key.text}))->integer > 0);
  }
}

TEST_CASE("many at once take no turn twice") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Time time;
  Server one(redis.options(), time);
  Server two(redis.options(), time);
  int done = 0;
  int allowed = 0;
  constexpr int kAtOnce = 40;
  for (int i = 0; i < kAtOnce; ++i) {
    boost::asio::co_spawn(
        loop.context(),
        [](Server& server, int& over, int& yes) -> net::Awaitable<void> {
          const limits::Verdict verdict = co_await server.limiter.take("ana", {60, 10});
          yes += verdict.allowed ? 1 : 0;
          ++over;
        }(i % 2 == 0 ? one : two, done, allowed),
        boost::asio::detached
    );
  }
  while (done < kAtOnce) loop.context().run_one();
  // Whoever lost the race three times was counted by his server alone, which let him through.
  const auto alone = static_cast<int>(one.limiter.counted_alone() + two.limiter.counted_alone());
  CHECK(allowed >= 10);
  CHECK(allowed <= 10 + alone);
}

TEST_CASE("while Redis is away, each counts for itself") {
  if (!installed()) return;
  Redis redis;
  Loop loop;
  Time time;
  Server one(redis.options(), time);
  CHECK(one.allows(loop, "ana"));
  redis.kill();
  wait_until("noticing", [&] { return !one.client.up(); });
  // Its own bucket, of which nothing has been taken yet.
  for (int i = 0; i < 3; ++i) CHECK(one.allows(loop, "ana", {1, 3}));
  CHECK_FALSE(one.allows(loop, "ana", {1, 3}));
  CHECK(one.limiter.counted_alone() == 4);
  redis.start();
  wait_until("connecting again", [&] { return one.client.up(); });
  CHECK(one.allows(loop, "ana", {1, 3}));
  CHECK(one.limiter.counted_alone() == 4);
}

TEST_CASE("what is written into a bucket by others refuses nobody") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Time time;
  Server one(redis.options(), time);
  CHECK(one.allows(loop, "ana"));
  const auto keys = loop.run(one.client.ask({"KEYS", "*"}));
  REQUIRE(keys->items.size() == 1);
  const std::string key = keys->items[0].text;
  for (const char* value : {"", "99999999999999999", "hello"}) {
    loop.run(one.client.ask({"SET", key, value}));
    CHECK(one.allows(loop, "ana"));
  }
  // Another server's clock is an hour ahead: a bucket is never emptier than empty.
  loop.run(one.client.ask({"SET", key, one.seal.close(key, std::to_string(time.now + 3600 * kSecond))}));
  const limits::Verdict verdict = loop.run(one.limiter.take("ana", {60, 3}));
  CHECK_FALSE(verdict.allowed);
  CHECK(verdict.retry_after_us == kSecond);
}

TEST_CASE("a Redis that lies refuses nobody") {
  for (const char* answer :
       {":0\r\n", "$5\r\nhello\r\n", "$-1\r\n", "*1\r\n:1\r\n", "+OK\r\n", "-ERR\r\n", "!\r\n"}) {
    CAPTURE(answer);
    const Liar liar(answer);
    Loop loop;
    Time time;
    ClientOptions options;
    options.connection.address.socket = liar.path();
    options.patience = std::chrono::milliseconds(2000);
    Server one(options, time);
    for (int i = 0; i < 3; ++i) CHECK(one.allows(loop, "ana"));
  }
}
