// Finding out where people sign in, from services that tell the truth and from such that do not.
#include "server/tools/sign_in/discovery.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/net/client/test_calls.hpp"
#include "server/tools/live/test_service.hpp"
#include "server/tools/sign_in/sign_ins.hpp"

using namespace parley;
using namespace parley::tools;
using testing::json_answer;

namespace {

// Answers by path; in what it says "@" stands for its own address. What is not listed is not found.
class Site {
 public:
  explicit Site(std::map<std::string, std::string> pages)
      : pages_(std::move(pages)), peer_([this](int socket, const std::string& request, int) {
          const std::size_t space = request.find(' ');
          const std::string path = request.substr(space + 1, request.find(' ', space + 1) - space - 1);
          const std::lock_guard lock(mutex_);
          asked_.push_back(request);
          const auto page = pages_.find(path);
          std::string answer = page == pages_.end() ? json_answer("{}", "404 Not Found") : page->second;
          if (answer.starts_with('{') || answer.starts_with('[')) answer = json_answer(here(answer));
          net::test::Peer::write(socket, here(answer));
          return true;
        }) {}

  [[nodiscard]] std::string url() const { return peer_.url(""); }
  [[nodiscard]] std::size_t asked() {
    const std::lock_guard lock(mutex_);
    return asked_.size();
  }
  // The last request that was for this path; empty when none was.
  [[nodiscard]] std::string request(const std::string& path) {
    const std::lock_guard lock(mutex_);
    for (auto each = asked_.rbegin(); each != asked_.rend(); ++each) {
      if (each->contains(" " + path + " ")) return *each;
    }
    return {};
  }

