#include "assistant/line_diff.hpp"

#include <doctest/doctest.h>

using parley::assistant::line_diff;

TEST_CASE("a difference shows what went, what came and a little around") {
  struct Case {
    const char* name;
    const char* before;
    const char* after;
    const char* expected;
  };
  const Case cases[] = {
      {"nothing changed", "a\nb\n", "a\nb\n", ""},
      {"a line changed", "a\nb\nc\n", "a\nx\nc\n", "  a\n- b\n+ x\n  c\n"},
      {"a line added", "a\nc\n", "a\nb\nc\n", "  a\n+ b\n  c\n"},
      {"a line removed at the end", "a\nb\n", "a\n", "  a\n- b\n"},
      {"from nothing", "", "a\n", "+ a\n"},
      {"far lines are left out", "1\n2\n3\n4\n5\n", "1\n2\n3\n4\nx\n", "  …\n  3\n  4\n- 5\n+ x\n"},
      {"two places",
       "a\n1\n2\n3\n4\n5\nb\n",
       "A\n1\n2\n3\n4\n5\nB\n",
       "- a\n+ A\n  1\n  2\n  …\n  4\n  5\n- b\n+ B\n"},
  };
  for (const Case& each : cases) {
    INFO(each.name);
    CHECK(line_diff(each.before, each.after) == each.expected);
  }
}
