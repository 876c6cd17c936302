#include "base/encoding.hpp"

#include <doctest/doctest.h>

using namespace parley;

TEST_CASE("base64 follows the vectors of RFC 4648") {
  struct {
    std::string octets;
    std::string text;
  } cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xFB\xFF", "+/8="},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(base64_encode(c.octets) == c.text);
    CHECK(base64_decode(c.text) == c.octets);
    CHECK(base64_decode(base64url_encode(c.octets)) == c.octets);
  }
  CHECK(base64url_encode("\xFB\xFF") == "-_8");
}

TEST_CASE("text that is not base64 is refused") {
  for (const std::string text : {"Z", "Zg=", "Zg===", "Zh==", "Zm9=", "Z g=", "Zm9v====", "=", "Zm9vYmFy="}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text).has_value());
  }
}

TEST_CASE("hexadecimal goes both ways") {
  CHECK(hex_encode(std::string("\x00\xAB\x10", 3)) == "00ab10");
  CHECK(hex_decode("00AB10") == std::string("\x00\xAB\x10", 3));
  CHECK_FALSE(hex_decode("abc").has_value());
  CHECK_FALSE(hex_decode("zz").has_value());
}
