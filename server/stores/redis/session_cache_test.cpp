// States of conversations in Redis: what is put is got, and nothing that anybody else has put there.
#include "server/stores/redis/session_cache.hpp"

#include <doctest/doctest.h>

#include "server/stores/redis/test_redis.hpp"

using namespace parley;
using namespace parley::stores::redis;
using namespace parley::stores::redis::test;

namespace {

struct Fixture {
  Redis redis;
  Loop loop;
  Seal seal{"a server's secret of 32 characters"};
  Client client{redis.options()};
  RedisSessionCache cache{client, seal};

  Fixture() {
    client.start();
    wait_until("connecting", [&] { return client.up(); });
  }
  std::string get(std::string_view tenant, std::string_view id, std::uint64_t newer_than = 0) {
    const auto session = loop.run(cache.get(tenant, id, newer_than));
    return session ? std::to_string(session->sequence) + ":" + session->bytes : "nothing";
  }
  std::string ask(Client::Words words) {
    const auto reply = loop.run(client.ask(std::move(words)));
    REQUIRE(reply.has_value());
    return reply->kind == Reply::Kind::integer ? std::to_string(reply->integer) : reply->text;
  }
};

constexpr const char* kKey = "t:default:session:c_1";

}  // namespace

TEST_CASE("a state is found by whoever has the same secret, when it is newer") {
  if (!installed()) return;
  Fixture fixture;
  CHECK(fixture.cache.keeps());
  CHECK(fixture.get("default", "c_1") == "nothing");
  fixture.cache.put("default", "c_1", 7, "the state");
  CHECK(fixture.get("default", "c_1") == "7:the state");
  CHECK(fixture.get("default", "c_1", 6) == "7:the state");
  CHECK(fixture.get("default", "c_1", 7) == "nothing");
  CHECK(fixture.get("default", "c_2") == "nothing");
  CHECK(fixture.get("other", "c_1") == "nothing");
  const int left = std::stoi(fixture.ask({"TTL", kKey}));
  CHECK((left > 3000 && left <= 3600));

  const Seal foreign("another server's secret, as long");
  RedisSessionCache stranger(fixture.client, foreign);
  CHECK_FALSE(fixture.loop.run(stranger.get("default", "c_1", 0)).has_value());
  CHECK(stranger.counts().forged == 1);
}

TEST_CASE("an older state never replaces a newer one") {
  if (!installed()) return;
  Fixture fixture;
  struct {
    std::uint64_t sequence;
    const char* bytes;
    const char* held;
  } puts[] = {
      {7, "seven", "7:seven"},
      {6, "six", "7:seven"},
      {7, "seven again", "7:seven again"},
      {255, "many", "255:many"},
      {16, "fewer", "255:many"},
      {1ULL << 40, "very many", "1099511627776:very many"},
  };
  for (const auto& put : puts) {
    fixture.cache.put("default", "c_1", put.sequence, put.bytes);
    CHECK(fixture.get("default", "c_1") == put.held);
  }
  // What is too large is not kept, nor is what it would replace.
  fixture.cache.put("default", "c_1", 1ULL << 41, std::string(RedisSessionCache::kMostBytes + 1, 'x'));
  CHECK(fixture.get("default", "c_1") == "nothing");
  fixture.cache.put("default", "c_1", 3, "begun again");
  CHECK(fixture.get("default", "c_1") == "3:begun again");
}

TEST_CASE("of a conversation that was erased nothing is kept, also of a state that comes late") {
  if (!installed()) return;
  Fixture fixture;
  fixture.cache.put("default", "c_1", 7, "what ana said");
  fixture.cache.put("default", "c_2", 7, "what bo said");
  fixture.cache.remove("default", "c_1");
  fixture.cache.put("default", "c_1", 8, "what ana said");
  CHECK(fixture.get("default", "c_1") == "nothing");
  CHECK(fixture.get("default", "c_2") == "7:what bo said");
  CHECK(fixture.ask({"GET", kKey}).find("ana") == std::string::npos);
  CHECK(fixture.cache.counts().forged == 0);
  CHECK(std::stoi(fixture.ask({"TTL", kKey})) > 3000);
}

TEST_CASE("what others wrote there is nothing") {
  if (!installed()) return;
  Fixture fixture;
  fixture.cache.put("default", "c_1", 7, "the state");
  const std::string good = fixture.ask({"GET", kKey});
  fixture.cache.put("default", "c_2", 9, "another state");
  const std::string other = fixture.ask({"GET", "t:default:session:c_2"});
  std::string changed = good;
  changed.back() ^= 1;
  std::string marked = good;
  marked[20] ^= 1;
  std::string later = good;
  later[15] = '8';
  struct {
    const char* name;
    std::string value;
  } cases[] = {
      {"nothing", ""},
      {"a word", "hello"},
      {"the head alone", good.substr(0, 48)},
      {"half", good.substr(0, 40)},
      {"another conversation's", other},
      {"one bit of the content", changed},
      {"one bit of the seal", marked},
      {"another sequence", later},
      {"no sequence", "xxxxxxxxxxxxxxxx" + good.substr(16)},
  };
  std::uint64_t forged = fixture.cache.counts().forged;
  for (const auto& test : cases) {
    CAPTURE(test.name);
    fixture.ask({"SET", kKey, test.value});
    CHECK(fixture.get("default", "c_1") == "nothing");
    CHECK(fixture.cache.counts().forged == ++forged);
  }
  // One of its own times is believed: the commit finds out.
  fixture.ask({"SET", kKey, good});
  CHECK(fixture.get("default", "c_1") == "7:the state");
  fixture.ask({"FLUSHALL"});
  CHECK(fixture.get("default", "c_1") == "nothing");
  // A list where a text should be.
  fixture.ask({"RPUSH", kKey, "a"});
  CHECK(fixture.get("default", "c_1") == "nothing");
}

TEST_CASE("tenants' keys cannot run into each other") {
  CHECK(tenant_key("a", "session:c") == "t:a:session:c");
  CHECK(tenant_key("a:session", "c") != tenant_key("a", "session:c"));
  CHECK(tenant_key("a*", "c") == "t:a%2a:c");
  CHECK(tenant_key("a%3a", "c") != tenant_key("a:", "c"));
}

TEST_CASE("while Redis is away nothing is kept, and nobody waits") {
  if (!installed()) return;
  Fixture fixture;
  fixture.redis.kill();
  wait_until("noticing", [&] { return !fixture.cache.keeps(); });
  fixture.cache.put("default", "c_1", 7, "the state");
  fixture.cache.remove("default", "c_1");
  CHECK(fixture.get("default", "c_1") == "nothing");
}
