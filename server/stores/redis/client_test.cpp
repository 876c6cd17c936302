// A real Redis that is there, killed, paused and restarted, and one that lies: whoever asks always goes on.
#include "server/stores/redis/client.hpp"

#include <doctest/doctest.h>

#include "server/stores/redis/test_redis.hpp"

using namespace parley;
using namespace parley::stores::redis;
using namespace parley::stores::redis::test;
using namespace std::chrono_literals;

namespace {

std::string text_of(const std::optional<Reply>& reply) {
  return reply ? reply->text : "nothing";
}

}  // namespace

TEST_CASE("questions and answers, many at a time") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  Client client(redis.options());
  client.start();
  wait_until("connecting", [&] { return client.up(); });
  CHECK(client.check().has_value());
  CHECK(text_of(loop.run(client.ask({"SET", "k", "a\r\nb"}))) == "OK");
  CHECK(text_of(loop.run(client.ask({"GET", "k"}))) == "a\r\nb");
  // An error is no answer.
  CHECK(text_of(loop.run(client.ask({"INCR", "k"}))) == "nothing");

  constexpr int kAtOnce = 1000;
  int answered = 0;
  int wrong = 0;
  for (int i = 0; i < kAtOnce; ++i) {
    boost::asio::co_spawn(
        loop.context(),
        [](Client& asked, int number, int& done, int& bad) -> net::Awaitable<void> {
          const auto reply = co_await asked.ask({"ECHO", std::to_string(number)});
          if (text_of(reply) != std::to_string(number)) ++bad;
          ++done;
        }(client, i, answered, wrong),
        boost::asio::detached
    );
  }
  while (answered < kAtOnce) loop.context().run_one();
  CHECK(wrong == 0);
  CHECK(client.counts().connections == 1);
}

TEST_CASE("a Redis that is killed is nobody's loss, and is found again") {
  if (!installed()) return;
  Redis redis;
  Loop loop;
  Client client(redis.options());
  client.start();
  wait_until("connecting", [&] { return client.up(); });
  for (int round = 0; round < 3; ++round) {
    redis.kill();
    wait_until("noticing", [&] { return !client.up(); });
    CHECK(text_of(loop.run(client.ask({"GET", "k"}))) == "nothing");
    REQUIRE_FALSE(client.check().has_value());
    CHECK(client.check().error().message.find(redis.path()) != std::string::npos);
    redis.start();
    wait_until("connecting again", [&] { return client.up(); });
    CHECK(text_of(loop.run(client.ask({"SET", "k", "v"}))) == "OK");
  }
}

TEST_CASE("one that hangs is asked no more, until it is well again") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  ClientOptions options = redis.options();
  options.patience = 20ms;
  options.hung_after = 50ms;
  options.connection.connect_within = 50ms;
  Client client(std::move(options));
  client.start();
  wait_until("connecting", [&] { return client.up(); });
  redis.pause();
  int asked = 0;
  while (client.up()) {
    CHECK(text_of(loop.run(client.ask({"GET", "k"}))) == "nothing");
    ++asked;
    REQUIRE(asked < 1000);
  }
  // From now on nobody waits.
  const auto late = client.counts().late.load();
  for (int i = 0; i < 1000; ++i) CHECK(text_of(loop.run(client.ask({"GET", "k"}))) == "nothing");
  CHECK(client.counts().late == late);
  redis.resume();
  wait_until("connecting again", [&] { return client.up(); });
}

TEST_CASE("what waits is bounded") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  ClientOptions options = redis.options();
  options.most_waiting = 10;
  Client client(std::move(options));
  client.start();
  wait_until("connecting", [&] { return client.up(); });
  redis.pause();
  for (int i = 0; i < 10; ++i) client.tell({"PING"});
  CHECK(text_of(loop.run(client.ask({"GET", "k"}))) == "nothing");
  bool arrived = true;
  client.tell({"PING"}, [&](bool good) { arrived = good; });
  CHECK_FALSE(arrived);
  CHECK(client.counts().refused == 2);
  redis.resume();
  wait_until("all answers", [&] { return client.counts().answered == 10; });
  CHECK(text_of(loop.run(client.ask({"PING"}))) == "PONG");
}

TEST_CASE("one that lies is left, and does no harm") {
  struct {
    const char* name;
    std::string answer;
    const char* expected;
  } cases[] = {
      {"garbage", "!!!!", "nothing"},
      {"another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", "nothing"},
      {"a list of a thousand million", "*1000000000\r\n", "nothing"},
      {"endless text", "$400000000\r\n" + std::string(8 * 1024 * 1024, 'x'), "nothing"},
      {"more answers than questions", "+one\r\n+two\r\n+three\r\n", "one"},
      {"errors", "-ERR I will not\r\n", "nothing"},
      {"half an answer", "$10\r\nabc", "nothing"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const Liar liar(test.answer);
    Loop loop;
    ClientOptions options;
    options.connection.address.socket = liar.path();
    options.connection.first_pause = 5ms;
    options.connection.longest_pause = 5ms;
    options.patience = 100ms;
    options.hung_after = 100ms;
    Client client(std::move(options));
    client.start();
    for (int round = 0; round < 3; ++round) {
      wait_until("connecting", [&] { return client.up(); });
      CHECK(text_of(loop.run(client.ask({"GET", "k"}))) == test.expected);
      if (test.answer.starts_with("-")) continue;
      wait_until("leaving", [&] {
        return client.counts().connections > static_cast<std::uint64_t>(round + 1);
      });
    }
    CHECK(liar.lies() >= 3);
  }
}

TEST_CASE("one that lets nobody in says why") {
  struct {
    const char* hello;
    const char* why;
  } cases[] = {
      {"-NOAUTH Authentication required.\r\n", "NOAUTH"},
      {"+HELLO\r\n", "nobody asked for"},
      {"nonsense\r\n", "protocol"},
      {"", "does not answer"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.hello);
    const Liar liar("+OK\r\n", test.hello);
    ClientOptions options;
    options.connection.address.socket = liar.path();
    options.connection.connect_within = 50ms;
    Client client(std::move(options));
    client.start();
    wait_until("the reason", [&] {
      return client.check().error().message.find(test.why) != std::string::npos;
    });
    CHECK_FALSE(client.up());
  }
}

TEST_CASE("a client ends at any time, whatever waits") {
  if (!installed()) return;
  const Redis redis;
  Loop loop;
  bool done = false;
  {
    Client client(redis.options());
    client.start();
    wait_until("connecting", [&] { return client.up(); });
    redis.pause();
    boost::asio::co_spawn(
        loop.context(),
        [](Client& asked, bool& over) -> net::Awaitable<void> {
          CHECK(text_of(co_await asked.ask({"GET", "k"})) == "nothing");
          over = true;
        }(client, done),
        boost::asio::detached
    );
    loop.context().poll();
  }
  while (!done) loop.context().run_one();
  redis.resume();
  const Client never_started(redis.options());
}
