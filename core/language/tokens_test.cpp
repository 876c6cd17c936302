#include "language/tokens.hpp"

#include <doctest/doctest.h>

#include "base/utf8.hpp"

namespace parley::language {
namespace {

std::string joined(std::string_view text) {
  std::string out;
  for (const Token& token : tokenise(text)) {
    if (!out.empty()) out += token.spaced ? " " : "·";
    out += token.text;
  }
  return out;
}

}  // namespace

TEST_CASE("a message falls into words, numbers and symbols") {
  struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {"", ""},
      {"  ", ""},
      {"Two Pizzas", "two pizzas"},
      {"2k", "2·k"},
      {"$12.50", "$·12·.·50"},
      {"twenty-one", "twenty·-·one"},
      {"twenty—one", "twenty·-·one"},
      {"I don't, o’clock", "i don't·, o'clock"},
      {"guests' room", "guests·' room"},
      {"ÄPFEL für 3€", "äpfel für 3·€"},
      {"a\xFF"
       "b",
       "a·\xFF·b"},
      {"ça va\u00A0?", "ça va ?"},
      {"hi 👍", "hi 👍"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(joined(text) == expected);
  }
}

TEST_CASE("a token's place is where it stands in the text") {
  const std::string_view text = "Für 2 Bier";
  const std::vector<Token> tokens = tokenise(text);
  REQUIRE(tokens.size() == 3);
  CHECK(text.substr(tokens[0].begin, tokens[0].end - tokens[0].begin) == "Für");
  CHECK(text.substr(tokens[2].begin, tokens[2].end - tokens[2].begin) == "Bier");
}

TEST_CASE("a phrase matches token by token") {
  const std::vector<Token> tokens = tokenise("Can I get a beer?");
  CHECK(match_phrase(tokens, 0, "can i get") == 3);
  CHECK(match_phrase(tokens, 1, "can i get") == 0);
  CHECK(match_phrase(tokens, 3, "a beer ?") == 3);
  CHECK(match_phrase(tokens, 4, "beer ? now") == 0);
}

}  // namespace parley::language
