#include "server/net/client/curl_client.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <cstdlib>

#include "server/net/client/test_calls.hpp"
#include "server/net/client/test_peer.hpp"
#include "server/net/test_client.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::net::test;

namespace {

// Says what it got: the request line and body, and the headers that tests ask about.
Awaitable<Response> echo(Request& request, Exchange&) {
  Response response{.content_type = "text/plain"};
  response.body = std::string(request.method) + " " + std::string(request.target) + "\n";
  for (const Header& header : request.headers) {
    if (header.name != "Accept")
      response.body.append(header.name).append("=").append(header.value).append("\n");
  }
  response.body += request.body;
  if (request.path == "/missing") response.status = 404;
  co_return response;
}

std::string at(const TestServer& server, std::string_view path) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(path);
}

std::shared_ptr<HttpClient> local_client() {
  return make_http_client({.egress = {.any_internal = true}});
}

}  // namespace

TEST_CASE("a call sends what it was given, and nothing of its own but what HTTP needs") {
  TestServer server(echo);
  Loop loop;
  const auto client = local_client();
  const std::string host = "Host=127.0.0.1:" + std::to_string(server.port()) + "\n";
  const std::string own = "User-Agent=parley\nAccept-Encoding=gzip\n";
  struct Row {
    OutgoingRequest request;
    std::string arrives;
  };
  const Row rows[] = {
      {{.url = at(server, "/a;b//c?q=%20&r")}, "GET /a;b//c?q=%20&r\n" + host + own},
      {{.method = "POST",
        .url = at(server, "/"),
        .headers = {{"Content-Type", "text/x"}, {"X-Empty", ""}},
        .body = "hi"},
       "POST /\n" + host + own + "Content-Type=text/x\nX-Empty=\nContent-Length=2\nhi"},
      {{.method = "POST", .url = at(server, "/")}, "POST /\n" + host + own + "Content-Length=0\n"},
      {{.method = "DELETE", .url = at(server, "/x")}, "DELETE /x\n" + host + own},
      {{.method = "DELETE", .url = at(server, "/x"), .body = "{}"},
       "DELETE /x\n" + host + own + "Content-Length=2\n{}"},
      {{.method = "PATCH", .url = at(server, "/x#part"), .headers = {{"User-Agent", "mine"}}, .body = "1"},
       "PATCH /x\n" + host + "Accept-Encoding=gzip\nUser-Agent=mine\nContent-Length=1\n1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arrives);
    const auto answer = loop.run(client->send(row.request));
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
    CHECK(answer->body == row.arrives);
  }
}

TEST_CASE("an answer of any status is an answer; its headers are found in lower case") {
  TestServer server(echo);
  Loop loop;
  const auto client = local_client();
  const auto missing = loop.run(client->send({.url = at(server, "/missing")}));
  REQUIRE(missing.has_value());
  CHECK(missing->status == 404);
  CHECK(missing->header("content-type") == "text/plain");
  CHECK(missing->header("x-none").empty());
  const auto head = loop.run(client->send({.method = "HEAD", .url = at(server, "/")}));
  REQUIRE(head.has_value());
  CHECK(head->status == 200);
  CHECK(head->body.empty());
}

TEST_CASE("calls share a connection one after another, and have their own at once") {
  TestServer server(echo);
  Loop loop;
  const auto client = local_client();
  for (int i = 0; i < 5; ++i) CHECK(loop.run(client->send({.url = at(server, "/")})).has_value());
  CHECK(server.server->open_connections() == 1);
  int good = 0;
  int left = 20;
  for (int i = 0; i < 20; ++i) {
    boost::asio::co_spawn(
        loop.context,
        client->send({.url = at(server, "/" + std::to_string(i))}),
        [&, i](const std::exception_ptr&, const Result<IncomingAnswer>& answer) {
          if (answer && answer->body.starts_with("GET /" + std::to_string(i) + "\n")) ++good;
          if (--left == 0) loop.context.stop();
        }
    );
  }
  loop.context.restart();
  loop.context.run();
  CHECK(good == 20);
}

TEST_CASE("redirects are answers, not followed") {
  const Trap trap;
  Peer peer([&](int socket, const std::string& request, int) {
    const std::string status = request.substr(5, 3);
    Peer::write(
        socket,
        "HTTP/1.1 " + status + " Elsewhere\r\nLocation: http://127.0.0.1:" + trap.port() +
            "/\r\nRefresh: 0; url=http://127.0.0.1:" + trap.port() + "/\r\nContent-Length: 0\r\n\r\n"
    );
    return true;
  });
  Loop loop;
  const auto client = local_client();
  for (const int status : {301, 302, 303, 305, 307, 308}) {
    const auto answer = loop.run(client->send({.url = peer.url("/" + std::to_string(status))}));
    REQUIRE(answer.has_value());
    CHECK(answer->status == status);
    CHECK(answer->header("location").starts_with("http://127.0.0.1:"));
  }
  CHECK(trap.connections() == 0);
}

TEST_CASE("a proxy named in the environment is not used") {
  const Trap trap;
  const std::string proxy = "http://127.0.0.1:" + trap.port();
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
    ::setenv(name, proxy.c_str(), 1);
  TestServer server(echo);
  Loop loop;
  CHECK(loop.run(local_client()->send({.url = at(server, "/")})).has_value());
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  CHECK(trap.connections() == 0);
}

TEST_CASE("a kept connection is checked again for each call that would use it") {
  TestServer server(echo);
  Loop loop;
  const auto dns =
      std::make_shared<ScriptedResolver>(std::map<std::string, std::vector<std::vector<std::string>>>{
          {"api.example", {{"127.0.0.1"}, {"8.8.8.8"}}}
      });
  const std::string host = "api.example:" + std::to_string(server.port());
  const auto open = make_http_client({.egress = {.internal_hosts = {host}}, .resolver = dns});
  const auto strict = make_http_client({.resolver = dns});
  CHECK(loop.run(open->send({.url = "http://" + host + "/"})).has_value());
  // The second look-up says a public address, so only the kept connection would lead inside.
  const auto answer = loop.run(strict->send({.url = "http://" + host + "/", .allowed_hosts = {host}}));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().pointer == "blocked");
}

