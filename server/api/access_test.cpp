// Tokens, keys and who may do what with them.
#include "server/api/access.hpp"

#include <doctest/doctest.h>

using namespace parley;
using namespace parley::api;

namespace {

constexpr const char* kConfigured = "a-configured-key-of-thirty-characters";

Access make(bool loopback, const char* configured = "") {
  return Access({.secret = std::string(32, 's'), .configured_key = configured, .loopback = loopback});
}

net::PeerAddress address(std::uint8_t first) {
  return {.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, first, 0, 0, 1}};
}

std::string who(
    const Access& access, std::vector<net::Header> headers, const net::PeerAddress& peer = address(127)
) {
  net::Request request;
  request.headers = std::move(headers);
  request.peer = peer;
  const auto caller = access.identify(request);
  return caller ? std::string(name(caller->role)) + ":" + caller->id : std::string(caller.error().code);
}

}  // namespace

TEST_CASE("credentials make the caller") {
  Access open = make(true);
  Access closed = make(false, kConfigured);
  const NewApiKey made = make_api_key("ops", Role::operator_, {});
  closed.set_keys({made.kept});
  const std::string configured = std::string("Bearer ") + kConfigured;
  const std::string bearer = "Bearer " + made.text;
  const std::string changed = "Bearer " + made.text.substr(0, made.text.size() - 1);
  struct {
    const char* name;
    const Access& access;
    std::vector<net::Header> headers;
    std::string expected;
  } cases[] = {
      {"open server, this machine", open, {{"Host", "localhost:8080"}}, "admin:local"},
      {"open server, a foreign name for it", open, {{"Host", "evil.example"}}, "anyone:"},
      {"open server, some token", open, {{"Host", "localhost"}, {"Authorization", "Bearer abc"}}, "visitor:"},
      {"closed server, nothing", closed, {{"Host", "localhost"}}, "anyone:"},
      {"configured key", closed, {{"authorization", configured}}, "admin:configured"},
      {"made key", closed, {{"Authorization", bearer}}, "operator:" + made.kept.id},
      {"wrong key", closed, {{"Authorization", changed}}, "token_invalid"},
      {"other scheme", closed, {{"Authorization", "Basic abc"}}, "token_invalid"},
      {"empty token", closed, {{"Authorization", "Bearer "}}, "token_invalid"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    CHECK(who(test.access, test.headers) == test.expected);
  }
}

TEST_CASE("who comes through a proxy on this machine is nobody special on an open server") {
  const Access open = make(true);
  for (const char* trace : {"X-Forwarded-For", "forwarded", "Via", "X-Real-IP"}) {
    CAPTURE(trace);
    CHECK(who(open, {{"Host", "127.0.0.1:8080"}, {trace, "192.0.2.9"}}) == "anyone:");
  }
  // As a trusted proxy names him.
  CHECK(who(open, {{"Host", "127.0.0.1:8080"}}, address(192)) == "anyone:");
  CHECK(who(open, {{"Host", "127.0.0.1:8080"}}) == "admin:local");
}

TEST_CASE("a visitor's token opens one conversation, under one secret") {
  const Access access = make(false, kConfigured);
  const Access other({.secret = std::string(32, 't'), .configured_key = "", .loopback = false});
  const std::string token = access.visitor_token("c_1");
  CHECK(token.size() == 43);
  const Caller visitor{Role::visitor, "", token};
  CHECK(access.check_conversation(visitor, "c_1").has_value());
  CHECK(access.check_conversation(visitor, "c_2").error().code == "token_invalid");
  CHECK(other.check_conversation(visitor, "c_1").error().code == "token_invalid");
  CHECK(access.check_conversation({}, "c_1").error().code == "token_required");
  CHECK(access.check_conversation({Role::operator_, "op"}, "c_1").has_value());
}

TEST_CASE("a visitor is the user whose token he has, and whoever has an API key is believed") {
  const Access access = make(false, kConfigured);
  const std::string anas = access.user_token("ana");
  CHECK(anas != access.visitor_token("ana"));
  CHECK(anas != make(false, kConfigured).user_token("anna"));
  const Caller visitor{Role::visitor, "", "some token"};
  const Caller key{Role::operator_, "k1"};
  struct {
    const char* name;
    const Caller& caller;
    const char* user;
    std::string token;
    std::string expected;  // the user, or a code
  } cases[] = {
      {"a name alone", {}, "ana", "", ""},
      {"a name alone, within a conversation", visitor, "ana", "", ""},
      {"with its token", {}, "ana", anas, "ana"},
      {"with another's", {}, "ben", anas, "token_invalid"},
      {"a token without a name", {}, "", access.user_token(""), "token_invalid"},
      {"of a key", key, "ana", "", "ana"},
      {"of a key, whatever the token", key, "ben", anas, "ben"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const auto user = access.user_of(test.caller, test.user, test.token);
    CHECK((user ? *user : std::string(user.error().code)) == test.expected);
  }
}

TEST_CASE("the first key closes an open server") {
  Access access = make(true);
  CHECK(access.open());
  access.set_keys({make_api_key("admin", Role::admin, {}).kept});
  CHECK_FALSE(access.open());
}

TEST_CASE("keys are stored without their secret and read back") {
  const NewApiKey made = make_api_key("ops", Role::operator_, {.seconds = 5});
  const std::string stored = encode_keys({made.kept});
  CHECK(stored.find(made.text.substr(12)) == std::string::npos);
  const auto keys = decode_keys(stored);
  REQUIRE(keys.has_value());
  REQUIRE(keys->size() == 1);
  CHECK(keys->front().sha256 == made.kept.sha256);
  CHECK(keys->front().role == Role::operator_);
  CHECK(keys->front().created_at == made.kept.created_at);
}

TEST_CASE("names of this machine") {
  for (const char* host : {"localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:80"}) {
    CAPTURE(host);
    CHECK(names_this_machine(host));
  }
  for (const char* host :
       {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1].evil"}) {
    CAPTURE(host);
    CHECK_FALSE(names_this_machine(host));
  }
}
