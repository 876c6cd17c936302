#include "server/net/client/egress.hpp"

#include <curl/curl.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "server/net/client/test_calls.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::net::test;

namespace {

// "{P}" is a port where the test listens: whatever gets through is noticed there. The last column says how
// the call must end; "blocked" and "bad_url" both mean that nothing was connected.
struct Attempt {
  const char* url;
  const char* ends;
};

constexpr Attempt kWays[] = {
    // loopback, as written
    {"http://127.0.0.1:{P}/", "blocked"},
    {"http://127.0.0.1/", "blocked"},
    {"https://127.0.0.1:{P}/", "blocked"},
    {"https://127.0.0.1/", "blocked"},
    {"http://127.0.0.2/", "blocked"},
    {"http://127.1.2.3/", "blocked"},
    {"http://127.255.255.254/", "blocked"},
    {"http://127.0.0.1:80/", "blocked"},
    {"http://127.0.0.1:443/", "blocked"},
    {"http://127.0.0.1:22/", "blocked"},
    {"http://127.0.0.1:6379/", "blocked"},
    {"HTTP://127.0.0.1/", "blocked"},
    {"hTtPs://127.0.0.1/", "blocked"},
    {"http://127.0.0.1./", "blocked"},
    {"http://127.0.0.1?x", "blocked"},
    {"http://127.0.0.1#x", "blocked"},
    {"http://127.0.0.1/#@example.com", "blocked"},
    {"http://127.0.0.1?@example.com/", "blocked"},
    {"http://[::1]:{P}/", "blocked"},
    {"http://[::1]/", "blocked"},
    {"http://[0:0:0:0:0:0:0:1]/", "blocked"},
    {"http://[0000:0000:0000:0000:0000:0000:0000:0001]/", "blocked"},
    {"http://[::0:1]/", "blocked"},
    // loopback by name
    {"http://localhost:{P}/", "blocked"},
    {"http://localhost/", "blocked"},
    {"http://LOCALHOST/", "blocked"},
    {"http://localhost./", "blocked"},
    {"http://app.localhost/", "blocked"},
    {"http://localhost.localdomain/", "blocked"},
    {"http://rebound.example/", "blocked"},
    {"http://rebound.example:{P}/", "blocked"},
    {"http://rebound.example./", "blocked"},
    {"http://REBOUND.example/", "blocked"},
    {"http://loop6.example/", "blocked"},
    // numbers that mean 127.0.0.1 to some parsers
    {"http://2130706433/", "bad_url"},
    {"http://2130706433:{P}/", "bad_url"},
    {"http://017700000001/", "bad_url"},
    {"http://0x7f000001/", "bad_url"},
    {"http://0x7F000001/", "bad_url"},
    {"http://0X7F000001/", "bad_url"},
    {"http://0x7f.0x0.0x0.0x1/", "bad_url"},
    {"http://0177.0.0.1/", "bad_url"},
    {"http://0177.0.0.01/", "bad_url"},
    {"http://00000177.0.0.1/", "bad_url"},
    {"http://0177.0000.0000.0001/", "bad_url"},
    {"http://0x7f.1/", "bad_url"},
    {"http://127.1/", "bad_url"},
    {"http://127.1:{P}/", "bad_url"},
    {"http://127.0.1/", "bad_url"},
    {"http://127.0.0.1.1/", "bad_url"},
    {"http://127.000.000.001/", "bad_url"},
    {"http://127.0.0.256/", "bad_url"},
    {"http://256.256.256.256/", "bad_url"},
    {"http://383.0.0.1/", "bad_url"},
    {"http://4294967296/", "bad_url"},
    {"http://4294967297/", "bad_url"},
    {"http://6425673729/", "bad_url"},
    {"http://0/", "bad_url"},
    {"http://0:{P}/", "bad_url"},
    {"http://1/", "bad_url"},
    {"http://a.1/", "bad_url"},
    {"http://a.0x1/", "bad_url"},
    {"http://127.0.0.0x1/", "bad_url"},
    {"http://1.2.3.4.5/", "bad_url"},
    // other characters that become digits, dots or names
    {"http://\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1/", "bad_url"},
    {"http://127\xE3\x80\x82"
     "0\xE3\x80\x82"
     "0\xE3\x80\x82"
     "1/",
     "bad_url"},
    {"http://"
     "\xE2\x93\x9B\xE2\x93\x9E\xE2\x93\x92\xE2\x93\x90\xE2\x93\x9B\xE2\x93\x97\xE2\x93\x9E\xE2\x93\xA2\xE2"
     "\x93\xA3/",
     "bad_url"},
    {"http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1/", "bad_url"},
    {"http://loc\xC2\xAD"
     "alhost/",
     "bad_url"},
    {"http://b\xC3\xBC"
     "cher.example/",
     "bad_url"},
    {"http://%6c%6f%63%61%6c%68%6f%73%74/", "bad_url"},
    {"http://127%2e0%2e0%2e1/", "bad_url"},
    {"http://%31%32%37.0.0.1/", "bad_url"},
    {"http://local%00host/", "bad_url"},
    {"http://[::1%25eth0]/", "bad_url"},
    {"http://[::1%eth0]/", "bad_url"},
    {"http://[fe80::1%25lo]/", "bad_url"},
    // where does the host end?
    {"http://example.com@127.0.0.1/", "bad_url"},
    {"http://user:secret@127.0.0.1:{P}/", "bad_url"},
    {"http://127.0.0.1@example.com/", "bad_url"},
    {"http://example.com:80@127.0.0.1:{P}/", "bad_url"},
    {"http://@127.0.0.1/", "bad_url"},
    {"http://:@127.0.0.1/", "bad_url"},
    {"http://a@b@127.0.0.1/", "bad_url"},
    {"http://example.com\\@127.0.0.1/", "bad_url"},
    {"http://127.0.0.1\\@example.com/", "bad_url"},
    {"http://127.0.0.1:{P}\\@example.com/", "bad_url"},
    {"http:\\\\127.0.0.1\\", "bad_url"},
    {"http:/\\127.0.0.1/", "bad_url"},
    {"http:///127.0.0.1/", "bad_url"},
    {"http:////127.0.0.1/", "bad_url"},
    {"http:/127.0.0.1/", "bad_url"},
    {"http:127.0.0.1/", "bad_url"},
    {"//127.0.0.1/", "bad_url"},
    {"127.0.0.1:{P}/", "bad_url"},
    {"localhost:{P}", "bad_url"},
    {"/latest/meta-data/", "bad_url"},
    {"", "bad_url"},
    {"http://", "bad_url"},
    {"http://.", "bad_url"},
    {"http://..", "bad_url"},
    {"http://a..b/", "bad_url"},
    {"http://.localhost/", "bad_url"},
    {"http://localhost../", "bad_url"},
    {"http://example.com /", "bad_url"},
    {"http://exa\tmple.com/", "bad_url"},
    {"http://127.0.0.1\r\nHost: example.com/", "bad_url"},
    {"http://127.0.0.1/\nX: y", "bad_url"},
    {" http://127.0.0.1/", "bad_url"},
    {"\thttp://127.0.0.1/", "bad_url"},
    {"http://[::1", "bad_url"},
    {"http://::1/", "bad_url"},
    {"http://[::1]x/", "bad_url"},
    {"http://[::1]@example.com/", "bad_url"},
    {"http://[127.0.0.1]/", "bad_url"},
    {"http://[localhost]/", "bad_url"},
    {"http://[]/", "bad_url"},
    {"http://[::1]:/", "bad_url"},
    {"http://127.0.0.1:/", "bad_url"},
    {"http://127.0.0.1:0/", "bad_url"},
    {"http://127.0.0.1:65536/", "bad_url"},
    {"http://127.0.0.1:080080/", "bad_url"},
    {"http://127.0.0.1:+80/", "bad_url"},
    {"http://127.0.0.1:-80/", "bad_url"},
    {"http://127.0.0.1:{P}:80/", "bad_url"},
    {"http://127.0.0.1:8 0/", "bad_url"},
    {"http://127.0.0.1:0x50/", "bad_url"},
    {"http://127.0.0.1,example.com/", "bad_url"},
    {"http://127.0.0.1;example.com/", "bad_url"},
    {"http://127.0.0.1&example.com/", "bad_url"},
    {"http://exam$ple.com/", "bad_url"},
    {"http://<localhost>/", "bad_url"},
    {"http://*/", "bad_url"},
    // other schemes
    {"file:///etc/passwd", "blocked"},
    {"gopher://127.0.0.1:{P}/_x", "blocked"},
    {"dict://127.0.0.1:{P}/d:x", "blocked"},
    {"ftp://127.0.0.1:{P}/", "blocked"},
    {"tftp://127.0.0.1:{P}/x", "blocked"},
    {"ldap://127.0.0.1:{P}/", "blocked"},
    {"sftp://127.0.0.1:{P}/", "blocked"},
    {"telnet://127.0.0.1:{P}/", "blocked"},
    {"smtp://127.0.0.1:{P}/", "blocked"},
    {"imap://127.0.0.1:{P}/", "blocked"},
    {"rtsp://127.0.0.1:{P}/", "blocked"},
    {"ws://127.0.0.1:{P}/", "blocked"},
    {"mqtt://127.0.0.1:{P}/", "blocked"},
    {"smb://127.0.0.1:{P}/", "blocked"},
    {"jar:http://127.0.0.1:{P}!/", "blocked"},
    {"netdoc:///etc/passwd", "blocked"},
    {"unix:///var/run/docker.sock", "blocked"},
    {"http+unix://%2Fvar%2Frun%2Fdocker.sock/", "blocked"},
    {"javascript:alert(1)", "bad_url"},
    {"data:text/plain,x", "bad_url"},
    // metadata services and link-local
    {"http://169.254.169.254/latest/meta-data/", "blocked"},
    {"http://169.254.170.2/", "blocked"},
    {"http://169.254.0.1/", "blocked"},
    {"http://metadata.example/", "blocked"},
    {"http://100.100.100.200/", "blocked"},
    {"http://168.63.129.16/", "blocked"},
    {"http://192.0.0.192/", "blocked"},
    {"http://[fd00:ec2::254]/", "blocked"},
    {"http://[fd20:ce::254]/", "blocked"},
    {"http://[fe80::1]/", "blocked"},
    {"http://[febf::1]/", "blocked"},
    {"http://2852039166/", "bad_url"},
    {"http://0xA9FEA9FE/", "bad_url"},
    {"http://0251.0376.0251.0376/", "bad_url"},
    {"http://169.254.43518/", "bad_url"},
    // inside the network
    {"http://10.0.0.1/", "blocked"},
    {"http://10.255.255.255/", "blocked"},
    {"http://172.16.0.1/", "blocked"},
    {"http://172.31.255.255/", "blocked"},
    {"http://192.168.0.1/", "blocked"},
    {"http://192.168.255.255/", "blocked"},
    {"http://100.64.0.1/", "blocked"},
    {"http://100.127.255.255/", "blocked"},
    {"http://198.18.0.1/", "blocked"},
    {"http://198.19.255.255/", "blocked"},
    {"http://[fc00::1]/", "blocked"},
    {"http://[fdff:ffff::1]/", "blocked"},
    // nobody's
    {"http://0.0.0.0/", "blocked"},
    {"http://0.0.0.0:{P}/", "blocked"},
    {"http://0.1.2.3/", "blocked"},
    {"http://192.0.2.1/", "blocked"},
    {"http://198.51.100.1/", "blocked"},
    {"http://203.0.113.1/", "blocked"},
    {"http://192.88.99.1/", "blocked"},
    {"http://224.0.0.1/", "blocked"},
    {"http://239.255.255.250/", "blocked"},
    {"http://240.0.0.1/", "blocked"},
    {"http://255.255.255.255/", "blocked"},
    {"http://[::]/", "blocked"},
    {"http://[::]:{P}/", "blocked"},
    {"http://[ff02::1]/", "blocked"},
    {"http://[fec0::1]/", "blocked"},
    {"http://[100::1]/", "blocked"},
    {"http://[2001:db8::1]/", "blocked"},
    {"http://[3fff::1]/", "blocked"},
    {"http://[5f00::1]/", "blocked"},
    {"http://[4000::1]/", "blocked"},
    // IPv4 hidden in IPv6
    {"http://[::ffff:127.0.0.1]:{P}/", "blocked"},
    {"http://[::ffff:7f00:1]/", "blocked"},
    {"http://[::FFFF:127.0.0.1]/", "blocked"},
    {"http://[0:0:0:0:0:ffff:127.0.0.1]/", "blocked"},
    {"http://[::ffff:169.254.169.254]/", "blocked"},
    {"http://[::ffff:10.0.0.1]/", "blocked"},
    {"http://[::ffff:0:127.0.0.1]/", "blocked"},
    {"http://[::127.0.0.1]/", "blocked"},
    {"http://[::7f00:1]/", "blocked"},
    {"http://[64:ff9b::127.0.0.1]/", "blocked"},
    {"http://[64:ff9b::a9fe:a9fe]/", "blocked"},
    {"http://[64:ff9b:1::7f00:1]/", "blocked"},
    {"http://[2002:7f00:1::]/", "blocked"},
    {"http://[2002:a9fe:a9fe::]/", "blocked"},
    {"http://[2001:0:7f00:1::]/", "blocked"},
    {"http://[2001::1]/", "blocked"},
    // names with several addresses, or a bad one
    {"http://mixed.example/", "blocked"},
    {"http://mixed6.example/", "blocked"},
    {"http://mapped.example/", "blocked"},
    {"http://nat64.example/", "blocked"},
    {"http://zero.example/", "blocked"},
    // ports that are not the web's
    {"http://public.example:22/", "blocked"},
    {"http://public.example:25/", "blocked"},
    {"http://public.example:6379/", "blocked"},
    {"http://public.example:{P}/", "blocked"},
    {"http://8.8.8.8:53/", "blocked"},
    // nothing there
    {"http://unknown.example/", "unresolved"},
};

std::shared_ptr<ScriptedResolver> hostile_dns() {
  return std::make_shared<ScriptedResolver>(std::map<std::string, std::vector<std::vector<std::string>>>{
      {"localhost", {{"127.0.0.1", "::1"}}},
      {"app.localhost", {{"127.0.0.1"}}},
      {"localhost.localdomain", {{"127.0.0.1"}}},
      {"rebound.example", {{"127.0.0.1"}}},
      {"loop6.example", {{"::1"}}},
      {"metadata.example", {{"169.254.169.254"}}},
      {"mixed.example", {{"8.8.8.8", "127.0.0.1"}}},
      {"mixed6.example", {{"2606:4700::1111", "::1"}}},
      {"mapped.example", {{"::ffff:127.0.0.1"}}},
      {"nat64.example", {{"64:ff9b::7f00:1"}}},
      {"zero.example", {{"0.0.0.0"}}},
      {"public.example", {{"8.8.8.8"}}},
  });
}

std::string with_port(std::string url, const Trap& trap) {
  for (std::size_t at; (at = url.find("{P}")) != std::string::npos;) url.replace(at, 3, trap.port());
  return url;
}

std::string reach(const char* address) {
  switch (reach_of(boost::asio::ip::make_address(address))) {
    case Reach::open:
      return "open";
    case Reach::internal:
      return "internal";
    case Reach::never:
      return "never";
  }
  return "";
}

}  // namespace