 private:
  [[nodiscard]] std::string here(std::string text) const {
    const std::string own = peer_.url("");
    for (std::size_t at = 0; (at = text.find('@', at)) != std::string::npos; at += own.size())
      text.replace(at, 1, own);
    return text;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> pages_;
  std::vector<std::string> asked_;
  net::test::Peer peer_;
};

constexpr const char* kResource =
    R"({"resource":"@/mcp","authorization_servers":["@"],"scopes_supported":["read"]})";
constexpr const char* kServer =
    R"({"issuer":"@","authorization_endpoint":"@/authorize","token_endpoint":"@/token",)"
    R"("registration_endpoint":"@/register","code_challenge_methods_supported":["S256"]})";

constexpr const char* kResourcePath = "/.well-known/oauth-protected-resource/mcp";
constexpr const char* kServerPath = "/.well-known/oauth-authorization-server";

std::string challenge(const std::string& parameters) {
  return "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer " + parameters +
         "\r\nContent-Length: 0\r\n\r\n";
}

std::shared_ptr<net::HttpClient> anywhere() {
  return net::make_http_client({.egress = {.any_internal = true}});
}

Result<SignInPlace> found(Site& site) {
  net::test::Loop loop;
  const auto client = anywhere();
  return loop.run(find_sign_in_place(
      *client,
      site.url() + "/mcp",
      true,
      {.plain_hosts = {net::host_and_port(site.url())}, .timeout_ms = 5'000}
  ));
}

}  // namespace

TEST_CASE("where metadata may be follows from the address, its path behind what is well known") {
  using List = std::vector<std::string>;
  CHECK(
      resource_addresses("https://a.test/mcp/") ==
      List{
          "https://a.test/.well-known/oauth-protected-resource/mcp",
          "https://a.test/.well-known/oauth-protected-resource"
      }
  );
  CHECK(resource_addresses("https://a.test") == List{"https://a.test/.well-known/oauth-protected-resource"});
  CHECK(
      metadata_addresses("https://a.test/") ==
      List{
          "https://a.test/.well-known/oauth-authorization-server",
          "https://a.test/.well-known/openid-configuration"
      }
  );
  CHECK(
      metadata_addresses("https://a.test/t/1") ==
      List{
          "https://a.test/.well-known/oauth-authorization-server/t/1",
          "https://a.test/.well-known/openid-configuration/t/1",
          "https://a.test/t/1/.well-known/openid-configuration"
      }
  );
}

TEST_CASE("a service speaks for itself and for what is below its path") {
  struct Case {
    const char* said;
    const char* called;
    bool may;
  };
  const Case cases[] = {
      {"https://a.test/mcp", "https://a.test/mcp", true},
      {"https://a.test/mcp/", "https://a.test/mcp", true},
      {"https://a.test", "https://a.test/mcp", true},
      {"https://A.test:443/", "https://a.test/mcp", true},
      {"https://a.test/mcp", "https://a.test/mcp/v1", true},
      {"https://a.test/mcp", "https://a.test/mcp2", false},
      {"https://a.test/mcp/v1", "https://a.test/mcp", false},
      {"http://a.test/mcp", "https://a.test/mcp", false},
      {"https://b.test/mcp", "https://a.test/mcp", false},
      {"https://a.test:8443/mcp", "https://a.test/mcp", false},
      {"", "https://a.test/mcp", false},
      {"a.test/mcp", "https://a.test/mcp", false},
  };
  for (const Case& c : cases) {
    INFO(c.said);
    CHECK(may_speak_for(c.said, c.called) == c.may);
  }
}

TEST_CASE("what is not to be believed leads nowhere") {
  struct Case {
    const char* name;
    const char* resource;  // the service's document; empty: none
    const char* server;    // the authorization server's; empty: none
    const char* why;       // a part of the error
  };
  const Case cases[] = {
      {"no document", "", kServer, "does not say where people sign in"},
      {"no JSON", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{", kServer, "does not say where"},
      {"about another",
       R"({"resource":"https://other.test/mcp","authorization_servers":["@"]})",
       kServer,
       "about another service"},
      {"no server named",
       R"({"resource":"@/mcp","authorization_servers":[]})",
       kServer,
       "names no authorization"},
      {"a server without TLS",
       R"({"resource":"@/mcp","authorization_servers":["http://plain.test"]})",
       kServer,
       "authorization server is not https:"},
      {"a file",
       R"({"resource":"@/mcp","authorization_servers":["file:///etc/passwd"]})",
       kServer,
       "authorization server is no address"},
      {"a server that says nothing", kResource, "", "does not say where its pages are"},
      {"under another name",
       kResource,
       R"({"issuer":"https://other.test","code_challenge_methods_supported":["S256"]})",
       "another name"},
      {"without PKCE",
       kResource,
       R"({"issuer":"@","authorization_endpoint":"@/a","token_endpoint":"@/t"})",
       "PKCE"},
      {"a page that is a program",
       kResource,
       R"x({"issuer":"@","authorization_endpoint":"javascript:alert(1)","token_endpoint":"@/t","code_challenge_methods_supported":["S256"]})x",
       "page for signing in is no address"},
      {"tokens without TLS",
       kResource,
       R"({"issuer":"@","authorization_endpoint":"@/a","token_endpoint":"http://x.test/t","code_challenge_methods_supported":["S256"]})",
       "address for tokens is not https:"},
      {"no page at all",
       kResource,
       R"({"issuer":"@","token_endpoint":"@/t","code_challenge_methods_supported":["S256"]})",
       "page for signing in is no address"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    std::map<std::string, std::string> pages;
    if (*c.resource != 0) pages[kResourcePath] = c.resource;
    if (*c.server != 0) pages[kServerPath] = c.server;
    Site site(std::move(pages));
    const auto place = found(site);
    REQUIRE_FALSE(place.has_value());
    CHECK(place.error().pointer == "no_sign_in");
    CHECK(place.error().message.contains(c.why));
  }
}

TEST_CASE("the challenge says where to look and what to ask for; without one, what is well known does") {
  Site told(
      {{"/mcp", challenge(R"(resource_metadata="@/about", scope="write")")},
       {"/about", kResource},
       {kServerPath, kServer}}
  );
  auto place = found(told);
  REQUIRE(place.has_value());
  CHECK(place->scopes == std::vector<std::string>{"write"});
  CHECK(place->token_url == told.url() + "/token");
  CHECK(told.request("/mcp").starts_with("POST "));
  CHECK(told.request("/mcp").contains(R"("method":"ping")"));
  Site untold({{kResourcePath, kResource}, {kServerPath, kServer}});
  place = found(untold);
  REQUIRE(place.has_value());
  CHECK(place->resource == untold.url() + "/mcp");
  CHECK(place->scopes == std::vector<std::string>{"read"});
}

TEST_CASE("addresses from strangers reach no port and no network that the settings do not open") {
  // A port that nobody opened: as if the service lived elsewhere and pointed at this machine.
  Site inside({{"/.well-known/oauth-authorization-server", kServer}});
  Site outside({{kResourcePath, R"({"resource":"@/mcp","authorization_servers":[")" + inside.url() + R"("]})"}
  });
  net::test::Loop loop;
  const std::string own = net::host_and_port(outside.url());
  const auto client = net::make_http_client({.egress = {.internal_hosts = {own}}});
  const auto place =
      loop.run(find_sign_in_place(*client, outside.url() + "/mcp", true, {.plain_hosts = {"*"}}));
  REQUIRE_FALSE(place.has_value());
  CHECK(place.error().pointer == "no_sign_in");
  CHECK(inside.asked() == 0);
}

namespace {

// The web, as far as these pages are it; keeps where was asked.
class Web final : public net::HttpClient {
 public:
  explicit Web(std::map<std::string, std::string> pages) : pages_(std::move(pages)) {}
  net::Awaitable<Result<net::IncomingAnswer>> send(net::OutgoingRequest request) override {
    asked.push_back(net::host_and_port(request.url));
    const auto page = pages_.find(request.url);
    if (page == pages_.end()) co_return net::IncomingAnswer{.status = 404};
    co_return net::IncomingAnswer{.status = 200, .body = page->second};
  }
  net::Awaitable<Result<net::IncomingAnswer>> stream(net::OutgoingRequest request, net::TakePiece) override {
    return send(std::move(request));
  }

  std::vector<std::string> asked;

 private:
  std::map<std::string, std::string> pages_;
};

}  // namespace

TEST_CASE("a service outside names nobody inside, whom the settings have opened for another") {
  const std::string about = "https://mcp.test/.well-known/oauth-protected-resource/mcp";
  const std::string server = "https://id.test/.well-known/oauth-authorization-server";
  const auto resource = [](const std::string& id) {
    return R"({"resource":"https://mcp.test/mcp","authorization_servers":["https://)" + id + R"("]})";
  };
  const auto metadata = [](const std::string& tokens) {
    return R"({"issuer":"https://id.test","authorization_endpoint":"https://id.test/a","token_endpoint":"https://)" +
           tokens + R"(/token","code_challenge_methods_supported":["S256"]})";
  };
  struct Case {
    const char* name;
    std::map<std::string, std::string> pages;
    std::vector<std::string> internal;
    bool good;
  };
  const Case cases[] = {
      {"all outside", {{about, resource("id.test")}, {server, metadata("id.test")}}, {"crm.test"}, true},
      {"the server is inside", {{about, resource("crm.test")}}, {"crm.test"}, false},
      {"its tokens are inside",
       {{about, resource("id.test")}, {server, metadata("crm.test")}},
       {"crm.test"},
       false},
      {"all inside",
       {{about, resource("id.test")}, {server, metadata("crm.test")}},
       {"mcp.test", "id.test", "crm.test"},
       true},
      {"anything goes", {{about, resource("id.test")}, {server, metadata("crm.test")}}, {"*"}, true},
  };
  for (const Case& test : cases) {
    CAPTURE(test.name);
    net::test::Loop loop;
    Web web(test.pages);
    const auto place =
        loop.run(find_sign_in_place(web, "https://mcp.test/mcp", true, {.plain_hosts = test.internal}));
    CHECK(place.has_value() == test.good);
    if (!place) CHECK(place.error().message.contains("inside the own network"));
    CHECK(std::ranges::count(web.asked, "crm.test:443") == 0);
  }
}

TEST_CASE("a client is registered as one that shows itself by PKCE") {
  Site site(
      {{kResourcePath, kResource},
       {kServerPath, kServer},
       {"/register", json_answer(R"({"client_id":"c-1"})", "201 Created")}}
  );
  const auto place = found(site);
  REQUIRE(place.has_value());
  net::test::Loop loop;
  const auto client = loop.run(
      register_client(*anywhere(), *place, "https://chat.test/v1/sign-in/callback", {.plain_hosts = {"*"}})
  );
  REQUIRE(client.has_value());
  CHECK(client->id == "c-1");
  CHECK(site.request("/register").contains(R"("token_endpoint_auth_method":"none")"));
  CHECK(site.request("/register").contains(R"("redirect_uris":["https://chat.test/v1/sign-in/callback"])"));
}

namespace {

// A server of ours that signs people in for `site`.
struct Bench {
  explicit Bench(Site& site, std::string client_id = {}) : url(site.url()) {
    sign_ins->set_public_url("https://chat.test");
    sign_ins->offer(
        UnknownServer{
            .connector = "docs",
            .scheme = "people",
            .resource = site.url() + "/mcp",
            .is_mcp = true,
            .client_id = std::move(client_id),
            .plain_hosts = {"*"},
        },
        anywhere()
    );
  }
  // Where the link leads who says yes, the token, or the code of the failure.
  std::string token() {
    const auto got = loop.run(sign_ins->token("docs", "people", {"c_1"}, "", 5000));
    if (got) return *got;
    if (got.error().pointer != "sign_in_required") return got.error().pointer;
    const std::string& link = got.error().message;
    const auto there = loop.run(sign_ins->follow(link.substr(link.find("link=") + 5), "browser"));
    return there ? *there : there.error().pointer;
  }
  // As the conversation that shows the code.
  std::string finish(const std::string& link, std::string issuer) {
    const std::size_t at = link.find("state=") + 6;
    const auto back = loop.run(
        sign_ins->finish(link.substr(at, link.find('&', at) - at), "code-1", "", std::move(issuer), "browser")
    );
    if (!back) return back.error().pointer;
    const auto confirmed = loop.run(sign_ins->confirm("c_1", back->code));
    return confirmed && *confirmed == "docs" ? "back" : "not confirmed";
  }
  SignInWorld world() {
    return {
        .get = [this](std::string name) -> net::Awaitable<Result<std::optional<std::string>>> {
          const auto found = kept.find(name);
          co_return found == kept.end() ? std::nullopt : std::optional(found->second);
        },
        .put = [this](std::string name, std::string text) -> net::Awaitable<Result<void>> {
          kept.insert_or_assign(std::move(name), std::move(text));
          co_return Result<void>();
        },
        .replace =
            [this](std::string name, std::string before, std::string text) -> net::Awaitable<Result<void>> {
          if (kept[name] != before) co_return fail(ErrorCode::conflict, "changed");
          kept[name] = std::move(text);
          co_return Result<void>();
        },
        .now = [this] { return now; },
        .secret = "the server's secret",
    };
  }

  std::string url;
  std::map<std::string, std::string> kept;
  Timestamp now{1'800'000'000, 0};
  net::test::Loop loop;
  std::shared_ptr<SignIns> sign_ins = std::make_shared<SignIns>(world());
};

std::map<std::string, std::string> honest() {
  return {
      {kResourcePath, kResource},
      {kServerPath, kServer},
      {"/register", json_answer(R"({"client_id":"c-1"})", "201 Created")},
      {"/token", R"({"access_token":"a-1","expires_in":3600})"}
  };
}

}  // namespace

TEST_CASE("a person signs in where the service said, and the token is for that service") {
  Site site(honest());
  Bench bench(site);
  const std::string link = bench.token();
  CHECK(link.starts_with(site.url() + "/authorize?response_type=code&client_id=c-1&"));
  CHECK(link.contains("&resource=http%3A%2F%2F127.0.0.1%3A"));
  CHECK(bench.finish(link, "https://other.test") == "sign_in_invalid");
  CHECK(bench.finish(bench.token(), site.url()) == "back");
  CHECK(site.request("/token").contains("&resource=http%3A%2F%2F127.0.0.1%3A"));
  CHECK(bench.token() == "a-1");
  // What was found out and registered outlasts the process.
  const std::size_t asked = site.asked();
  Bench later(site);
  later.kept = bench.kept;
  CHECK(later.token() == "a-1");
  CHECK(site.asked() == asked);
  for (const auto& [name, text] : bench.kept) CHECK_FALSE(text.contains("c-1"));
}

TEST_CASE("a named client is not registered, and servers that know clients by a document get its address") {
  Site site(honest());
  Bench named(site, "mine");
  CHECK(named.token().contains("client_id=mine&"));
  CHECK(site.request("/register").empty());
  auto pages = honest();
  pages[kServerPath] = std::string(kServer).replace(1, 0, R"("client_id_metadata_document_supported":true,)");
  Site modern(pages);
  Bench bench(modern);
  CHECK(bench.token().contains("client_id=https%3A%2F%2Fchat.test%2Fv1%2Fsign-in%2Fclient&"));
  CHECK(modern.request("/register").empty());
  const auto document = bench.sign_ins->client_document();
  REQUIRE(document.has_value());
  CHECK(document->text("client_id") == "https://chat.test/v1/sign-in/client");
}

TEST_CASE("a client that its server has forgotten is registered anew, and the service asked again in time") {
  auto pages = honest();
  pages["/token"] = json_answer(R"({"error":"invalid_client"})", "401 No");
  Site site(pages);
  Bench bench(site);
  const std::string link = bench.token();
  const std::size_t before = site.asked();
  CHECK(bench.finish(link, site.url()) == "sign_in_refused");
  CHECK(bench.token().starts_with("http"));
  CHECK(site.asked() >= before + 4);  // the token, the service, its server, the registration
  const std::size_t known = site.asked();
  CHECK(bench.token().starts_with("http"));
  CHECK(site.asked() == known);
  bench.now.seconds += SignInClients::kKeptSeconds + 1;
  CHECK(bench.token().contains("client_id=c-1&"));
  CHECK(site.asked() > known);
}
