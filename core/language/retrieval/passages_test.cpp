#include "language/retrieval/passages.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace parley::language;

TEST_CASE("a passage is what stands under a heading, with the headings above it") {
  const auto passages = passages_of(
      "Before all.\n\n# Returns\n\nYou may return things.\n\n## How long ##\n\nThirty days.\nNot more.\n\n"
      "# Delivery\nIn two days.\n"
  );
  struct {
    std::string heading, text;
    std::uint32_t line;
  } expected[] = {
      {"", "Before all.", 1},
      {"Returns", "You may return things.", 5},
      {"Returns > How long", "Thirty days.\nNot more.", 9},
      {"Delivery", "In two days.", 13},
  };
  REQUIRE(passages.size() == std::size(expected));
  for (std::size_t i = 0; i < passages.size(); ++i) {
    CAPTURE(i);
    CHECK(passages[i].heading == expected[i].heading);
    CHECK(passages[i].text == expected[i].text);
    CHECK(passages[i].line == expected[i].line);
  }
}

TEST_CASE("long text is cut between paragraphs, and nothing is lost") {
  std::string text = "# Long\n\n";
  for (int paragraph = 0; paragraph < 20; ++paragraph) {
    for (int word = 0; word < 40; ++word) text += "w" + std::to_string(paragraph) + " ";
    text += "\n\n";
  }
  const auto passages = passages_of(text);
  CHECK(passages.size() >= 4);
  std::string all;
  for (const Passage& passage : passages) {
    CHECK(passage.heading == "Long");
    all += passage.text;
  }
  for (int paragraph = 0; paragraph < 20; ++paragraph)
    CHECK(all.find("w" + std::to_string(paragraph)) != std::string::npos);
}

TEST_CASE("what looks like a heading and is none") {
  CHECK(passages_of("#hashtag and text\n").front().heading.empty());
  CHECK(passages_of("####### seven\n").front().heading.empty());
  const auto fenced = passages_of("# Setup\n\n```sh\n# a comment\nrun\n\nmore\n```\n");
  REQUIRE(fenced.size() == 1);
  CHECK(fenced[0].text.find("# a comment") != std::string::npos);
  CHECK(passages_of("").empty());
  CHECK(passages_of("# only a heading").empty());
  CHECK(passages_of("\r\n\r\ntext\r\n").front().text == "text");
}
