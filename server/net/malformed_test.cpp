// Every malformed or ambiguous request is refused once, and nothing hidden behind it is ever served.
#include <doctest/doctest.h>

#include <atomic>
#include <span>

#include "server/net/test_client.hpp"

using namespace parley::net;
using namespace parley::net::test;

namespace {

std::atomic<int> hidden_served = 0;

Handler counting_handler() {
  return [](Request& request, Exchange&) -> Awaitable<Response> {
    if (request.path == "/hidden") ++hidden_served;
    co_return Response{.content_type = "text/plain", .body = std::string(request.body)};
  };
}

// A complete request that must never be answered when it follows a refused one.
const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: t\r\n\r\n";

struct Case {
  const char* name;
  std::string bytes;
  int status;
};

std::string post(const std::string& fields, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

const std::string kNul(1, '\0');

const Case kRequestLine[] = {
    {"garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", 400},
    {"no version", "GET /\r\nHost: t\r\n\r\n", 400},
    {"HTTP/0.9", "GET /\r\n\r\n", 400},
    {"two spaces after the method", "GET  / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"two spaces before the version", "GET /  HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"tab as separator", "GET\t/\tHTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"space before the method", " GET / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"space after the version", "GET / HTTP/1.1 \r\nHost: t\r\n\r\n", 400},
    {"space inside the target", "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"method is no token", "G(T / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"method far too long", std::string(100, 'A') + " / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"lower-case http", "GET / http/1.1\r\nHost: t\r\n\r\n", 400},
    {"version 1.2x", "GET / HTTP/1.12\r\nHost: t\r\n\r\n", 400},
    {"version 2.0", "GET / HTTP/2.0\r\nHost: t\r\n\r\n", 505},
    {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"bare line feed after the request line", "GET / HTTP/1.1\nHost: t\r\n\r\n", 400},
    {"bare carriage return in the request line", "GET /\rx HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"NUL in the target", "GET /" + kNul + " HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"encoded NUL", "GET /%00 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"encoded line break in the path", "GET /a%0d%0ab HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"raw byte above ASCII", "GET /\xC3\xA4 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"encoded bytes that are not UTF-8", "GET /%FF HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"cut escape", "GET /%4 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"escape of no hexadecimal digits", "GET /%zz HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"traversal", "GET /a/../../etc HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"encoded traversal", "GET /%2e%2E/etc HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"encoded slash", "GET /a%2fb HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"encoded backslash", "GET /a%5Cb HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"fragment", "GET /#top HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"no leading slash", "GET index.html HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"asterisk for GET", "GET * HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"CONNECT", "CONNECT t:443 HTTP/1.1\r\nHost: t:443\r\n\r\n", 400},
    {"other scheme", "GET ftp://t/ HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"user in the authority", "GET http://a@t/ HTTP/1.1\r\nHost: t\r\n\r\n", 400},
    {"target and Host disagree", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400},
    {"target too long", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n", 414},
    {"endless target", "GET /" + std::string(20000, 'a'), 414},
    {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n", 400},
};

const Case kFields[] = {
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: t\r\nHost: t\r\n\r\n", 400},
    {"Host with a path", "GET / HTTP/1.1\r\nHost: t/x\r\n\r\n", 400},
    {"Host with a user", "GET / HTTP/1.1\r\nHost: a@t\r\n\r\n", 400},
    {"Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
    {"Host with a bad port", "GET / HTTP/1.1\r\nHost: t:99999\r\n\r\n", 400},
    {"Host with a port of letters", "GET / HTTP/1.1\r\nHost: t:a\r\n\r\n", 400},
    {"Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
    {"Host of an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
    {"bare line feed after a field", "GET / HTTP/1.1\r\nHost: t\nX: y\r\n\r\n", 400},
    {"bare line feed as the end", "GET / HTTP/1.1\r\nHost: t\r\n\n", 400},
    {"bare carriage return in a value", "GET / HTTP/1.1\r\nHost: t\r\nX: a\rb\r\n\r\n", 400},
    {"folded field", "GET / HTTP/1.1\r\nHost: t\r\nX: a\r\n b\r\n\r\n", 400},
    {"folded first field", "GET / HTTP/1.1\r\n Host: t\r\n\r\n", 400},
    {"space before the colon", "GET / HTTP/1.1\r\nHost : t\r\n\r\n", 400},
    {"field without a colon", "GET / HTTP/1.1\r\nHost: t\r\nnonsense\r\n\r\n", 400},
    {"field without a name", "GET / HTTP/1.1\r\nHost: t\r\n: x\r\n\r\n", 400},
    {"field name with a space", "GET / HTTP/1.1\r\nHost: t\r\nA b: x\r\n\r\n", 400},
    {"NUL in a value", "GET / HTTP/1.1\r\nHost: t\r\nX: a" + kNul + "b\r\n\r\n", 400},
    {"NUL in a name", "GET / HTTP/1.1\r\nHost: t\r\nX" + kNul + ": a\r\n\r\n", 400},
    {"control character in a value", "GET / HTTP/1.1\r\nHost: t\r\nX: a\x01\r\n\r\n", 400},
    {"two Authorizations", get("/", "Authorization: a\r\nAuthorization: b\r\n"), 400},
    {"unknown expectation", post("Expect: tea\r\nContent-Length: 1\r\n", "x"), 417},
    {"compressed body", post("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "x"), 415},
    {"one huge field", get("/", "X: " + std::string(17000, 'a') + "\r\n"), 431},
    {"endless field", "GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(30000, 'a'), 431},
};

const Case kLengths[] = {
    {"Content-Length and chunked",
     post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
     400},
    {"chunked and Content-Length",
     post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
     400},
    {"two equal Content-Lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400},
    {"two Content-Lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "xy"), 400},
    {"Content-Length list", post("Content-Length: 1, 1\r\n", "x"), 400},
    {"negative Content-Length", post("Content-Length: -1\r\n", ""), 400},
    {"Content-Length with a plus", post("Content-Length: +1\r\n", "x"), 400},
    {"hexadecimal Content-Length", post("Content-Length: 0x1\r\n", "x"), 400},
    {"Content-Length with a space", post("Content-Length: 1 0\r\n", "x"), 400},
    {"empty Content-Length", post("Content-Length:\r\n", ""), 400},
    {"Content-Length of letters", post("Content-Length: ten\r\n", ""), 400},
    {"Content-Length beyond 64 bits", post("Content-Length: 99999999999999999999\r\n", ""), 413},
    {"Content-Length over the limit", post("Content-Length: 2000000\r\n", ""), 413},
    {"space before Content-Length's colon", post("Content-Length : 1\r\n", "x"), 400},
    {"two Transfer-Encodings",
     post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
     400},
    {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
    {"identity", post("Transfer-Encoding: identity\r\n", ""), 400},
    {"identity, chunked", post("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"), 400},
    {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
    {"gzip", post("Transfer-Encoding: gzip\r\n", ""), 501},
    {"xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
    {"chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"), 400},
    {"quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
    {"vertical tab before chunked",
     post(
         "Transfer-Encoding: \x0b"
         "chunked\r\n",
         "0\r\n\r\n"
     ),
     400},
    {"empty Transfer-Encoding", post("Transfer-Encoding:\r\n", ""), 400},
    {"space before Transfer-Encoding's colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
    {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
};

const Case kChunks[] = {
    {"no size", chunked("\r\n\r\n"), 400},
    {"size of letters", chunked("xyz\r\nabc\r\n0\r\n\r\n"), 400},
    {"size with 0x", chunked("0x1\r\na\r\n0\r\n\r\n"), 400},
    {"negative size", chunked("-1\r\na\r\n0\r\n\r\n"), 400},
    {"space before the size", chunked(" 1\r\na\r\n0\r\n\r\n"), 400},
    {"space after the size", chunked("1 \r\na\r\n0\r\n\r\n"), 400},
    {"bare line feed after the size", chunked("1\na\r\n0\r\n\r\n"), 400},
    {"bare line feed after the data", chunked("1\r\na\n0\r\n\r\n"), 400},
    {"bare line feed in an extension", chunked("1;a\nb\r\na\r\n0\r\n\r\n"), 400},
    {"bare carriage return in an extension", chunked("1;a\rb\r\na\r\n0\r\n\r\n"), 400},
    {"data longer than the size", chunked("1\r\nab\r\n0\r\n\r\n"), 400},
    {"size of nine digits", chunked("000000001\r\na\r\n0\r\n\r\n"), 400},
    {"size that overflows", chunked("FFFFFFFFFFFFFFFF\r\na\r\n0\r\n\r\n"), 400},
    {"chunk over the limit", chunked("FFFFFFF\r\n"), 413},
    {"chunks over the limit together",
     chunked("FFFFF\r\n" + std::string(0xFFFFF, 'a') + "\r\n2\r\nab\r\n0\r\n\r\n"),
     413},
    {"endless extension", chunked("1;" + std::string(5000, 'a')), 400},
    {"endless trailer", chunked("0\r\nX: " + std::string(5000, 'a')), 431},
    {"trailer without a colon", chunked("0\r\nnonsense\r\n\r\n"), 400},
    {"trailer with a bare line feed", chunked("0\r\nX: y\n\r\n"), 400},
};

void check(std::span<const Case> cases) {
  TestServer server(counting_handler());
  for (const auto& c : cases) {
    CAPTURE(c.name);
    hidden_served = 0;
    Client client(server.port());
    client.send(c.bytes).send(kHidden);
    const auto answer = client.read_answer();
    CHECK(answer.status == c.status);
    CHECK(answer.head.find("Connection: close") != std::string::npos);
    CHECK(answer.head.find("X-Request-Id: req_") != std::string::npos);
    CHECK(answer.body.starts_with("{\"error\":{\"type\":\""));
    client.finish_sending();
    CHECK(client.read_to_end() == "");
    CHECK(hidden_served == 0);
  }
}

}  // namespace

TEST_CASE("malformed request lines are refused") {
  check(kRequestLine);
}
TEST_CASE("malformed header fields are refused") {
  check(kFields);
}
TEST_CASE("ambiguous and oversized lengths are refused") {
  check(kLengths);
}
TEST_CASE("malformed chunks are refused") {
  check(kChunks);
}

TEST_CASE("more header fields than allowed are refused") {
  TestServer server(counting_handler());
  for (const int count : {99, 100}) {
    CAPTURE(count);
    std::string fields;
    for (int i = 0; i < count; ++i) fields += "X: y\r\n";  // and Host
    CHECK(Client(server.port()).ask(get("/", fields)).status == (count == 99 ? 200 : 431));
  }
}

TEST_CASE("what looks odd but is right is served") {
  TestServer server(counting_handler());
  const Case cases[] = {
      {"one empty line first", "\r\n" + get("/"), 200},
      {"blanks around a value", "GET / HTTP/1.1\r\nHost:\t t \t\r\n\r\n", 200},
      {"absolute form", "GET http://t/a?b=c HTTP/1.1\r\nHost: t\r\n\r\n", 200},
      {"OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n", 200},
      {"IPv6 host and port", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200},
      {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 200},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: t\r\n\r\n", 200},
      {"chunk extension", chunked("1;a=\"b\"\r\nx\r\n0\r\n\r\n"), 200},
      {"trailer", chunked("1\r\nx\r\n0\r\nX-Sum: y\r\n\r\n"), 200},
      {"chunked in capitals", post("Transfer-Encoding: CHUNKED\r\n", "1\r\nx\r\n0\r\n\r\n"), 200},
      {"dots that are no segment", get("/a..b/...c/.d"), 200},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(Client(server.port()).ask(c.bytes).status == c.status);
  }
}
