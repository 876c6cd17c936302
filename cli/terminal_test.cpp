// What is printed for people.
#include "cli/terminal.hpp"

#include <doctest/doctest.h>

using namespace parley::cli;

TEST_CASE("what somebody else has written cannot take over the terminal or turn around what is read") {
  CHECK(visible("Grüße, 日本 👍\nand\ta tab") == "Grüße, 日本 👍\nand\ta tab");
  CHECK(visible("\033[2J\033]0;title\a") == "\\u{1b}[2J\\u{1b}]0;title\\u{7}");
  CHECK(visible("pay 1\u202e000 to eve") == "pay 1\\u{202e}000 to eve");
  CHECK(visible("a\u200bb\u0085c\r\x7f") == "a\\u{200b}b\\u{85}c\\u{d}\\u{7f}");
  CHECK(visible("a\xff") == "a\ufffd");
  CHECK(visible({"\0", 1}) == "\\u{0}");
}

TEST_CASE("cells are made visible before they are measured") {
  CHECK(table({{"A", "B"}, {"\033[1m", "x"}}) == "A          B\n\\u{1b}[1m  x\n");
}
