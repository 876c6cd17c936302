#include "assistant/knowledge.hpp"

#include <doctest/doctest.h>

#include <string>

#include "assistant/html_text.hpp"
#include "assistant/temporary_folder.hpp"

using namespace parley;
using namespace parley::assistant;

using testing::TemporaryFolder;

TEST_CASE("files and folders under knowledge/ are sources, by name and in order") {
  const TemporaryFolder folder;
  folder.write("knowledge/faq.md", "# Hello");
  folder.write("knowledge/manual/b.txt", "plain");
  folder.write("knowledge/manual/a/deep.html", "<h1>Deep</h1><p>Down&nbsp;here.</p>");
  folder.write("knowledge/manual/picture.png", "no text");
  folder.write("flows/other.md", "not knowledge");
  flow::Diagnostics diagnostics;
  const Knowledge knowledge = read_knowledge(folder.path(), diagnostics);
  CHECK(diagnostics.empty());
  REQUIRE(knowledge.size() == 2);
  CHECK(knowledge.at("faq").front().file == "knowledge/faq.md");
  const auto& manual = knowledge.at("manual");
  REQUIRE(manual.size() == 2);
  CHECK(manual[0].file == "knowledge/manual/a/deep.html");
  CHECK(manual[0].markdown.starts_with("# Deep\n"));
  CHECK(manual[1].markdown == "plain");
}

TEST_CASE("what cannot be used is said, and the rest is read") {
  const TemporaryFolder folder;
  folder.write("knowledge/a.txt", "caf\xe9");
  folder.write("knowledge/b.txt", std::string((4U << 20) + 1, 'x'));
  folder.write("knowledge/c.txt", "fine");
  flow::Diagnostics diagnostics;
  const Knowledge knowledge = read_knowledge(folder.path(), diagnostics);
  CHECK(knowledge.size() == 1);
  REQUIRE(diagnostics.size() == 2);
  CHECK(diagnostics[0].code == "F0607");
  CHECK(diagnostics[0].file == "knowledge/a.txt");
  CHECK(diagnostics[1].code == "F0104");
  CHECK(read_knowledge(folder.path() / "none", diagnostics).empty());
}

TEST_CASE("HTML becomes text with headings, without what nobody reads") {
  struct {
    std::string html, text;
  } cases[] = {
      {"<html><head><title>T</title><style>p{}</style></head><body><nav>Menu</nav><h2>Returns</h2>"
       "<p>Within <b>30</b>\n days.</p><script>alert(1)</script></body></html>",
       "## Returns\n\nWithin 30 days.\n\n"},
      {"<ul><li>one</li><li>two</li></ul>", "- one\n- two\n\n"},
      {"<p>unclosed <i>and <p>broken", "unclosed and\n\nbroken\n\n"},
      {"&lt;tag&gt; &amp; &euro;", "<tag> & €\n\n"},
      {"", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.html);
    CHECK(html_to_text(c.html) == c.text);
  }
}

TEST_CASE("HTML without end is no danger") {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<div>";
  (void)html_to_text(deep + "text");
  CHECK(html_to_text("<p>after</p>") == "after\n\n");
}
