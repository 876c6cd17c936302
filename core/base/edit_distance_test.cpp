#include "base/edit_distance.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace parley;

TEST_CASE("edits are counted by code point, swaps once") {
  struct {
    std::string a;
    std::string b;
    std::size_t distance;
  } cases[] = {
      {"", "", 0},
      {"abc", "abc", 0},
      {"abc", "", 3},
      {"kitten", "sitting", 3},
      {"teh", "the", 1},
      {"message", "mesage", 1},
      {"gähter", "gather", 2},
      {"ca", "abc", 3},
      {"flow", "wolf", 3},
      {"abcdef", "uvwxyz", 4},
  };
  for (const auto& c : cases) {
    CAPTURE(c.a);
    CAPTURE(c.b);
    CHECK(edit_distance(c.a, c.b, 3) == c.distance);
    CHECK(edit_distance(c.b, c.a, 3) == c.distance);
  }
}

TEST_CASE("the nearest name is suggested only when it is near") {
  const std::vector<std::string> names{"message", "input", "tool", "handoff", "end"};
  CHECK(nearest("mesage", names) == "message");
  CHECK(nearest("Input", names) == "input");
  CHECK(nearest("hand_off", names) == "handoff");
  CHECK(nearest("tol", names) == "tool");
  CHECK(nearest("edn", names) == "end");
  CHECK(nearest("database", names).empty());
  CHECK(nearest("", names).empty());
}