TEST_CASE("a method or header that cannot be sent is refused") {
  TestServer server(echo);
  Loop loop;
  const auto client = local_client();
  const OutgoingRequest bad[] = {
      {.method = "GET /x HTTP/1.1\r\n\r\n", .url = at(server, "/")},
      {.method = "", .url = at(server, "/")},
      {.url = at(server, "/"), .headers = {{"X", "a\r\nY: b"}}},
      {.url = at(server, "/"), .headers = {{"X\r\nY", "b"}}},
      {.url = at(server, "/"), .headers = {{"", "b"}}},
      {.url = at(server, "/"), .headers = {{"X", std::string("a\0b", 3)}}},
      {.url = at(server, "/"), .headers = {{"Host", "other"}}},
      {.url = at(server, "/"), .headers = {{"transfer-ENCODING", "chunked"}}},
      {.url = at(server, "/"), .headers = {{"Content-Length", "3"}}},
  };
  for (const OutgoingRequest& request : bad) {
    const auto answer = loop.run(client->send(request));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().pointer == "bad_url");
  }
}

TEST_CASE("a stream gives the pieces of a good answer as they arrive, and collects other answers") {
  Peer peer([](int socket, const std::string& request, int) {
    if (request.starts_with("GET /bad")) {
      Peer::write(socket, "HTTP/1.1 400 No\r\nContent-Length: 3\r\n\r\nwhy");
    } else {
      Peer::write(
          socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
      );
    }
    return true;
  });
  Loop loop;
  const auto client = local_client();
  std::string pieces;
  const auto collect = [&](std::string_view piece) {
    pieces += piece;
    return true;
  };
  const auto good = loop.run(client->stream({.url = peer.url()}, collect));
  REQUIRE(good.has_value());
  CHECK(pieces == "onetwo");
  CHECK(good->body.empty());
  const auto bad = loop.run(client->stream({.url = peer.url("/bad")}, collect));
  REQUIRE(bad.has_value());
  CHECK(bad->status == 400);
  CHECK(bad->body == "why");
  CHECK(pieces == "onetwo");
  const auto stopped = loop.run(client->stream({.url = peer.url()}, [](std::string_view) { return false; }));
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().pointer == "stopped");
}

TEST_CASE("a call may be made while the pieces of another arrive") {
  TestServer server(echo);
  Loop loop;
  const auto client = local_client();
  int answered = 0;
  const auto streamed = loop.run(client->stream({.url = at(server, "/")}, [&](std::string_view) {
    boost::asio::co_spawn(
        loop.context,
        client->send({.url = at(server, "/inner")}),
        [&](const std::exception_ptr&, const Result<IncomingAnswer>& inner) {
          answered += inner.has_value() ? 1 : 0;
          loop.context.stop();
        }
    );
    return true;
  }));
  CHECK(streamed.has_value());
  if (answered == 0) {
    loop.context.restart();
    loop.context.run();
  }
  CHECK(answered == 1);
}

TEST_CASE("a call nobody waits for any more is ended") {
  const Trap silent;
  Loop loop;
  const auto client = local_client();
  boost::asio::cancellation_signal signal;
  std::optional<Result<IncomingAnswer>> outcome;
  boost::asio::co_spawn(
      loop.context,
      client->send({.url = "http://127.0.0.1:" + silent.port() + "/"}),
      boost::asio::bind_cancellation_slot(
          signal.slot(),
          [&](const std::exception_ptr&, Result<IncomingAnswer> answer) { outcome = std::move(answer); }
      )
  );
  boost::asio::post(loop.context, [&] { signal.emit(boost::asio::cancellation_type::terminal); });
  loop.context.run();
  REQUIRE(outcome.has_value());
  REQUIRE_FALSE(outcome->has_value());
  CHECK(outcome->error().pointer == "stopped");
}

TEST_CASE("a loop that ends takes its calls with it") {
  const Trap silent;
  const auto client = local_client();
  {
    Loop loop;
    boost::asio::co_spawn(
        loop.context, client->send({.url = "http://127.0.0.1:" + silent.port() + "/"}), boost::asio::detached
    );
    while (silent.connections() == 0) loop.context.poll();
  }
  CHECK(silent.connections() == 0);
}
