// Streamed responses: framing, coalescing, back-pressure, and how they end.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "server/net/test_client.hpp"
#include "wire/sse.hpp"

using namespace parley::net;
using namespace parley::net::test;

namespace {

struct Chunks {
  std::string text;
  int count = 0;
};

// Reads a chunked body up to its last chunk.
Chunks read_chunks(Client& client) {
  Chunks chunks;
  for (;;) {
    const std::string line = client.read_until("\r\n");
    if (line.empty()) {
      chunks.count = -1;  // cut
      return chunks;
    }
    const auto size = static_cast<std::size_t>(std::stoul(line, nullptr, 16));
    chunks.text += client.read_bytes(size);
    client.read_bytes(2);
    if (size == 0) return chunks;
    ++chunks.count;
  }
}

}  // namespace

TEST_CASE("events sent in one turn of the loop travel as one chunk, and the connection stays usable") {
  TestServer server([](Request& request, Exchange& exchange) -> Awaitable<Response> {
    if (request.path != "/sse") co_return Response{.body = "plain"};
    const StreamWriter stream =
        exchange.start_stream(200, "text/event-stream", {{"Cache-Control", "no-store"}});
    for (int i = 0; i < 100; ++i) {
      std::string event;
      parley::wire::append_sse_event(event, std::to_string(i), "delta");
      stream.send(event);
    }
    co_return Response{};
  });
  Client client(server.port());
  for (int round = 0; round < 3; ++round) {
    client.send(get("/sse"));
    const std::string head = client.read_until("\r\n\r\n");
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
    CHECK(head.find("Transfer-Encoding: chunked") != std::string::npos);
    CHECK(head.find("Cache-Control: no-store") != std::string::npos);
    const Chunks chunks = read_chunks(client);
    CHECK(chunks.count == 1);
    CHECK(chunks.text.starts_with("event: delta\ndata: 0\n\n"));
    CHECK(chunks.text.ends_with("event: delta\ndata: 99\n\n"));
    CHECK(client.ask(get("/plain")).body == "plain");
  }
}

