// Whose request it is, behind proxies that are trusted and others.
#include "server/net/proxies.hpp"

#include <doctest/doctest.h>

#include <boost/asio/ip/address.hpp>
#include <string>

using namespace parley;
using namespace parley::net;

namespace {

PeerAddress peer(const std::string& text) {
  const auto address = boost::asio::ip::make_address(text);
  PeerAddress made;
  made.bytes = address.is_v4()
                   ? boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes()
                   : address.to_v6().to_bytes();
  return made;
}

}  // namespace

TEST_CASE("the client is the last address that a trusted proxy vouches for") {
  struct {
    const char* name;
    const char* trusted;
    const char* peer;
    std::vector<Header> headers;
    const char* client;
  } cases[] = {
      {"no proxy", "", "192.0.2.9", {}, "192.0.2.9"},
      {"nobody is trusted", "", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9"}}, "127.0.0.1"},
      {"a stranger's word", "10.0.0.0/8", "203.0.113.5", {{"X-Forwarded-For", "192.0.2.9"}}, "203.0.113.5"},
      {"one proxy", "10.0.0.0/8", "10.1.2.3", {{"X-Forwarded-For", "192.0.2.9"}}, "192.0.2.9"},
      {"a proxy that says nothing", "10.0.0.0/8", "10.1.2.3", {}, "10.1.2.3"},
      {"what the client made up comes first",
       "10.1.2.3",
       "10.1.2.3",
       {{"x-forwarded-for", "1.1.1.1, 192.0.2.9"}},
       "192.0.2.9"},
      {"two proxies",
       "10.1.2.3,10.9.9.9",
       "10.1.2.3",
       {{"X-Forwarded-For", "1.1.1.1, 192.0.2.9, 10.9.9.9"}},
       "192.0.2.9"},
      {"each in a line of its own",
       "10.1.2.3,10.9.9.9",
       "10.1.2.3",
       {{"X-Forwarded-For", "192.0.2.9"}, {"Accept", "*/*"}, {"X-Forwarded-For", "10.9.9.9"}},
       "192.0.2.9"},
      {"only proxies", "10.0.0.0/8", "10.1.2.3", {{"X-Forwarded-For", "10.9.9.9"}}, "10.9.9.9"},
      {"with a port", "::1", "::1", {{"X-Forwarded-For", "192.0.2.9:4711"}}, "192.0.2.9"},
      {"IPv6 with a port", "::1", "::1", {{"X-Forwarded-For", "[2001:db8::7]:4711"}}, "2001:db8::7"},
      {"no address", "::1", "::1", {{"X-Forwarded-For", "192.0.2.9, unknown"}}, "::1"},
      {"empty", "::1", "::1", {{"X-Forwarded-For", ""}}, "::1"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const auto proxies = TrustedProxies::read(test.trusted);
    REQUIRE(proxies.has_value());
    CHECK(proxies->client_of(peer(test.peer), test.headers) == peer(test.client));
  }
}

TEST_CASE("addresses and ranges") {
  struct {
    const char* list;
    const char* address;
    bool contained;
  } cases[] = {
      {"127.0.0.1", "127.0.0.1", true},
      {"127.0.0.1", "127.0.0.2", false},
      {" 10.0.0.0/8 ,, 192.168.4.0/22", "192.168.7.255", true},
      {"192.168.4.0/22", "192.168.8.0", false},
      {"0.0.0.0/0", "203.0.113.5", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"fd00::/8", "fdff::1", true},
      {"fd00::/8", "fe00::1", false},
      {"2001:db8::/33", "2001:db8:8000::1", false},
  };
  for (const auto& test : cases) {
    CAPTURE(test.list);
    CAPTURE(test.address);
    CHECK(TrustedProxies::read(test.list)->contains(peer(test.address)) == test.contained);
  }
}

TEST_CASE("what is no address is told") {
  for (const char* list :
       {"proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "::/129", "1.2.3.4 5.6.7.8"
       }) {
    CAPTURE(list);
    const auto proxies = TrustedProxies::read(list);
    REQUIRE_FALSE(proxies.has_value());
    CHECK(proxies.error().hint.find("10.0.0.0/8") != std::string::npos);
  }
}

TEST_CASE("this machine's own addresses") {
  for (const char* own : {"127.0.0.1", "127.9.9.9", "::1"}) CHECK(is_loopback(peer(own)));
  for (const char* other : {"10.0.0.1", "::2", "::", "2001:db8::1"}) CHECK_FALSE(is_loopback(peer(other)));
}
