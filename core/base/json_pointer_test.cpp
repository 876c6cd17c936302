#include "base/json_pointer.hpp"

#include <doctest/doctest.h>

using namespace parley;

TEST_CASE("tokens of pointers are escaped and come back") {
  struct Case {
    const char* token;
    const char* escaped;
  };
  const Case cases[] = {{"", ""}, {"plain", "plain"}, {"a/b", "a~1b"}, {"m~n", "m~0n"}, {"~1/", "~01~1"}};
  for (const Case& c : cases) {
    INFO(c.token);
    CHECK(escape_pointer_token(c.token) == c.escaped);
    CHECK(unescape_pointer_token(c.escaped) == c.token);
  }
}

TEST_CASE("a tilde that begins no escape stays") {
  CHECK(unescape_pointer_token("~2~") == "~2~");
}