TEST_CASE("no way of writing a URL reaches this machine or its network") {
  const Trap trap;
  Loop loop;
  const auto client = make_http_client({.resolver = hostile_dns()});
  for (const Attempt& attempt : kWays) {
    const std::string url = with_port(attempt.url, trap);
    CAPTURE(url);
    const auto answer = loop.run(client->send({.url = url}));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().pointer == attempt.ends);
    CHECK_FALSE(may_have_arrived(answer.error()));
    CHECK_FALSE(answer.error().message.empty());
  }
  CHECK(std::size(kWays) >= 150);
  CHECK(trap.connections() == 0);
}

TEST_CASE("a name that is resolved anew elsewhere is still only called where it was checked") {
  const Trap trap;
  Loop loop;
  // The system knows "localhost" as this machine: a second look-up by anybody would connect to the trap.
  const auto dns =
      std::make_shared<ScriptedResolver>(std::map<std::string, std::vector<std::vector<std::string>>>{
          {"localhost", {{"240.0.0.1"}, {"8.8.8.8", "127.0.0.1"}, {"127.0.0.1"}}}
      });
  const auto client = make_http_client({.resolver = dns});
  const std::string host = "localhost:" + trap.port();
  for (int call = 1; call <= 3; ++call) {
    const auto answer = loop.run(client->send({.url = "http://" + host + "/", .allowed_hosts = {host}}));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().pointer == "blocked");
    CHECK(dns->asked == call);
  }
  CHECK(trap.connections() == 0);
}

