// Addresses of a Redis, and what is said about those that are none.
#include "server/stores/redis/address.hpp"

#include <doctest/doctest.h>

using namespace parley::stores::redis;

TEST_CASE("addresses") {
  struct {
    const char* url;
    const char* shown;
    const char* user;
    const char* password;
  } cases[] = {
      {"redis://localhost", "redis://localhost:6379/0", "", ""},
      {"redis://10.0.0.5:7000/3", "redis://10.0.0.5:7000/3", "", ""},
      {"redis://[::1]:7000/", "redis://::1:7000/0", "", ""},
      {"redis://:secret@cache", "redis://cache:6379/0", "", "secret"},
      {"redis://parley:p%40ss%3Aword@cache:1/2", "redis://cache:1/2", "parley", "p@ss:word"},
      {"redis://parley:p@ss@cache", "redis://cache:6379/0", "parley", "p@ss"},
      {"unix:///run/redis.sock", "unix:///run/redis.sock", "", ""},
      {"unix:///run/redis.sock?db=4", "unix:///run/redis.sock", "", ""},
  };
  for (const auto& test : cases) {
    CAPTURE(test.url);
    const auto address = read_address(test.url);
    REQUIRE(address.has_value());
    CHECK(address->shown() == test.shown);
    CHECK(address->user == test.user);
    CHECK(address->password == test.password);
  }
  CHECK(read_address("unix:///run/redis.sock?db=4")->database == 4);
}

TEST_CASE("what is no address is told without its password") {
  struct {
    const char* url;
    const char* says;
  } cases[] = {
      {"", "does not begin"},
      {"localhost:6379", "does not begin"},
      {"rediss://:secret@cache", "no TLS"},
      {"redis://", "no host"},
      {"redis://:secret@", "no host"},
      {"redis://cache:0", "port"},
      {"redis://cache:99999", "port"},
      {"redis://[::1", "no end"},
      {"redis://cache/first", "number of a database"},
      {"redis://a:secret%4@cache", "two hexadecimal digits"},
      {"unix://run/redis.sock", "absolute"},
      {"unix:///run/redis.sock?password=secret", "?db="},
  };
  for (const auto& test : cases) {
    CAPTURE(test.url);
    const auto address = read_address(test.url);
    REQUIRE_FALSE(address.has_value());
    CHECK(address.error().message.find(test.says) != std::string::npos);
    CHECK(address.error().message.find("secret") == std::string::npos);
  }
}
