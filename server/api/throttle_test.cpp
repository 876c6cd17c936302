// Whose turns are counted together, and what a caller over his limit gets.
#include "server/api/throttle.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace parley;
using namespace parley::api;

namespace {

net::PeerAddress address(std::initializer_list<int> last_four) {
  net::PeerAddress peer;
  peer.bytes[10] = peer.bytes[11] = 0xFF;
  std::size_t i = 12;
  for (const int byte : last_four) peer.bytes[i++] = static_cast<std::uint8_t>(byte);
  return peer;
}

turns::ChatRequest request(std::string conversation, std::string user = {}) {
  turns::ChatRequest made;
  made.conversation_id = std::move(conversation);
  made.user_id = std::move(user);
  return made;
}

struct Refused {
  std::string code;
  Throttle::Headers headers;
};

class Fixture {
 public:
  explicit Fixture(ThrottleOptions options, bool open = false)
      : access_({.secret = std::string(32, 's'), .configured_key = {}, .loopback = open}),
        throttle_(pressure, std::make_unique<limits::LocalLimiter>(), access_, options, metrics) {}

  Refused ask(const Caller& caller, const turns::ChatRequest& request, const net::PeerAddress& peer) {
    Refused result;
    boost::asio::io_context loop;
    boost::asio::co_spawn(
        loop,
        [&]() -> net::Awaitable<void> {
          const auto problem = co_await throttle_.refuse_turn(caller, request, peer, result.headers);
          if (problem) result.code = problem->code;
        },
        boost::asio::detached
    );
    loop.run();
    return result;
  }

  limits::Pressure pressure;
  ops::Metrics metrics;

 private:
  Access access_;
  Throttle throttle_;
};

const net::PeerAddress kStranger = address({192, 0, 2, 9});
const net::PeerAddress kLoopback = address({127, 0, 0, 1});
const Caller kVisitor{Role::visitor, {}, "token"};
const Caller kNobody{};
const Caller kKey{Role::operator_, "k1"};
const Caller kLocal{Role::admin, std::string(kLocalCaller)};

}  // namespace

TEST_CASE("whose turns are counted together") {
  struct {
    const char* name;
    Caller caller;
    turns::ChatRequest request;
    net::PeerAddress peer;
    const char* bucket;
    const char* key_bucket;
  } cases[] = {
      {"a visitor's conversation", kVisitor, request("c_1"), kStranger, "conversation:c_1", ""},
      {"whatever user he says he is", kVisitor, request("c_1", "ben"), kStranger, "conversation:c_1", ""},
      {"a stranger's first message", kNobody, request(""), kStranger, "address:192.0.2.9", ""},
      {"one through a proxy that is silent", kNobody, request(""), kLoopback, "", ""},
      {"a user of a key's", kKey, request("c_1", "ana"), kStranger, "user:k1:ana", "key:k1"},
      {"his first message", kKey, request("", "ana"), kStranger, "user:k1:ana", "key:k1"},
      {"a key's conversation", kKey, request("c_1"), kStranger, "conversation:c_1", "key:k1"},
      {"a key's new conversation", kKey, request(""), kStranger, "", "key:k1"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const CountedBy by = counted_by(test.caller, test.request, test.peer);
    CHECK(by.bucket == test.bucket);
    CHECK(by.key_bucket == test.key_bucket);
  }
  net::PeerAddress v6;
  v6.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(counted_by(kNobody, request(""), v6).bucket == "address:2001:db8:0:1::");
}

TEST_CASE("who is over a limit is told, and for how long; others go on") {
  Fixture fixture({.turns = {60, 2}, .key_turns = {60, 4}});
  const Refused first = fixture.ask(kVisitor, request("c_1"), kStranger);
  CHECK(first.code.empty());
  CHECK(
      first.headers ==
      Throttle::Headers{{"RateLimit-Policy", "\"turns\";q=2;w=2"}, {"RateLimit", "\"turns\";r=1;t=1"}}
  );
  CHECK(fixture.ask(kVisitor, request("c_1"), kStranger).code.empty());
  CHECK(fixture.ask(kVisitor, request("c_1"), kStranger).code == "rate_limited");
  CHECK(fixture.ask(kVisitor, request("c_2"), kStranger).code.empty());

  for (const char* user : {"ana", "ben", "eva", "jon"})
    CHECK(fixture.ask(kKey, request("", user), kStranger).code.empty());
  const Refused over = fixture.ask(kKey, request("", "kim"), kStranger);
  CHECK(over.code == "rate_limited");
  const std::string metrics = fixture.metrics.text();
  CHECK(metrics.find("parley_rate_limited_total{by=\"conversation\"} 1\n") != std::string::npos);
  CHECK(metrics.find("parley_rate_limited_total{by=\"key\"} 1\n") != std::string::npos);
  CHECK(metrics.find("parley_rate_limited_total{by=\"user\"} 0\n") != std::string::npos);
}

TEST_CASE("a development server counts only when it is told to") {
  Fixture open({.turns = {60, 1}, .key_turns = {60, 1}}, true);
  Fixture told({.turns = {60, 1}, .key_turns = {600, 100}, .when_open = true}, true);
  for (int i = 0; i < 5; ++i) {
    for (const Caller& caller : {kLocal, kVisitor}) {
      const Refused free = open.ask(caller, request("c_1"), kLoopback);
      CHECK(free.code.empty());
      CHECK(free.headers.empty());
    }
    CHECK(told.ask(kLocal, request("c_1"), kLoopback).code == (i == 0 ? "" : "rate_limited"));
  }
}

TEST_CASE(
    "an overloaded server refuses new conversations before messages of running ones, and counts nothing for "
    "it"
) {
  Fixture fixture({.turns = {60, 1}, .key_turns = {}});
  for (int i = 0; i < 42; ++i) fixture.pressure.tick(1.0001);  // half of the new ones
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    const Refused answer = fixture.ask(kNobody, request(""), address({192, 0, 2, i}));
    refused += answer.code == "overloaded" ? 1 : 0;
    CHECK(answer.headers.empty() == (answer.code == "overloaded"));
    CHECK(fixture.ask(kVisitor, request("c_" + std::to_string(i)), kStranger).code.empty());
  }
  CHECK(refused == 5);
}
