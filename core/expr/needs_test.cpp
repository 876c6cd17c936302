#include "expr/needs.hpp"

#include <doctest/doctest.h>

#include <string>

namespace parley::expr {
namespace {

std::string words(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
  return out;
}

// "a b?": a needs a value, b must only be defined.
std::string needs(const Needs& found) {
  std::string out;
  for (const Need& need : found.needs) {
    out += (out.empty() ? "" : " ") + need.name + (need.kind == Need::Kind::defined ? "?" : "");
  }
  return out;
}

}  // namespace

TEST_CASE("what an expression needs, and what is known once it was true or false") {
  struct Row {
    const char* expression;
    const char* needs;
    const char* when_true;
    const char* when_false;
  };
  constexpr Row kRows[] = {
      {"1 + 2", "", "", ""},
      {"x", "x", "x", "x"},
      {"x > 3", "x", "", ""},
      {"slots.x > 3", "x", "", ""},
      {"x.name", "x", "", ""},
      {"size(x) > 0 && y", "x y", "y", ""},
      {"x == null", "x?", "", "x"},
      {"x != null", "x?", "x", ""},
      {"null != x", "x?", "x", ""},
      {"x == 'yes'", "x?", "x", ""},
      {"x != 'yes'", "x?", "", "x"},
      {"x in ['a', 'b']", "x?", "x", ""},
      {"x in ['a', null]", "x?", "", ""},
      {"has(slots.x)", "", "x", ""},
      {"has(x.name)", "x", "x", ""},
      {"x != null && x > 3", "x?", "x", ""},
      {"x > 3 && x != null", "x?", "x", ""},
      {"x == null || x > 3", "x?", "", "x"},
      {"!(x == null) && x.y > 3 && z", "x? z", "x z", ""},
      {"x == null && x > 3", "x", "", ""},
      {"x == null ? 'none' : x.name", "x?", "", ""},
      {"x == null ? y : x", "x? y", "", ""},
      {"!(x == null || y == null)", "x? y?", "x y", ""},
      {"has(slots.x) ? x : 'none'", "", "", ""},
      {"slots.?x.orValue('none')", "", "", ""},
      {"items.map(i, i.price * rate)", "items rate", "", ""},
      {"items != null && items.all(i, i.ok)", "items?", "items", ""},
      {"x == y", "x? y?", "", ""},
      {"[x, y].size() == 2", "x y", "", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.expression));
    const auto expression = Expression::compile(row.expression);
    REQUIRE(expression.has_value());
    const Needs found = needs_of(*expression);
    CHECK(needs(found) == row.needs);
    CHECK(words(found.when_true) == row.when_true);
    CHECK(words(found.when_false) == row.when_false);
  }
}

TEST_CASE("a value that is only passed on may be null, but must exist") {
  CHECK(needs(needs_of(*Expression::compile("x"), true)) == "x?");
  CHECK(needs(needs_of(*Expression::compile("x.name"), true)) == "x");
}

}  // namespace parley::expr
