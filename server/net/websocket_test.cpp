#include "server/net/websocket.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "server/net/test_client.hpp"

using namespace parley::net;
using namespace parley::net::test;
using parley::wire::Opcode;

namespace {

std::atomic<int> last_close_code = 0;

Awaitable<Response> echo(Request& request, Exchange& exchange) {
  auto socket = exchange.accept_websocket({"parley.v2", "parley.v1"});
  if (!socket) co_return std::move(socket.error());
  if (request.path == "/protocol") socket->send(socket->protocol());
  for (;;) {
    auto message = co_await socket->receive();
    if (!message) break;
    if (message->payload == "throw") throw std::runtime_error("broken");
    if (message->payload == "leave") co_return Response{};
    if (message->payload == "flood") {
      while (socket->send(std::string(1000, 'x'))) continue;
    }
    if (message->payload == "policy") {
      socket->close(parley::wire::kClosePolicy, "no");
      CHECK_FALSE(socket->send("after close"));
      continue;
    }
    if (message->is_text) {
      socket->send(message->payload);
    } else {
      socket->sender().send_binary(message->payload);
    }
  }
  last_close_code = socket->close_code();
  co_return Response{};
}

std::string handshake(std::string_view changed_name, std::string_view changed_line) {
  std::string out = "GET /ws HTTP/1.1\r\n";
  const std::pair<std::string_view, std::string_view> fields[] = {
      {"Host", "Host: example.org:8080"},
      {"Connection", "Connection: Upgrade"},
      {"Upgrade", "Upgrade: websocket"},
      {"Version", "Sec-WebSocket-Version: 13"},
      {"Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="},
      {"Origin", ""},
  };
  for (const auto& [name, line] : fields) {
    const std::string_view use = name == changed_name ? changed_line : line;
    if (!use.empty()) out.append(use).append("\r\n");
  }
  return out + "\r\n";
}

}  // namespace