TEST_CASE("what is accepted as a host is what libcurl connects to") {
  // Every URL of the table and many that differ from one by a few characters, the same in each run.
  std::minstd_rand dice(7);
  constexpr std::string_view kPieces[] = {
      "@", ":", "/", "\\", "[", "]", "%", ".", "0x", "0", "#", "?", " ", "\t", "::1", "localhost"
  };
  int accepted = 0;
  for (const Attempt& attempt : kWays) {
    for (int variant = 0; variant < 200; ++variant) {
      std::string url = attempt.url;
      for (int changes = variant == 0 ? 0 : 1 + variant % 3; changes > 0; --changes) {
        const std::string_view piece = kPieces[dice() % std::size(kPieces)];
        url.insert(url.empty() ? 0 : dice() % url.size(), piece);
      }
      const auto target = read_target(url);
      if (!target) continue;
      ++accepted;
      CAPTURE(url);
      CURLU* parsed = curl_url();
      char* host = nullptr;
      char* port = nullptr;
      REQUIRE(curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK);
      REQUIRE(curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK);
      REQUIRE(curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK);
      std::string theirs = host;
      std::ranges::transform(theirs, theirs.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? char(c + 32) : c;
      });
      if (theirs.ends_with('.')) theirs.pop_back();
      if (theirs.starts_with('[')) {
        theirs = boost::asio::ip::make_address_v6(theirs.substr(1, theirs.size() - 2)).to_string();
      }
      CHECK(theirs == target->host);
      CHECK(std::string(port) == std::to_string(target->port));
      curl_free(host);
      curl_free(port);
      curl_url_cleanup(parsed);
    }
  }
  CHECK(accepted > 1000);
}

