#include "server/tools/sign_in/sealed.hpp"

#include <doctest/doctest.h>

#include "base/encoding.hpp"

using namespace parley;
using namespace parley::tools;

TEST_CASE("what is sealed opens where it belongs and nowhere else") {
  const std::string key = sealing_key("the server's secret", "grants");
  CHECK(key.size() == 32);
  CHECK(key != sealing_key("the server's secret", "states"));
  for (const std::string& text :
       {std::string(), std::string("a token"), std::string(10'000, 'x'), std::string("\0\xff", 2)}) {
    const std::string sealed = seal(key, "grant:jira", text);
    CHECK(unseal(key, "grant:jira", sealed) == text);
    CHECK(unseal(key, "grant:slack", sealed) == std::nullopt);
    CHECK(unseal(sealing_key("another", "grants"), "grant:jira", sealed) == std::nullopt);
    CHECK(sealed != seal(key, "grant:jira", text));
    if (text.size() > 4) CHECK(sealed.find(text) == std::string::npos);
  }
}

TEST_CASE("every change of what was sealed is noticed") {
  const std::string key = sealing_key("secret", "x");
  const std::string sealed = seal(key, "place", "token");
  const std::string bytes = *base64_decode(sealed);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(unseal(key, "place", base64url_encode(changed)) == std::nullopt);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{27}, bytes.size() - 1})
    CHECK(unseal(key, "place", base64url_encode(bytes.substr(0, size))) == std::nullopt);
  CHECK(unseal(key, "place", "not base64!") == std::nullopt);
}
