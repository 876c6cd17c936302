#include "language/requests.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace parley::language {

namespace {

std::string found(std::string_view text, bool inside) {
  const Utterance said(text, "en");
  const auto command = inside ? builtin_command_inside(said, true) : builtin_command(said);
  if (!command) return "-";
  return std::string(name(command->kind)) + (command->topic.empty() ? "" : ":" + std::string(command->topic));
}

}  // namespace

TEST_CASE("small talk has a topic") {
  struct {
    std::string text, expected;
  } cases[] = {
      {"Hi!", "chitchat:greeting"},
      {"hello there", "chitchat:greeting"},
      {"thank you so much", "chitchat:thanks"},
      {"are you a robot?", "chitchat:machine"},
      {"am I talking to a real person", "chitchat:machine"},
      {"what's your name", "chitchat:identity"},
      {"how are you today?", "chitchat:feelings"},
      {"what can you do", "chitchat:abilities"},
      {"well done", "chitchat:praise"},
      {"this is really annoying", "chitchat:complaint"},
      {"that's all", "chitchat:decline"},
      {"goodbye", "chitchat:goodbye"},
      {"thanks for nothing but the table", "-"},
      {"sign me out", "chitchat:sign_out"},
      {"log out everywhere", "chitchat:sign_out"},
      {"sign me out of the support desk", "chitchat:sign_out"},
      {"log off from jira", "chitchat:sign_out"},
      {"sign me out of", "-"},
      {"sign me out of the form that I filled in", "-"},
      {"where am I signed in?", "chitchat:signed_in"},
      {"a person", "ask_human"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(found(text, false) == expected);
  }
}

TEST_CASE("a command with words around it or a slip") {
  struct {
    std::string text, expected;
  } cases[] = {
      {"ok stop", "cancel"},
      {"oh never mind then", "cancel"},
      {"cancle", "cancel"},
      {"i'd like to talk to someone first", "ask_human"},
      {"ok thanks bye", "chitchat:goodbye"},
      {"cancel the coke", "-"},
      {"stop by at noon", "-"},
      {"4", "-"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(found(text, true) == expected);
  }
}

TEST_CASE("a phrase in a message, with typing mistakes in half of it at most") {
  const auto phrase = plain_phrase("when are you open", "en");
  struct {
    std::string text;
    bool exact, mistyped;
  } cases[] = {
      {"so when are you open on sundays", true, true},
      {"wen are you opn", false, true},
      {"when're you closed", false, false},
      {"wen ar yo opn", false, false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const auto words = plain_words(tokenise(c.text), "en");
    CHECK(find_phrase(words, phrase, false).has_value() == c.exact);
    CHECK(find_phrase(words, phrase, true).has_value() == c.mistyped);
  }
  CHECK(plain_phrase("I'd like a table", "en") == std::vector<std::string>{"i", "would", "like", "table"});
}

TEST_CASE("clauses end at pauses, not inside numbers, and at line breaks") {
  const auto parts = [](std::string_view text) {
    std::string joined;
    for (const std::string_view part : clauses(Utterance(text, "en")))
      joined += "[" + std::string(part) + "]";
    return joined;
  };
  CHECK(parts("forget it, i'll call") == "[forget it][i'll call]");
  CHECK(parts("2.50 and 1,000. Ok?") == "[2.50 and 1,000][Ok]");
  CHECK(parts("4\nfriday\n7pm") == "[4][friday][7pm]");
  CHECK(parts("!!!").empty());
}

}  // namespace parley::language