TEST_CASE("an address belongs to the Internet, to this network, or to nobody") {
  struct Row {
    const char* address;
    const char* is;
  };
  const Row rows[] = {
      {"8.8.8.8", "open"},          {"1.1.1.1", "open"},         {"9.255.255.255", "open"},
      {"11.0.0.0", "open"},         {"100.63.255.255", "open"},  {"100.128.0.0", "open"},
      {"126.255.255.255", "open"},  {"128.0.0.0", "open"},       {"169.253.255.255", "open"},
      {"169.255.0.0", "open"},      {"172.15.255.255", "open"},  {"172.32.0.0", "open"},
      {"192.167.255.255", "open"},  {"192.169.0.0", "open"},     {"198.17.255.255", "open"},
      {"198.20.0.0", "open"},       {"223.255.255.255", "open"}, {"2606:4700::1111", "open"},
      {"2a00:1450::1", "open"},     {"2001:200::1", "open"},     {"127.0.0.1", "internal"},
      {"10.1.2.3", "internal"},     {"192.168.1.1", "internal"}, {"100.100.100.201", "internal"},
      {"::1", "internal"},          {"fd12::1", "internal"},     {"fd00:ec2::255", "internal"},
      {"100.100.100.200", "never"}, {"fd00:ec2::254", "never"},  {"224.0.0.0", "never"},
      {"::ffff:8.8.8.8", "never"},  {"2001:1ff::1", "never"},    {"fe80::1", "never"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.address);
    CHECK(reach(row.address) == row.is);
  }
}

