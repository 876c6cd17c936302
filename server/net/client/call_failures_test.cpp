#include <doctest/doctest.h>

#include "server/net/client/curl_client.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/net/client/test_peer.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::net::test;

namespace {

std::shared_ptr<HttpClient> local_client() {
  return make_http_client({.egress = {.any_internal = true}});
}

// A gzip stream of `repeats` × 258 zeros, 13 bits each: one deflate block with fixed codes (RFC 1951, 3.2.6).
std::string gzip_bomb(std::size_t repeats) {
  std::string out("\x1F\x8B\x08\0\0\0\0\0\0\x03", 10);
  unsigned held = 0;
  unsigned count = 0;
  const auto put = [&](unsigned bits, unsigned width) {
    held |= bits << count;
    for (count += width; count >= 8; count -= 8, held >>= 8) out += static_cast<char>(held & 0xFF);
  };
  put(0b011, 3);       // the last block, fixed codes
  put(0b00001100, 8);  // literal 0: code 00110000, its first bit lowest
  for (std::size_t i = 0; i < repeats; ++i) {
    put(0b10100011, 8);  // 258 bytes: code 11000101, its first bit lowest
    put(0, 5);           // from one byte before
  }
  return out + std::string(8, '\0');
}

struct Failure {
  std::string name;
  Peer::Answer peer;
  OutgoingRequest request;
  const char* ends;
  bool may_have_arrived;
};

std::vector<Failure> failures() {
  const auto says = [](std::string bytes, bool stay = true) {
    return [bytes = std::move(bytes), stay](int socket, const std::string&, int) {
      Peer::write(socket, bytes);
      return stay;
    };
  };
  const std::string big(5000, 'x');
  return {
      {"no answer at all", says(""), {.timeout_ms = 60}, "timeout", true},
      {"half a head", says("HTTP/1.1 200 OK\r\nX: "), {.timeout_ms = 60}, "timeout", true},
      {"half a body",
       says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
       {.timeout_ms = 60},
       "timeout",
       true},
      {"silence, noticed before the whole time is over", says(""), {.stall_timeout_ms = 40}, "stalled", true},
      {"silence in the middle",
       says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
       {.stall_timeout_ms = 40},
       "stalled",
       true},
      {"hangs up without a word", says("", false), {.method = "POST"}, "interrupted", true},
      {"hangs up in the head", says("HTTP/1.1 200", false), {.method = "POST"}, "interrupted", true},
      {"hangs up in the body",
       says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", false),
       {},
       "interrupted",
       true},
      {"hangs up in a chunk",
       says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", false),
       {},
       "interrupted",
       true},
      {"does not speak HTTP", says("220 ready\r\n", false), {}, "interrupted", true},
      {"cannot be unpacked",
       says(Peer::ok("plainly not gzip", "Content-Encoding: gzip\r\n")),
       {},
       "interrupted",
       true},
      {"more than wanted", says(Peer::ok(big)), {.max_answer_bytes = 4999}, "too_large", true},
      {"more than wanted, of unknown size",
       says("HTTP/1.1 200 OK\r\n\r\n" + big, false),
       {.max_answer_bytes = 4999},
       "too_large",
       true},
      {"small, but large when unpacked",
       says(Peer::ok(gzip_bomb(20'000), "Content-Encoding: gzip\r\n")),
       {.max_answer_bytes = 1 << 20},
       "too_large",
       true},
      {"packed twice",
       says(Peer::ok(gzip_bomb(20'000), "Content-Encoding: gzip, gzip\r\n")),
       {.max_answer_bytes = 1 << 20},
       "interrupted",
       true},
      {"an endless head",
       says(
           "HTTP/1.1 200 OK\r\n" +
           [] {
             std::string lines;
             for (int i = 0; i < 100; ++i) lines += "X: " + std::string(1000, 'y') + "\r\n";
             return lines;
           }()
       ),
       {},
       "too_large",
       true},
  };
}

}  // namespace

TEST_CASE("an answer that goes wrong ends the call, and says whether the request may have arrived") {
  Loop loop;
  const auto client = local_client();
  for (Failure& row : failures()) {
    CAPTURE(row.name);
    Peer peer(row.peer);
    row.request.url = peer.url("/?key=s3cret");
    const auto answer = loop.run(client->send(row.request));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().pointer == row.ends);
    CHECK(may_have_arrived(answer.error()) == row.may_have_arrived);
    CHECK(answer.error().message.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("an answer as large as allowed is given, also when it came packed") {
  Peer peer([](int socket, const std::string& request, int) {
    // "hello" by gzip 1.12
    const std::string packed(
        "\x1F\x8B\x08\0\0\0\0\0\0\x03\xCB\x48\xCD\xC9\xC9\x07\0\x86\xA6\x10\x36\x05\0\0\0", 25
    );
    Peer::write(
        socket,
        request.starts_with("GET /packed") ? Peer::ok(packed, "Content-Encoding: gzip\r\n")
                                           : Peer::ok("hello")
    );
    return true;
  });
  Loop loop;
  const auto client = local_client();
  for (const char* path : {"/plain", "/packed"}) {
    CAPTURE(path);
    const auto answer = loop.run(client->send({.url = peer.url(path), .max_answer_bytes = 5}));
    REQUIRE(answer.has_value());
    CHECK(answer->body == "hello");
  }
}

TEST_CASE("nothing of the request was sent when no connection came to be") {
  // Answers never, as a DNS that is down does.
  class DeadResolver final : public Resolver {
   public:
    void resolve(const std::string&, Done done) override { unanswered.push_back(std::move(done)); }
    std::vector<Done> unanswered;
  };
  Loop loop;
  const auto client = local_client();
  std::string closed_port;
  {
    const Trap trap;
    closed_port = trap.port();
  }
  const auto refused =
      loop.run(client->send({.method = "POST", .url = "http://127.0.0.1:" + closed_port + "/"}));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().pointer == "unreachable");
  CHECK_FALSE(may_have_arrived(refused.error()));
  // The port speaks, but not TLS.
  Peer plain([](int socket, const std::string&, int) {
    Peer::write(socket, "HTTP/1.1 400 No\r\n\r\n");
    return false;
  });
  const auto no_tls =
      loop.run(client->send({.url = "https://" + plain.host() + "/", .connect_timeout_ms = 60}));
  REQUIRE_FALSE(no_tls.has_value());
  CHECK(no_tls.error().pointer == "unreachable");
  const auto dns = std::make_shared<DeadResolver>();
  const auto waiting = make_http_client({.resolver = dns});
  const auto late = loop.run(waiting->send({.url = "http://slow.example/", .connect_timeout_ms = 20}));
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().pointer == "unreachable");
  // Its late answer finds nobody.
  dns->unanswered.at(0)(Addresses{boost::asio::ip::make_address("127.0.0.1")});
}

TEST_CASE("a request that a kept connection swallowed is not sent again unless repeating it is safe") {
  struct Row {
    const char* method;
    Headers headers;
    bool repeated;
  };
  const Row rows[] = {
      {"GET", {}, true},
      {"POST", {}, false},
      {"PUT", {}, false},
      {"DELETE", {}, false},
      {"POST", {{"Idempotency-Key", "k"}}, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method);
    // The first request is answered; the second is read, perhaps acted on, and the connection closed.
    Peer peer([](int socket, const std::string&, int number) {
      if (number == 2) return false;
      Peer::write(socket, Peer::ok("hello"));
      return true;
    });
    Loop loop;
    const auto client = local_client();
    REQUIRE(loop.run(client->send({.url = peer.url()})).has_value());
    const auto answer =
        loop.run(client->send({.method = row.method, .url = peer.url(), .headers = row.headers}));
    CHECK(answer.has_value() == row.repeated);
    CHECK(peer.requests() == (row.repeated ? 3 : 2));
    if (!answer) CHECK(answer.error().pointer == "interrupted");
  }
}

TEST_CASE("the system's resolver finds this machine, and says when a name has no address") {
  Loop loop;
  const auto resolver = make_system_resolver();
  const auto ask = [&](const std::string& host) {
    return loop.run([](Resolver& from, std::string name) -> Awaitable<Result<Addresses>> {
      co_return co_await await_callback<Result<Addresses>>([&](auto done) {
        from.resolve(name, std::move(done));
      });
    }(*resolver, host));
  };
  for (int i = 0; i < 2; ++i) {
    const auto here = ask("localhost");
    REQUIRE(here.has_value());
    CHECK(here->at(0).is_loopback());
  }
  const auto nowhere = ask("no-such-host.invalid");
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().pointer == "unresolved");
}