TEST_CASE("streams without a body and for old clients") {
  TestServer server([](Request&, Exchange& exchange) -> Awaitable<Response> {
    exchange.start_stream(200, "text/plain").send("hello");
    co_return Response{};
  });
  Client head(server.port());
  head.send("HEAD / HTTP/1.1\r\nHost: t\r\n\r\n");
  CHECK(head.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  head.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  CHECK(head.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  CHECK(read_chunks(head).text == "hello");
  CHECK(head.read_to_end() == "");

  Client old(server.port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(old.read_until("\r\n\r\n").find("chunked") == std::string::npos);
  CHECK(old.read_to_end() == "hello");
}

TEST_CASE("a request sent during a stream is answered after it") {
  TestServer server([](Request& request, Exchange& exchange) -> Awaitable<Response> {
    if (request.path != "/sse") co_return Response{.body = "plain"};
    const StreamWriter stream = exchange.start_stream(200);
    co_await await_callback<bool>([&](auto done) {
      std::thread([stream, done = std::move(done)]() mutable {
        stream.send("from another thread");
        done(true);
      }).detach();
    });
    co_return Response{};
  });
  Client client(server.port());
  client.send(get("/sse") + get("/plain"));
  client.read_until("\r\n\r\n");
  CHECK(read_chunks(client).text == "from another thread");
  CHECK(client.read_answer().body == "plain");
}

TEST_CASE("many threads may write to one stream; each piece stays whole") {
  static constexpr int kThreads = 4;
  static constexpr int kEach = 2000;
  TestServer server([](Request&, Exchange& exchange) -> Awaitable<Response> {
    const StreamWriter stream = exchange.start_stream(200);
    auto left = std::make_shared<std::atomic<int>>(kThreads);
    co_await await_callback<bool>([&](auto done) {
      auto shared = std::make_shared<decltype(done)>(std::move(done));
      for (int t = 0; t < kThreads; ++t) {
        std::thread([=] {
          for (int i = 0; i < kEach; ++i)
            stream.send("<" + std::string(10, static_cast<char>('a' + t)) + ">");
          if (--*left == 0) (*shared)(true);
        }).detach();
      }
    });
    co_return Response{};
  });
  Client client(server.port());
  client.send(get("/"));
  client.read_until("\r\n\r\n");
  const std::string text = read_chunks(client).text;
  REQUIRE(text.size() == std::size_t{12} * kThreads * kEach);
  for (std::size_t at = 0; at < text.size(); at += 12) {
    REQUIRE(text.substr(at, 12) == "<" + std::string(10, text[at + 1]) + ">");
  }
}

TEST_CASE("a fast producer waits for the client and loses nothing") {
  static constexpr std::size_t kTotal = 16 << 20;
  TestServer server([](Request&, Exchange& exchange) -> Awaitable<Response> {
    const StreamWriter stream = exchange.start_stream(200);
    const std::string piece(1000, 'p');
    for (std::size_t sent = 0; sent < kTotal; sent += piece.size()) {
      if (!stream.send(piece)) break;
      if (stream.unsent() > 256 * 1024) co_await stream.drained();
    }
    co_return Response{};
  });
  Client client(server.port(), 16 * 1024);
  client.send(get("/"));
  client.read_until("\r\n\r\n");
  const Chunks chunks = read_chunks(client);
  CHECK(chunks.text.size() >= kTotal);
  CHECK(chunks.count > 1);
  CHECK(chunks.count < 2000);
}

TEST_CASE("streams end early for a reason the handler learns") {
  struct Case {
    const char* path;
    StreamEnd expected;
  };
  const Case cases[] = {
      {"/leave", StreamEnd::client_gone},
      {"/flood", StreamEnd::slow_consumer},
      {"/stall", StreamEnd::client_gone},
  };
  for (const auto& c : cases) {
    CAPTURE(c.path);
    std::promise<StreamEnd> end;
    Limits limits{.outbox_bytes = 1 << 20, .write_stall_ms = 60};
    TestServer server(
        [&](Request& request, Exchange& exchange) -> Awaitable<Response> {
          const StreamWriter stream = exchange.start_stream(200);
          stream.send("first");
          if (request.path == "/flood") {
            while (stream.send(std::string(1000, 'x'))) continue;
          }
          if (request.path == "/stall") {
            for (int i = 0; i < 100 && stream.open(); ++i) {
              stream.send(std::string(100'000, 'x'));
              co_await stream.drained();
            }
          }
          co_await stream.ended();
          end.set_value(stream.end());
          CHECK_FALSE(stream.send("too late"));
          co_return Response{};
        },
        TestServer::with_limits(limits)
    );
    auto got = end.get_future();
    {
      Client client(server.port(), 4096);
      client.send(get(c.path));
      if (c.expected == StreamEnd::client_gone && std::string_view(c.path) == "/leave") {
        client.read_until("first");
      } else {
        got.wait_for(std::chrono::milliseconds(kPatienceMs));
      }
    }
    REQUIRE(got.wait_for(std::chrono::milliseconds(kPatienceMs)) == std::future_status::ready);
    CHECK(got.get() == c.expected);
  }
}

TEST_CASE("a drain ends waiting streams cleanly and leaves working ones their time") {
  std::promise<void> started;
  TestServer server([&](Request&, Exchange& exchange) -> Awaitable<Response> {
    const StreamWriter stream = exchange.start_stream(200);
    started.set_value();
    co_await stream.ended();
    CHECK(stream.end() == StreamEnd::draining);
    stream.send("goodbye");
    co_return Response{};
  });
  Client client(server.port());
  client.send(get("/"));
  started.get_future().wait();
  server.server->begin_drain();
  client.read_until("\r\n\r\n");
  CHECK(read_chunks(client).text == "goodbye");
  CHECK(client.read_to_end() == "");
  CHECK(server.server->wait(std::chrono::seconds(10)));
}

TEST_CASE("a stream whose handler throws is cut, not completed") {
  TestServer server([](Request&, Exchange& exchange) -> Awaitable<Response> {
    const StreamWriter stream = exchange.start_stream(200);
    stream.send("half");
    throw std::runtime_error("broken");
    co_return Response{};
  });
  Client client(server.port());
  client.send(get("/"));
  client.read_until("\r\n\r\n");
  CHECK(read_chunks(client).count == -1);
}

TEST_CASE("a writer may outlive its stream and its server") {
  std::optional<StreamWriter> kept;
  {
    TestServer server([&](Request&, Exchange& exchange) -> Awaitable<Response> {
      kept = exchange.start_stream(200);
      co_return Response{};
    });
    Client client(server.port());
    client.send(get("/"));
    client.read_until("\r\n\r\n");
    read_chunks(client);
    server.server->wait(std::chrono::seconds(10));
    CHECK_FALSE(kept->send("late"));
  }
  CHECK_FALSE(kept->send("later"));
}
