#include "policy/links.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace parley;

const std::vector<std::string> kAllowed{"shop.example", "*.docs.example"};

struct Case {
  const char* name;
  const char* text;
  const char* shown;
};

}  // namespace

TEST_CASE("links to hosts that are allowed stay as they are") {
  const char* texts[] = {
      "See [our page](https://shop.example/a?b=1&c=2) for more.",
      "See https://shop.example/help.",
      "See <https://shop.example/help>.",
      "See [it](<https://shop.example/a>) now",
      "[1]: https://a.docs.example/x",
      "www.a.docs.example/x is the place",
      "SHOP.example/a is it",
      "No links at all: a < b, 3 > 2, R&D, node.js and v1.2, ok!",
      "Costs 5. [x] done, (y) not!",
      "Mail ana@shop.example",
      "It is https://shop.example, or (https://shop.example). Or https://shop.example!",
      "[https://shop.example/a](https://shop.example/a), [b](https://shop.example)s",
      "See https://shop.example/wiki/A_(b)c and shop.example:8080/x",
  };
  for (const char* text : texts) {
    INFO(text);
    CHECK(policy::without_foreign_links(text, kAllowed) == text);
  }
}

TEST_CASE("whatever loads or leads elsewhere is text") {
  const Case cases[] = {
      {"a link", "[here](https://evil.example/x)", "[here] (https[:]//evil[.]example/x)"},
      {"an image", "![](https://evil.example/x?d=secret)", "[] (https[:]//evil[.]example/x?d=secret)"},
      {"an image of an allowed host", "![a](https://shop.example/x.png)", "[a](https://shop.example/x.png)"},
      {"an image behind exclamation marks",
       "Hi!!![a](https://shop.example/x)",
       "Hi[a](https://shop.example/x)"},
      {"a bare address", "https://evil.example/x", "https[:]//evil[.]example/x"},
      {"without a scheme", "go to evil.example/x?d=1", "go to evil[.]example/x?d=1"},
      {"www", "www.evil.example", "www[.]evil[.]example"},
      {"an image by reference",
       "![a][b]\n[b]: https://evil.example/x",
       "[a][b]\n[b] : https[:]//evil[.]example/x"},
      {"an automatic link", "<https://evil.example>", "< https[:]//evil[.]example>"},
      {"HTML", "<img src=\"https://evil.example/x\">", "< img src=\"https[:]//evil[.]example/x\">"},
      {"HTML without quotes", "<img/src=//evil.example/x>", "< img/src=/ /evil[.]example/x>"},
      {"a closing tag", "a</p>", "a< /p>"},
      {"another scheme", "[x](javascript:alert(1))", "[x] (javascript:alert(1))"},
      {"data", "![x](data:text/html;base64,AAAA)", "[x] (data:text/html;base64,AAAA)"},
      {"mail", "[x](mailto:eve@evil.example?body=secret)", "[x] (mailto:eve@evil.example?body=secret)"},
      {"without a protocol", "[x](//evil.example/x)", "[x] (/ /evil[.]example/x)"},
      {"relative", "[x](/v1/users)", "[x] (/v1/users)"},
      {"a character by number", "[x](h&#116;tps://evil.example)", "[x] (h& #116;tps[:]//evil[.]example)"},
      {"a character by name", "https&colon;//evil.example/x", "https& colon;/ /evil[.]example/x"},
      {"escaped", "https\\://evil.example/x", "https[:]//evil[.]example/x"},
      {"an escaped image", "\\![a](https\\://evil.example)", "[a] (https[:]//evil[.]example)"},
      {"another host below",
       "https://shop.example.evil.example/",
       "https[:]//shop[.]example[.]evil[.]example/"},
      {"the host as a user name",
       "https://shop.example@evil.example/",
       "https[:]//shop[.]example@evil[.]example/"},
      {"a host that ends alike", "https://evil-docs.example/", "https[:]//evil-docs[.]example/"},
      {"a backslash", "https://shop.example\\@evil.example/", "https[:]//shop[.]example\\@evil[.]example/"},
      {"no host", "[x](https:///evil.example)", "[x] (https[:]///evil.example)"},
      {"letters of other scripts", "https://еvil.example/", "https[:]//еvil[.]example/"},
      {"upper case", "HTTPS://EVIL.EXAMPLE/X", "HTTPS[:]//EVIL[.]EXAMPLE/X"},
      {"a number for a host", "http://2130706433/x", "http[:]//2130706433/x"},
      {"an address in an address",
       "https://evil.example/https://b.example",
       "https[:]//evil[.]example/https[:]//b.example"},
      {"an unbalanced code span", "` https://evil.example/x", "` https[:]//evil[.]example/x"},
      {"ftp", "ftp://evil.example/x", "ftp[:]//evil[.]example/x"},
      {"behind a word", "xhttps://evil.example/x", "xhttps[:]//evil[.]example/x"},
      {"a host that goes on behind a bracket",
       "https://shop.example(.evil.example/x",
       "https[:]//shop[.]example([.]evil[.]example/x"},
      {"a host that goes on behind brackets",
       "[x](https://shop.example().evil.example/y)",
       "[x] (https[:]//shop[.]example()[.]evil[.]example/y)"},
      {"a host that goes on behind a quote",
       "https://shop.example\".evil.example/",
       "https[:]//shop[.]example\"[.]evil[.]example/"},
      {"a definition that goes on",
       "[x]: https://shop.example(.evil.example/",
       "[x] : https[:]//shop[.]example([.]evil[.]example/"},
      {"a port without a scheme", "evil.example:8080/x?d=1", "evil[.]example:8080/x?d=1"},
      {"a fragment without a scheme", "evil.example#secret", "evil[.]example#secret"},
      {"a top in another script", "evil.xn--p1ai/x?d=1", "evil[.]xn--p1ai/x?d=1"},
      {"a destination behind a space", "[x]( https://evil.example)", "[x] ( https[:]//evil[.]example)"},
      {"a space before what looks like HTML",
       "[x](< https://evil.example>)",
       "[x] (< https[:]//evil[.]example>)"},
      {"a destination in brackets", "[x](<https://evil.example/a b>)", "[x] (< https[:]//evil[.]example/a b>)"
      },
  };
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(policy::without_foreign_links(c.text, kAllowed) == c.shown);
    // What is shown is shown the same a second time.
    CHECK(policy::without_foreign_links(c.shown, kAllowed) == c.shown);
  }
}

TEST_CASE("conversations from before go on with the rules that they began with") {
  using policy::LinkRules;
  constexpr std::string_view kGoesOn = "https://shop.example(.evil.example";
  CHECK(policy::without_foreign_links(kGoesOn, kAllowed, LinkRules::first) == kGoesOn);
  CHECK(policy::without_foreign_links(kGoesOn, kAllowed).starts_with("https[:]"));
  CHECK(policy::without_foreign_links("evil.example#x", kAllowed, LinkRules::first) == "evil.example#x");
}

TEST_CASE("a text in pieces has no link more than the whole") {
  const char* texts[] = {
      "[a b](https://evil.example/x y) and ![c d]( https://evil.example )",
      "[1]: https://evil.example/x and <img src=https://evil.example/x>",
  };
  for (const char* text : texts) {
    std::string joined;
    std::string word;
    for (const char c : std::string(text) + " ") {
      word += c;
      if (c != ' ') continue;
      joined += policy::without_foreign_links(word, kAllowed);
      word.clear();
    }
    CHECK(joined == policy::without_foreign_links(text, kAllowed) + " ");
    CHECK(joined.find("](") == std::string::npos);
    CHECK(joined.find("://") == std::string::npos);
  }
}