TEST_CASE("the settings open single hosts inside, and nothing opens metadata addresses") {
  struct Row {
    const char* url;
    const char* address;
    std::vector<std::string> internal;
    bool any;
    std::vector<std::string> hosts;
    const char* ends;  // "" when allowed
  };
  const Row rows[] = {
      {"http://crm.internal/", "10.0.0.5", {"crm.internal"}, false, {}, ""},
      {"http://crm.internal/", "10.0.0.5", {"CRM.internal:80"}, false, {}, ""},
      {"http://crm.internal:8080/", "10.0.0.5", {"crm.internal:8080"}, false, {}, ""},
      {"http://crm.internal:8080/", "10.0.0.5", {"crm.internal"}, false, {}, "blocked"},
      {"http://crm.internal:8081/", "10.0.0.5", {"crm.internal:8080"}, false, {}, "blocked"},
      {"http://other.internal/", "10.0.0.5", {"crm.internal"}, false, {}, "blocked"},
      {"http://x.crm.internal/", "10.0.0.5", {"crm.internal"}, false, {}, "blocked"},
      {"http://crm.internal/", "169.254.169.254", {"crm.internal"}, false, {}, "blocked"},
      {"http://[::1]:9000/", "::1", {"[::1]:9000"}, false, {}, ""},
      {"http://[::1]:9000/", "::1", {"[::1]:9001"}, false, {}, "blocked"},
      {"http://127.0.0.1:9000/", "127.0.0.1", {}, true, {}, ""},
      {"http://169.254.169.254/", "169.254.169.254", {}, true, {}, "blocked"},
      {"http://0.0.0.0:9000/", "0.0.0.0", {}, true, {}, "blocked"},
      {"https://api.example/", "8.8.8.8", {}, false, {}, ""},
      {"https://api.example/", "8.8.8.8", {}, false, {"api.example"}, ""},
      {"https://API.example./", "8.8.8.8", {}, false, {"api.example:443"}, ""},
      {"https://api.example/", "8.8.8.8", {}, false, {"other.example", "api.example"}, ""},
      {"https://api.example/", "8.8.8.8", {}, false, {"other.example"}, "blocked"},
      {"https://api.example/", "8.8.8.8", {}, false, {"api.example:8443"}, "blocked"},
      {"https://evil-api.example/", "8.8.8.8", {}, false, {"api.example"}, "blocked"},
      {"https://api.example.evil.example/", "8.8.8.8", {}, false, {"api.example"}, "blocked"},
      {"https://api.example:9999/", "8.8.8.8", {}, false, {"api.example:9999"}, ""},
      {"https://api.example:9999/", "8.8.8.8", {}, false, {"api.example"}, "blocked"},
      {"https://api.example/", "10.0.0.5", {}, false, {"api.example"}, "blocked"},
      {"https://api.example:9999/", "10.0.0.5", {}, false, {"api.example:9999"}, "blocked"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    CAPTURE(row.address);
    const EgressPolicy policy{row.internal, row.any};
    const auto target = read_target(row.url);
    REQUIRE(target.has_value());
    const IpAddress address = boost::asio::ip::make_address(row.address);
    auto allowed = check_target(*target, row.hosts, policy);
    if (allowed) allowed = check_addresses(*target, {&address, 1}, policy);
    CHECK((allowed ? "" : allowed.error().pointer) == row.ends);
  }
}
