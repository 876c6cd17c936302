#include "server/tools/sign_in/challenge.hpp"

#include <doctest/doctest.h>

using namespace parley::tools;

TEST_CASE("what a service wants of a caller is read from any of its ways to write it") {
  struct Case {
    const char* name;
    const char* header;
    const char* told;  // metadata | scope | error; "-" when there is no such challenge
  };
  const Case cases[] = {
      {"all",
       R"(Bearer realm="x", error="invalid_token", resource_metadata="https://a.test/m", scope="a b")",
       "https://a.test/m|a b|invalid_token"},
      {"no spaces", R"(bearer resource_metadata="https://a.test/m",scope=a)", "https://a.test/m|a|"},
      {"without parameters", "Bearer", "||"},
      {"behind another", R"(Basic realm="Bearer scope=\"no\"", Bearer scope="yes")", "|yes|"},
      {"before another", R"(Bearer scope="yes", Digest scope="no", error="no")", "|yes|"},
      {"the first counts", R"(Bearer scope="one", scope="two")", "|one|"},
      {"quoted marks", R"(Bearer error="a\"b\\c", scope="d")", R"(|d|a"b\c)"},
      {"a comma inside", R"(Bearer error="a, b", scope="c")", "|c|a, b"},
      {"capitals and spaces", "BEARER  Scope = \"a\"", "|a|"},
      {"never closed", R"(Bearer scope="a", error="never closed)", "|a|"},
      {"a token of 68 characters", "Negotiate YWJj==, Bearer scope=a", "|a|"},
      {"another scheme", R"(Basic realm="x")", "-"},
      {"nothing", "", "-"},
      {"signs only", ",,, ,", "-"},
      {"no token", "\"Bearer\" scope=a", "-"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const auto found = bearer_challenge(c.header);
    const std::string told = found ? found->resource_metadata + "|" + found->scope + "|" + found->error : "-";
    CHECK(told == c.told);
  }
}
