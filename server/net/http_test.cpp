#include "server/net/http.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/net/request_reader.hpp"
#include "server/net/response_writer.hpp"

using namespace parley::net;

TEST_CASE("targets decode to a path and a query") {
  struct Case {
    const char* name;
    std::string_view target;
    bool ok;
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
  };
  const Case cases[] = {
      {"plain", "/v1/chat", true, "/v1/chat", {}},
      {"escapes", "/a%20b/%C3%A4", true, "/a b/\xC3\xA4", {}},
      {"plus stays in a path", "/a+b", true, "/a+b", {}},
      {"query", "/?a=1&b=two", true, "/", {{"a", "1"}, {"b", "two"}}},
      {"query with plus and escapes", "/?q=a+b%26c%3Dd", true, "/", {{"q", "a b&c=d"}}},
      {"name without value, empty pairs", "/?a&&b=&", true, "/", {{"a", ""}, {"b", ""}}},
      {"repeated name", "/?a=1&a=2", true, "/", {{"a", "1"}, {"a", "2"}}},
      {"line break in a query", "/?q=a%0Ab", true, "/", {{"q", "a\nb"}}},
      {"dots in a query", "/?q=../..", true, "/", {{"q", "../.."}}},
      {"double slash is kept", "//a", true, "//a", {}},
      {"NUL in a query", "/?q=%00", false, "", {}},
      {"cut escape in a query", "/?q=%4", false, "", {}},
      {"query that is not UTF-8", "/?q=%ff", false, "", {}},
      {"dot segment", "/a/./b", false, "", {}},
      {"parent segment at the end", "/a/..", false, "", {}},
      {"half-encoded parent segment", "/a/.%2e", false, "", {}},
      {"overlong slash", "/a%c0%af", false, "", {}},
      {"DEL", "/a%7f", false, "", {}},
      {"relative", "a", false, "", {}},
      {"empty", "", false, "", {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    std::string path;
    Query query;
    REQUIRE(parse_target(c.target, path, query) == c.ok);
    if (!c.ok) continue;
    CHECK(path == c.path);
    CHECK(query.pairs() == c.query);
  }
}

TEST_CASE("lookups") {
  Query query;
  query.add("a", "1");
  query.add("a", "2");
  CHECK(query.find("a") == "1");
  CHECK_FALSE(query.find("A").has_value());
  Request request;
  request.headers = {{"Content-Type", "text/plain"}};
  CHECK(request.header("content-TYPE") == "text/plain");
  CHECK_FALSE(request.header("content").has_value());
}

TEST_CASE("peer addresses are printed without their port") {
  PeerAddress v4;
  v4.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1};
  CHECK(v4.is_v4());
  CHECK(v4.to_string() == "127.0.0.1");
  PeerAddress v6;
  v6.bytes[15] = 1;
  CHECK_FALSE(v6.is_v4());
  CHECK(v6.to_string() == "::1");
}

namespace {

// Feeds `bytes` in pieces and describes each request: "METHOD path body".
std::vector<std::string> read_requests(std::string_view bytes, std::size_t step) {
  RequestReader reader;
  const Limits limits;
  std::vector<std::string> seen;
  while (!bytes.empty()) {
    const auto space = reader.space();
    const std::size_t take = std::min<std::size_t>({step, bytes.size(), space.size()});
    bytes.copy(space.data(), take);
    bytes.remove_prefix(take);
    reader.commit(take);
    while (!reader.empty()) {
      const auto outcome = reader.advance(limits);
      if (outcome == RequestReader::Outcome::refused) {
        seen.push_back("refused " + std::to_string(reader.refusal().status));
        return seen;
      }
      if (outcome == RequestReader::Outcome::need_more) break;
      if (seen.size() % 2 == 1) reader.compact();
      const Request& request = reader.request();
      seen.push_back(std::string(request.method) + " " + request.path + " " + std::string(request.body));
      reader.next();
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("requests are the same however the bytes arrive") {
  const std::string large(100'000, 'x');
  const std::string middle(5'000, 'y');
  const std::string bytes =
      "GET /1 HTTP/1.1\r\nHost: t\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello"
      "POST /3 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nA: "
      "b\r\n\r\n"
      "POST /4 HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n" +
      large + "POST /5 HTTP/1.1\r\nHost: t\r\nContent-Length: 5000\r\n\r\n" + middle +
      "POST /6 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large +
      "\r\n0\r\n\r\n"
      "\r\nGET /7 HTTP/1.1\r\nHost: t\r\n\r\n"
      "GET /8 HTTP/1.1\r\nHost: t\r\n bad\r\n\r\n";
  const std::vector<std::string> expected = {
      "GET /1 ",
      "POST /2 hello",
      "POST /3 hello",
      "POST /4 " + large,
      "POST /5 " + middle,
      "POST /6 " + large,
      "GET /7 ",
      "refused 400"
  };
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{7}, std::size_t{100}, std::size_t{4096}, std::size_t{1'000'000}}) {
    CAPTURE(step);
    CHECK(read_requests(bytes, step) == expected);
  }
}

TEST_CASE("a response head is written whole or not at all") {
  const ResponseFrame frame{.close = true, .date = "D", .request_id = "req_1"};
  std::string out;
  CHECK(append_head(out, {.content_type = "text/plain", .headers = {{"A", "b"}}, .body = "abc"}, frame));
  CHECK(
      out ==
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nDate: D\r\nX-Request-Id: req_1\r\n"
      "Connection: close\r\nA: b\r\n\r\n"
  );
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"Location", "/a\r\nSet-Cookie: x=y"}, {"A\r\nB", "c"}, {"", "c"}, {"A", std::string(1, '\0')}
       }) {
    CAPTURE(name);
    out.clear();
    CHECK_FALSE(append_head(out, {.headers = {{name, value}}}, frame));
    CHECK(out.empty());
  }
  out.clear();
  CHECK(append_head(out, {.status = 204}, frame));
  CHECK(out.find("Content-Length") == std::string::npos);
}

TEST_CASE("dates are written as HTTP wants them") {
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}
