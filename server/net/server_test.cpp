#include "server/net/server.hpp"

#include <doctest/doctest.h>

#include <boost/asio/steady_timer.hpp>
#include <future>
#include <stdexcept>
#include <thread>

#include "server/net/test_client.hpp"

using namespace parley::net;
using namespace parley::net::test;

namespace {

// Says what it got: "METHOD path?name=value body".
Awaitable<Response> echo(Request& request, Exchange&) {
  Response response{.content_type = "text/plain"};
  response.body = std::string(request.method) + " " + request.path;
  for (const auto& [name, value] : request.query.pairs()) response.body += "?" + name + "=" + value;
  response.body.append(" ").append(request.body);
  co_return response;
}

bool has(const Client::Answer& answer, std::string_view text) {
  return answer.head.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("requests share a connection until one side wants to close it") {
  TestServer server(echo);
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask("POST /%C3%A4?a=b+c HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(answer.status == 200);
    CHECK(answer.body == "POST /\xC3\xA4?a=b c hi");
    CHECK_FALSE(has(answer, "Connection:"));
    CHECK(has(answer, "Date: "));
  }
  CHECK(has(client.ask(get("/", "Connection: close\r\n")), "Connection: close"));
  CHECK(client.read_to_end() == "");
  Client old(server.port());
  CHECK(has(old.ask("GET / HTTP/1.0\r\n\r\n"), "Connection: close"));
  CHECK(old.read_to_end() == "");
}

TEST_CASE("every response has its own request id") {
  TestServer server([](Request& request, Exchange&) -> Awaitable<Response> {
    co_return Response{.body = std::string(request.request_id) + " " + request.peer.to_string()};
  });
  Client client(server.port());
  const auto first = client.ask(get("/"));
  const auto second = client.ask(get("/"));
  CHECK(first.body != second.body);
  CHECK(first.body.ends_with(" 127.0.0.1"));
  CHECK(has(first, "X-Request-Id: " + first.body.substr(0, first.body.find(' ')) + "\r\n"));
}

TEST_CASE("pipelined requests are answered in order") {
  TestServer server(echo);
  Client client(server.port());
  std::string all;
  for (int i = 0; i < 50; ++i) all += get("/" + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 50; ++i) CHECK(client.read_answer().body == "GET /" + std::to_string(i) + " ");
}

TEST_CASE("a client that stops sending still gets its answer") {
  TestServer server(echo);
  Client client(server.port());
  client.send(get("/last"));
  client.finish_sending();
  CHECK(client.read_answer().body == "GET /last ");
}

TEST_CASE("HEAD is answered like GET without the body") {
  TestServer server(echo);
  Client client(server.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: t\r\n\r\n" + get("/b"));
  CHECK(has(client.read_answer(false), "Content-Length: 8"));
  CHECK(client.read_answer().body == "GET /b ");
}

TEST_CASE("a client that asks first is told to go on before it sends the body") {
  TestServer server(echo);
  Client client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.ask("hi").body == "POST / hi");
  // A body that is too large is refused instead.
  client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_answer().status == 413);
}

TEST_CASE("bodies of a megabyte go both ways") {
  TestServer server(echo);
  Client client(server.port());
  const std::string body(1024 * 1024, 'b');
  const std::string head =
      "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  std::thread sender([&] { client.send(head).send(body); });
  const auto answer = client.read_answer();
  sender.join();
  CHECK(answer.body == "POST / " + body);
  CHECK(client.ask(get("/next")).body == "GET /next ");
}

TEST_CASE("a refusal reaches a client that is still sending its body") {
  TestServer server(echo);
  Client client(server.port());
  std::thread sender([&] {
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n")
        .send(std::string(3'000'000, 'x'));
  });
  CHECK(client.read_answer().status == 413);
  sender.join();
}

TEST_CASE("slow clients are told and let go") {
  TestServer server(echo, TestServer::with_limits({.head_ms = 60, .body_ms = 60, .idle_ms = 60}));
  struct Case {
    const char* name;
    std::string bytes;
    int status;  // 0: closed without a word
  };
  const Case cases[] = {
      {"silent from the start", "", 0},
      {"half a request line", "GET /", 408},
      {"half a head", "GET / HTTP/1.1\r\nHost: t\r\n", 408},
      {"half a body", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab", 408},
      {"half a chunk", "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 408},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Client client(server.port());
    client.send(c.bytes);
    CHECK(client.read_answer().status == c.status);
    client.finish_sending();
    CHECK(client.read_to_end() == "");
  }
  Client idle(server.port());
  CHECK(idle.ask(get("/")).status == 200);
  CHECK(idle.read_to_end() == "");
}

TEST_CASE("a client that does not read its answer is cut off") {
  std::promise<void> gone;
  TestServer server(
      [](Request&, Exchange&) -> Awaitable<Response> {
        co_return Response{.body = std::string(64 << 20, 'x')};
      },
      TestServer::with_limits({.write_stall_ms = 60})
  );
  Client client(server.port(), 4096);
  client.send(get("/"));
  while (server.server->open_connections() == 0) std::this_thread::yield();
  while (server.server->open_connections() > 0) std::this_thread::yield();
  CHECK(client.read_to_end().size() < (64U << 20));
}

TEST_CASE("what a handler throws is a plain 500 for the client and a report for the operator") {
  std::string reported;
  auto options = TestServer::with_limits({});
  options.on_handler_error = [&](std::string_view, std::string_view what) { reported = what; };
  TestServer server(
      [](Request& request, Exchange&) -> Awaitable<Response> {
        if (request.path == "/throw") throw std::runtime_error("secret detail");
        co_return Response{.headers = {{"Location", "/\r\nInjected: yes"}}};
      },
      std::move(options)
  );
  const auto thrown = Client(server.port()).ask(get("/throw"));
  CHECK(thrown.status == 500);
  CHECK(thrown.body.find("secret") == std::string::npos);
  server.server->wait(std::chrono::seconds(5));
  CHECK(reported == "secret detail");
  TestServer other([](Request&, Exchange&) -> Awaitable<Response> {
    co_return Response{.headers = {{"Location", "/\r\nInjected: yes"}}};
  });
  const auto split = Client(other.port()).ask(get("/"));
  CHECK(split.status == 500);
  CHECK_FALSE(has(split, "Injected"));
}

TEST_CASE("connections beyond the limits are turned away") {
  struct Case {
    const char* name;
    Limits limits;
  };
  const Case cases[] = {
      {"in all", {.sweep_ms = 10, .connections = 2, .connections_per_address = 0}},
      {"per address", {.sweep_ms = 10, .connections = 0, .connections_per_address = 2}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    ServerOptions options;
    options.limits = c.limits;
    TestServer server(echo, options);
    {
      Client first(server.port());
      Client second(server.port());
      CHECK(first.ask(get("/")).status == 200);
      CHECK(second.ask(get("/")).status == 200);
      Client third(server.port());
      const auto refused = third.read_answer();
      CHECK(refused.status == 503);
      CHECK(has(refused, "Retry-After: 1"));
    }
    while (server.server->open_connections() > 0) std::this_thread::yield();
    CHECK(Client(server.port()).ask(get("/")).status == 200);
  }
}

TEST_CASE("work begun elsewhere resumes the handler on its loop") {
  std::vector<std::thread> threads;
  TestServer server([&](Request&, Exchange&) -> Awaitable<Response> {
    const auto loop = std::this_thread::get_id();
    const auto answer = co_await await_callback<std::string>([&](auto done) {
      threads.emplace_back([done = std::move(done)]() mutable { done("from elsewhere"); });
    });
    co_return Response{.body = answer + (std::this_thread::get_id() == loop ? ", at home" : ", astray")};
  });
  CHECK(Client(server.port()).ask(get("/")).body == "from elsewhere, at home");
  for (auto& thread : threads) thread.join();
}

TEST_CASE("a handler at work is told when its client leaves") {
  std::promise<void> left;
  TestServer server([&](Request&, Exchange& exchange) -> Awaitable<Response> {
    Event gone;
    exchange.on_disconnect([&] { gone.happen(); });
    co_await gone.wait();
    left.set_value();
    co_return Response{};
  });
  {
    Client client(server.port());
    client.send(get("/"));
    while (server.server->open_connections() == 0) std::this_thread::yield();
  }
  CHECK(left.get_future().wait_for(std::chrono::milliseconds(kPatienceMs)) == std::future_status::ready);
}

TEST_CASE("a drain finishes what is in flight and closes the rest") {
  std::promise<void> started;
  std::move_only_function<void(bool)> release;
  TestServer server([&](Request& request, Exchange&) -> Awaitable<Response> {
    if (request.path == "/slow") {
      co_await await_callback<bool>([&](auto done) {
        release = std::move(done);
        started.set_value();
      });
    }
    co_return Response{.body = "done"};
  });
  Client idle(server.port());
  CHECK(idle.ask(get("/")).status == 200);
  Client busy(server.port());
  busy.send(get("/slow"));
  started.get_future().wait();

  server.server->begin_drain();
  CHECK(idle.read_to_end() == "");
  CHECK_FALSE(Client(server.port()).connected());
  release(true);
  const auto answer = busy.read_answer();
  CHECK(answer.body == "done");
  CHECK(has(answer, "Connection: close"));
  CHECK(busy.read_to_end() == "");
  CHECK(server.server->wait(std::chrono::seconds(10)));
}

TEST_CASE("a drain that takes too long cuts what is left") {
  std::promise<void> started;
  TestServer server([&](Request&, Exchange& exchange) -> Awaitable<Response> {
    Event gone;
    exchange.on_disconnect([&] { gone.happen(); });
    started.set_value();
    co_await gone.wait();
    co_return Response{};
  });
  Client client(server.port());
  client.send(get("/"));
  started.get_future().wait();
  CHECK_FALSE(server.server->wait(std::chrono::milliseconds(20)));
  CHECK(client.read_to_end() == "");
}

TEST_CASE("listening fails with a reason") {
  TestServer first(echo);
  ServerOptions taken;
  taken.port = first.port();
  Server second(taken, echo);
  const auto result = second.start();
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message.find("Address already in use") != std::string::npos);
  CHECK(result.error().hint.find("another program") != std::string::npos);

  ServerOptions nonsense;
  nonsense.address = "localhost";
  Server third(nonsense, echo);
  CHECK(third.start().error().code == parley::ErrorCode::invalid_input);
}

TEST_CASE("several loops serve one port, also over IPv6") {
  ServerOptions options = TestServer::with_limits({});
  options.address = "::";
  options.loops = 3;
  TestServer server(
      [](Request& request, Exchange& exchange) -> Awaitable<Response> {
        co_return Response{.body = request.peer.to_string() + " " + std::to_string(exchange.loop())};
      },
      std::move(options)
  );
  std::vector<bool> used(3);
  for (int i = 0; i < 200; ++i) {
    const auto answer = Client(server.port()).ask(get("/"));
    REQUIRE(answer.body.starts_with("127.0.0.1 "));
    used[static_cast<std::size_t>(answer.body.back() - '0')] = true;
  }
  CHECK(used == std::vector<bool>{true, true, true});
  std::promise<std::size_t> posted;
  server.server->post_to_loop(2, [&] { posted.set_value(2); });
  CHECK(posted.get_future().get() == 2);
}