TEST_CASE("handshakes are answered or refused") {
  TestServer server(echo);
  struct Case {
    const char* name;
    std::string_view field, line;
    int status;
    std::string_view also;
  };
  const Case cases[] = {
      {"right", "", "", 101, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"},
      {"words in any case", "Upgrade", "upgrade: WebSocket", 101, ""},
      {"upgrade among others", "Connection", "Connection: keep-alive, upgrade", 101, ""},
      {"own origin", "Origin", "Origin: http://example.org:8080", 101, ""},
      {"foreign origin", "Origin", "Origin: http://evil.example", 403, "origin"},
      {"origin that only starts like ours",
       "Origin",
       "Origin: http://example.org:8080.evil.example",
       403,
       "origin"},
      {"null origin", "Origin", "Origin: null", 403, ""},
      {"no upgrade", "Upgrade", "", 426, "Upgrade: websocket"},
      {"other upgrade", "Upgrade", "Upgrade: h2c", 426, "Upgrade: websocket"},
      {"no Connection", "Connection", "", 426, ""},
      {"version 8", "Version", "Sec-WebSocket-Version: 8", 426, "Sec-WebSocket-Version: 13"},
      {"no version", "Version", "", 426, ""},
      {"no key", "Key", "", 400, ""},
      {"short key", "Key", "Sec-WebSocket-Key: c2hvcnQ=", 400, ""},
      {"first protocol we both speak",
       "Origin",
       "Sec-WebSocket-Protocol: x, parley.v1",
       101,
       "Sec-WebSocket-Protocol: parley.v1\r\n"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto answer = Client(server.port()).ask(handshake(c.field, c.line));
    CHECK(answer.status == c.status);
    CHECK((answer.head + answer.body).find(c.also) != std::string::npos);
  }
  CHECK(Client(server.port()).ask("POST" + handshake("", "").substr(3)).status == 400);
}

TEST_CASE("the owner may decide on origins") {
  auto options = TestServer::with_limits({});
  options.allow_origin = [](std::string_view origin, const Request&) {
    return origin == "https://shop.example";
  };
  TestServer server(echo, std::move(options));
  CHECK(Client(server.port()).ask(handshake("Origin", "Origin: https://shop.example")).status == 101);
  CHECK(Client(server.port()).ask(handshake("Origin", "Origin: http://example.org:8080")).status == 403);
}

TEST_CASE("messages come back, in order, however they were cut") {
  TestServer server(echo);
  WebSocketClient client(server.port());
  REQUIRE(client.handshake.starts_with("HTTP/1.1 101"));
  client.send_text("hello");
  CHECK(client.next() == "text:hello");
  client.send(
      WebSocketClient::frame(Opcode::text, "a", false) + WebSocketClient::frame(Opcode::ping, "alive?") +
      WebSocketClient::frame(Opcode::continuation, "b") + WebSocketClient::frame(Opcode::text, "c")
  );
  CHECK(client.next() == "pong:alive?");
  CHECK(client.next() == "text:ab");
  CHECK(client.next() == "text:c");
  const std::string large(1024 * 1024, 'z');
  client.send_text(large);
  CHECK(client.next() == "text:" + large);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += WebSocketClient::frame(Opcode::text, std::to_string(i));
  client.send(many);
  for (int i = 0; i < 1000; ++i) REQUIRE(client.next() == "text:" + std::to_string(i));
}

TEST_CASE("frames sent together with the handshake are not lost") {
  TestServer server(echo);
  Client client(server.port());
  client.send(handshake("", "") + WebSocketClient::frame(Opcode::text, "eager"));
  client.read_until("\r\n\r\n");
  CHECK(
      client.read_bytes(7) ==
      "\x81\x05"
      "eager"
  );
}

TEST_CASE("each way to end has its close code") {
  TestServer server(echo);
  struct Case {
    const char* name;
    std::string bytes;
    std::string answer;
    int seen_by_handler;  // 0: it did not look
  };
  const Case cases[] = {
      {"normal close is echoed", WebSocketClient::frame(Opcode::close, "\x03\xE8"), "close:1000", 1000},
      {"private code is echoed", WebSocketClient::frame(Opcode::close, "\x0F\xA1"), "close:4001", 4001},
      {"close without a code", WebSocketClient::frame(Opcode::close, ""), "close:1005", 1005},
      {"unmasked frame", std::string("\x81\x01x"), "close:1002", 1002},
      {"reserved opcode", WebSocketClient::frame(static_cast<Opcode>(5), ""), "close:1002", 1002},
      {"not UTF-8", WebSocketClient::frame(Opcode::text, "\xFF"), "close:1007", 1007},
      {"too big", WebSocketClient::frame(Opcode::text, std::string(1024 * 1024 + 1, 'x')), "close:1009", 1009
      },
      {"too big in fragments",
       WebSocketClient::frame(Opcode::text, std::string(1024 * 1024, 'x'), false) +
           WebSocketClient::frame(Opcode::continuation, "y"),
       "close:1009",
       1009},
      {"handler closes", WebSocketClient::frame(Opcode::text, "policy"), "close:1008", 0},
      {"handler returns", WebSocketClient::frame(Opcode::text, "leave"), "close:1000", 0},
      {"handler throws", WebSocketClient::frame(Opcode::text, "throw"), "close:1011", 0},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    last_close_code = 0;
    WebSocketClient client(server.port());
    client.send(c.bytes);
    CHECK(client.next() == c.answer);
    client.send(WebSocketClient::frame(Opcode::close, "\x03\xE8"));
    CHECK(client.next() == "end");
    while (server.server->open_connections() > 0) std::this_thread::yield();
    if (c.seen_by_handler != 0) CHECK(last_close_code == c.seen_by_handler);
  }
}

TEST_CASE("a client that vanishes ends the handler with 1006") {
  TestServer server(echo);
  last_close_code = 0;
  {
    WebSocketClient client(server.port());
    client.send_text("hi");
    CHECK(client.next() == "text:hi");
  }
  while (server.server->open_connections() > 0) std::this_thread::yield();
  CHECK(last_close_code == 1006);
}

TEST_CASE("silent peers are pinged, and dropped when they stay silent") {
  TestServer server(echo, TestServer::with_limits({.ping_ms = 50}));
  WebSocketClient answering(server.port());
  for (int i = 0; i < 3; ++i) {
    CHECK(answering.next() == "ping:");
    answering.send(WebSocketClient::frame(Opcode::pong, ""));
  }
  WebSocketClient silent(server.port());
  CHECK(silent.next() == "ping:");
  CHECK(silent.next() == "end");
}

TEST_CASE("a peer that does not read is cut off") {
  TestServer server(echo, TestServer::with_limits({.outbox_bytes = 1 << 20}));
  last_close_code = 0;
  WebSocketClient client(server.port());
  client.send_text("flood");
  while (server.server->open_connections() > 0) std::this_thread::yield();
  CHECK(last_close_code == 1006);
}

TEST_CASE("another thread may send, and the client sees whole messages") {
  TestServer server([](Request&, Exchange& exchange) -> Awaitable<Response> {
    auto socket = exchange.accept_websocket();
    if (!socket) co_return std::move(socket.error());
    std::thread([sender = socket->sender()] {
      for (int i = 0; i < 500; ++i) sender.send(std::to_string(i));
    }).detach();
    while (co_await socket->receive()) continue;
    co_return Response{};
  });
  WebSocketClient client(server.port());
  for (int i = 0; i < 500; ++i) REQUIRE(client.next() == "text:" + std::to_string(i));
}

TEST_CASE("a drain says 1001 and waits for the answer") {
  TestServer server(echo);
  WebSocketClient client(server.port());
  client.send_text("hi");
  CHECK(client.next() == "text:hi");
  server.server->begin_drain();
  CHECK(client.next() == "close:1001");
  client.send(WebSocketClient::frame(Opcode::close, "\x03\xE9"));
  CHECK(client.next() == "end");
  CHECK(server.server->wait(std::chrono::seconds(10)));
}

TEST_CASE("a connection that outlasts requests is closed when the last of them is answered") {
  std::promise<void> asked;
  std::move_only_function<void(bool)> answer;
  TestServer server([&](Request& request, Exchange& exchange) -> Awaitable<Response> {
    if (request.path == "/slow") {
      co_await await_callback<bool>([&](auto done) {
        answer = std::move(done);
        asked.set_value();
      });
      co_return Response{.status = 200, .body = "done"};
    }
    auto socket = exchange.accept_websocket();
    if (!socket) co_return std::move(socket.error());
    socket->outlast_requests();
    socket->on_end([sender = socket->sender()] { sender.send("draining"); });
    while (auto message = co_await socket->receive()) socket->send(message->payload);
    co_return Response{};
  });
  WebSocketClient last(server.port());
  last.send_text("hi");
  CHECK(last.next() == "text:hi");
  Client slow(server.port());
  slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  asked.get_future().wait();
  auto clean = std::async(std::launch::async, [&] { return server.server->wait(std::chrono::seconds(20)); });
  CHECK(last.next() == "text:draining");
  last.send_text("still there");
  CHECK(last.next() == "text:still there");
  answer(true);
  CHECK(last.next() == "close:1001");
  last.send(WebSocketClient::frame(Opcode::close, "\x03\xE9"));
  CHECK(last.next() == "end");
  CHECK(slow.read_to_end().ends_with("done"));
  CHECK(clean.get());
}

TEST_CASE("a message that is being answered when a drain begins is answered first") {
  std::promise<void> taken;
  std::move_only_function<void(bool)> go;
  TestServer server([&](Request&, Exchange& exchange) -> Awaitable<Response> {
    auto socket = exchange.accept_websocket();
    if (!socket) co_return std::move(socket.error());
    while (const auto message = co_await socket->receive()) {
      co_await await_callback<bool>([&](auto done) {
        go = std::move(done);
        taken.set_value();
      });
      socket->send("answer to " + message->payload);
    }
    co_return Response{};
  });
  WebSocketClient client(server.port());
  client.send_text("this");
  client.send_text("that");  // nobody takes it any more
  taken.get_future().wait();
  server.server->begin_drain();
  server.server->post_to_loop(0, [&] { go(true); });
  CHECK(client.next() == "text:answer to this");
  CHECK(client.next() == "close:1001");
  client.send(WebSocketClient::frame(Opcode::close, "\x03\xE9"));
  CHECK(client.next() == "end");
  CHECK(server.server->wait(std::chrono::seconds(10)));
}

TEST_CASE("a peer that ignores our close is dropped") {
  TestServer server(echo, TestServer::with_limits({.close_ms = 50}));
  WebSocketClient client(server.port());
  client.send_text("policy");
  CHECK(client.next() == "close:1008");
  CHECK(client.next() == "end");
}
