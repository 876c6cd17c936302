// The way out through a proxy: what it is told, what it is not, and who is never asked of it.
#include <doctest/doctest.h>

#include <mutex>
#include <string>
#include <vector>

#include "server/net/client/curl_client.hpp"
#include "server/net/client/test_calls.hpp"
#include "server/net/client/test_peer.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::net::test;

namespace {

// A proxy that keeps what it is asked, and answers as told.
class Proxy {
 public:
  explicit Proxy(std::string answer)
      : peer_([this, answer = std::move(answer)](int socket, const std::string& request, int) {
          const std::lock_guard lock(mutex_);
          asked_.push_back(request);
          Peer::write(socket, answer);
          return true;
        }) {}

  [[nodiscard]] std::string url() const { return peer_.url(""); }
  [[nodiscard]] std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> asked_;
  Peer peer_;
};

struct Bench {
  explicit Bench(std::string answer = Peer::ok("through")) : proxy(std::move(answer)) {}

  // The body, or the reason of the failure.
  std::string get(std::string url, Headers headers = {}) {
    ClientOptions options{.resolver = resolver};
    options.proxy = {
        .url = proxy.url(), .credentials = credentials, .hosts = {"listed.test", "listed.test:8081"}
    };
    const auto client = make_http_client(std::move(options));
    const auto answer = loop.run(client->send(
        {.url = std::move(url),
         .headers = std::move(headers),
         .timeout_ms = 5'000,
         .allowed_hosts = {"listed.test:8081", "listed.test", "open.test", "inside.test", "unknown.test"}}
    ));
    if (!answer) last = answer.error();
    return answer ? answer->body : answer.error().pointer;
  }

  std::shared_ptr<ScriptedResolver> resolver =
      std::make_shared<ScriptedResolver>(std::map<std::string, std::vector<std::vector<std::string>>>{
          {"open.test", {{"93.184.216.34"}}},
          {"inside.test", {{"10.1.2.3"}}},
          {"meta.test", {{"169.254.169.254"}}},
      });
  Proxy proxy;
  std::string credentials;
  Loop loop;
  Error last;
};

}  // namespace

TEST_CASE("http: goes to the proxy by its whole address, with what the proxy wants to know") {
  Bench bench;
  bench.credentials = "me:s3:cret";
  CHECK(bench.get("http://open.test/a?b", {{"Authorization", "Bearer t"}}) == "through");
  REQUIRE(bench.proxy.asked().size() == 1);
  const std::string asked = bench.proxy.asked()[0];
  CHECK(asked.starts_with("GET http://open.test/a?b HTTP/1.1\r\n"));
  CHECK(asked.contains("\r\nProxy-Authorization: Basic bWU6czM6Y3JldA==\r\n"));
  CHECK(asked.contains("\r\nAuthorization: Bearer t\r\n"));
}

TEST_CASE("https: goes through a tunnel, and nothing of the call is said to the proxy but the host") {
  Bench bench("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
  CHECK(
      bench.get("https://open.test/secret/path?key=1", {{"Authorization", "Bearer t"}, {"X-Own", "x"}}) ==
      "unreachable"
  );
  REQUIRE(bench.proxy.asked().size() == 1);
  const std::string asked = bench.proxy.asked()[0];
  CHECK(asked.starts_with("CONNECT open.test:443 HTTP/1.1\r\n"));
  for (const char* secret : {"Bearer", "X-Own", "secret/path", "key=1"}) CHECK_FALSE(asked.contains(secret));
}

TEST_CASE("what is refused without a proxy is refused with one, and the proxy hears nothing of it") {
  struct Case {
    const char* name;
    const char* url;
    const char* outcome;
  };
  const Case cases[] = {
      {"metadata by its address", "http://169.254.169.254/latest/", "blocked"},
      {"this machine by its address", "http://127.0.0.1/", "blocked"},
      {"inside by its address", "http://10.0.0.1/", "blocked"},
      {"a name that leads inside", "http://inside.test/", "blocked"},
      {"a host that the call may not go to", "http://meta.test/", "blocked"},
      {"a name that nobody here knows", "http://unknown.test/", "unresolved"},
      {"a port that is not the web's", "http://open.test:8081/", "blocked"},
      {"no address at all", "http://open.test@listed.test/", "bad_url"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    Bench bench;
    CHECK(bench.get(c.url) == c.outcome);
    CHECK(bench.proxy.asked().empty());
  }
}

TEST_CASE("a name that the proxy may look up is not looked up here") {
  Bench bench;
  CHECK(bench.get("http://listed.test/") == "through");
  CHECK(bench.get("http://listed.test:8081/x") == "through");
  CHECK(bench.resolver->asked == 0);
  CHECK(bench.get("http://unknown.test/") == "unresolved");
  CHECK(bench.last.hint.contains("egress.proxy_hosts"));
}

TEST_CASE("a proxy that wants other credentials has not called the service") {
  Bench bench(
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
      "realm=\"p\"\r\nContent-Length: 0\r\n\r\n"
  );
  CHECK(bench.get("http://open.test/") == "unreachable");
  CHECK_FALSE(may_have_arrived(bench.last));
  CHECK(bench.get("https://open.test/") == "unreachable");
  CHECK_FALSE(may_have_arrived(bench.last));
}

TEST_CASE("who is inside and allowed is called directly") {
  Peer inside([](int socket, const std::string&, int) {
    Peer::write(socket, Peer::ok("direct"));
    return true;
  });
  Proxy proxy(Peer::ok("through"));
  Loop loop;
  ClientOptions options{.egress = {.internal_hosts = {inside.host()}}};
  options.proxy.url = proxy.url();
  const auto client = make_http_client(std::move(options));
  const auto answer = loop.run(client->send({.url = inside.url("/")}));
  REQUIRE(answer.has_value());
  CHECK(answer->body == "direct");
  CHECK(proxy.asked().empty());
}
