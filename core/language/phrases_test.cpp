#include "language/phrases.hpp"

#include <doctest/doctest.h>

#include "base/utf8.hpp"

namespace parley::language {

TEST_CASE("the normal form keeps what makes a phrase") {
  struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {"", ""},
      {"I'd like  a Pizza!", "i would like a pizza"},
      {"I would like a pizza", "i would like a pizza"},
      {"i’d like a pizza, please", "i would like a pizza"},
      {"Hi, track my order. Thanks!", "track my order"},
      {"hello there", "hello there"},
      {"Please", "please"},
      {"Don't you?", "do not you"},
      {"wanna order", "want to order"},
      {"It costs 1.5, ok", "it costs 1.5 ok"},
      {"$5", "$ 5"},
      {"GRÖSSE", "grösse"},
      {"👍🏽", "👍"},
      {"...", ""},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(normalise(text) == expected);
  }
}

TEST_CASE("what every assistant understands") {
  using enum CommandKind;
  struct {
    std::string text;
    std::optional<CommandKind> expected;
  } cases[] = {
      {"cancel", cancel},
      {"Cancel it, please", cancel},
      {"never mind", cancel},
      {"Nevermind.", cancel},
      {"forget it", cancel},
      {"Forget about it", cancel},
      {"stop", cancel},
      {"I want to cancel", cancel},
      {"I'd like to cancel", cancel},
      {"I changed my mind", cancel},
      {"cancel my order", cancel},
      {"quit", cancel},
      {"talk to a person", ask_human},
      {"I want a human", ask_human},
      {"agent please", ask_human},
      {"human", ask_human},
      {"I'd like to speak to someone", ask_human},
      {"can I talk to a real person please?", ask_human},
      {"connect me with an agent", ask_human},
      {"transfer me to a human", ask_human},
      {"speak to your manager", ask_human},
      {"let me talk to a human being", std::nullopt},
      {"connect me with support", ask_human},
      {"get me a real person", ask_human},
      {"I need to speak with a representative", ask_human},
      {"could you put me through to an operator", ask_human},
      {"say that again", repeat},
      {"what?", repeat},
      {"Pardon?", repeat},
      {"can you repeat that please", repeat},
      {"come again", repeat},
      {"Sorry, what was that?", repeat},
      {"one more time", repeat},
      {"I didn't catch that", repeat},
      {"repeat the question", repeat},
      {"skip this", skip},
      {"skip", skip},
      {"pass", skip},
      {"can I skip this question?", skip},
      {"I'd rather not say", skip},
      {"prefer not to say", skip},
      {"", std::nullopt},
      {"2 pizzas", std::nullopt},
      {"cancel the second pizza but keep the coke", std::nullopt},
      {"what do you sell?", std::nullopt},
      {"stop by the shop", std::nullopt},
      {"a person called me yesterday", std::nullopt},
      {"no", std::nullopt},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    const auto found = builtin_phrase(text);
    CHECK(found.has_value() == expected.has_value());
    if (found && expected) CHECK(name(*found) == name(*expected));
  }
}

TEST_CASE("the locale picks the table") {
  CHECK(builtin_phrase("Abbrechen", "de") == CommandKind::cancel);
  CHECK(builtin_phrase("Ich möchte mit einem Menschen sprechen, bitte", "de-AT") == CommandKind::ask_human);
  CHECK(!builtin_phrase("Abbrechen", "en"));
}

TEST_CASE("a change of an earlier answer") {
  struct {
    std::string text;
    std::string expected;  // target|rest|negated, or - for none
  } cases[] = {
      {"actually, make it three", "|three|"},
      {"no, I meant the blue one", "|the blue one|no"},
      {"no, three", "|three|no"},
      {"make it two please", "|two|"},
      {"sorry, I meant 5", "|5|"},
      {"wait, actually two cokes", "|two cokes|"},
      {"change it to large", "|large|"},
      {"change the address to 5 Main St", "address|5 Main St|"},
      {"can you change my email to a@b.co", "email|a@b.co|"},
      {"please change the delivery address", "delivery address||"},
      {"no, change the size to small", "size|small|no"},
      {"three instead", "|three|"},
      {"that's wrong, it should be 7", "|7|no"},
      {"no", "-"},
      {"no thanks", "-"},
      {"no problem", "-"},
      {"no I don't", "-"},
      {"nope, that's wrong", "-"},
      {"2 pizzas", "-"},
      {"change", "-"},
      {"actually", "-"},
      {"", "-"},
      {"never mind", "-"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    const auto phrase = correction_phrase(text);
    const std::string shown =
        phrase ? phrase->target + "|" + phrase->rest + "|" + (phrase->negated ? "no" : "") : "-";
    CHECK(shown == expected);
  }
}

TEST_CASE("any bytes have a normal form, which is its own normal form") {
  std::uint32_t state = 7;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    state = state * 1664525 + 1013904223;
    const std::uint32_t length = (state >> 16) % 30;
    for (std::uint32_t i = 0; i < length; ++i) {
      state = state * 1664525 + 1013904223;
      text += (state >> 9) % 3 == 0 ? static_cast<char>(state >> 24) : "abc ,.'!nohi13"[(state >> 20) % 14];
    }
    CAPTURE(text);
    const std::string once = normalise(text);
    (void)builtin_phrase(text);
    (void)correction_phrase(text);
    if (is_utf8(text)) CHECK(normalise(normalise(once)) == normalise(once));
  }
}

}  // namespace parley::language
