#include "language/fill.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace parley::language {

namespace {

flow::Slot slot(std::string name, std::string_view type, std::vector<flow::Choice> choices = {}) {
  flow::Slot made;
  made.name = name;
  made.label = std::move(name);
  made.type = *flow::parse_slot_type(type);
  made.choices = std::move(choices);
  return made;
}

}  // namespace

TEST_CASE("several values find their slots") {
  std::vector<flow::Slot> slots{
      slot("people", "integer"),
      slot("day", "date"),
      slot("at", "time"),
      slot("area", "choice", {{"inside", "Inside", {"in"}}, {"outside", "Outside", {"terrace"}}}),
      slot("budget", "money"),
      slot("email", "email"),
      slot("note", "text"),
  };
  slots[0].max = 12;
  std::vector<Wanted> wanted;
  for (const flow::Slot& each : slots) wanted.push_back({&each, false});
  const Circumstances now{{1'767'225'600, 0}};  // a Thursday
  struct {
    std::string text, expected;
  } cases[] = {
      {"4 on friday at 19:30", R"(people=4 day="2026-01-02" at="19:30" )"},
      {"tomorrow at 8pm for two", R"(day="2026-01-02" at="20:00" people=2 )"},
      {"outside, 2 people", R"(area="outside" people=2 )"},
      {"come in at noon", R"(at="12:00" )"},
      {"8pm", R"(at="20:00" )"},
      {"40 people", ""},
      {"3 or 4 people", R"(people=4 )"},
      {"friday or saturday", ""},
      {"ada@example.com and $20", R"(email="ada@example.com" budget={"amount":"20.00","currency":"USD"} )"},
      {"near the window please", ""},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    std::string found;
    for (const Filling& filling : find_fillings(text, wanted, now))
      found += filling.slot->name + "=" + write_json(filling.value) + " ";
    CHECK(found == expected);
  }
}

TEST_CASE("what is left says something or nothing") {
  const flow::Slot people = slot("people", "integer");
  const Wanted wanted[] = {{&people, false}};
  CHECK(says_nothing_more("for   people, please", wanted, "en"));
  CHECK(says_nothing_more("", wanted, "en"));
  CHECK_FALSE(says_nothing_more("for my grandmother", wanted, "en"));
}

}  // namespace parley::language
