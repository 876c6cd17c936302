#include "language/summarise.hpp"

#include <doctest/doctest.h>

namespace parley::language {
namespace {

std::string split(std::string_view text) {
  std::string out;
  for (const std::string_view sentence : split_sentences(text)) {
    if (!out.empty()) out += " | ";
    out += sentence;
  }
  return out;
}

}  // namespace

TEST_CASE("sentences end where a reader sees the end") {
  struct {
    std::string name;
    std::string text;
    std::string expected;
  } cases[] = {
      {"nothing", "", ""},
      {"space only", " \n ", ""},
      {"no full stop", "One thing", "One thing"},
      {"two", "It broke. We fixed it.", "It broke. | We fixed it."},
      {"question and exclamation", "Really? Yes! Good.", "Really? | Yes! | Good."},
      {"several marks", "What?! No.", "What?! | No."},
      {"title", "Dr. Smith called. He waits.", "Dr. Smith called. | He waits."},
      {"abbreviation", "Tools, e.g. Jira, work. Fine.", "Tools, e.g. Jira, work. | Fine."},
      {"decimal", "It costs 3.50 now. Cheap.", "It costs 3.50 now. | Cheap."},
      {"address", "See example.com for more. Bye.", "See example.com for more. | Bye."},
      {"initial", "J. Doe wrote. We read.", "J. Doe wrote. | We read."},
      {"country", "The U.S. Team won. Yes.", "The U.S. Team won. | Yes."},
      {"lower case goes on", "Version 2. is out", "Version 2. is out"},
      {"line break", "Title\nText here.", "Title | Text here."},
      {"quote", "He said \"stop.\" We did.", "He said \"stop.\" | We did."},
      {"clock", "At 5 p.m. Monday it broke. Sad.", "At 5 p.m. Monday it broke. | Sad."},
  };
  for (const auto& [name, text, expected] : cases) {
    CAPTURE(name);
    CHECK(split(text) == expected);
  }
}

TEST_CASE("a summary has the central sentences in their own order") {
  const std::string tickets[] = {
      "The checkout page fails with error 500 when I pay by card. My dog is called Rex. I tried two "
      "browsers.",
      "Payment by card fails at checkout with an error. It started on Monday.",
      "Hello. The checkout shows an error after the card payment. Thanks.",
  };
  const std::string summary = summarise(tickets, 2);
  CAPTURE(summary);
  CHECK(summary.find("checkout") != std::string::npos);
  CHECK(summary.find("Rex") == std::string::npos);
  CHECK(split_sentences(summary).size() <= 2);
  CHECK(summarise(tickets, 2) == summary);
}

TEST_CASE("a summary never says the same thing twice") {
  const std::string texts[] = {"The server is down. The server is down.", "The server is down!"};
  CHECK(summarise(texts, 3) == "The server is down.");
}

TEST_CASE("a summary of little is what there is") {
  const std::string one[] = {"Only this."};
  CHECK(summarise(one, 5) == "Only this.");
  CHECK(summarise(one, 0).empty());
  CHECK(summarise({}, 3).empty());
  const std::string empty[] = {"", " "};
  CHECK(summarise(empty, 3).empty());
  const std::string bytes[] = {std::string("\xFF\xFE. \x80!", 6)};
  CHECK_NOTHROW((void)summarise(bytes, 2));
}

}  // namespace parley::language
