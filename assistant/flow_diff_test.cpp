#include "assistant/flow_diff.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"

using namespace parley;

TEST_CASE("versions are compared in the words of flows") {
  struct Case {
    const char* name;
    const char* before;
    const char* after;
    const char* expected;
  };
  const Case cases[] = {
      {"nothing", R"({"steps":[{"id":"a","type":"end"}]})", R"({"steps":[{"id":"a","type":"end"}]})", ""},
      {"a text",
       R"({"steps":[{"id":"a","type":"message","text":"Hi"}]})",
       R"({"steps":[{"id":"a","type":"message","text":"Hello"}]})",
       "~ step a text\n    - \"Hi\"\n    + \"Hello\"\n"},
      {"a step more, a step less",
       R"({"steps":[{"id":"a","type":"end"},{"id":"b","type":"end"}]})",
       R"({"steps":[{"id":"a","type":"end"},{"id":"c","type":"end"}]})",
       "- step b\n+ step c\n"},
      {"the order",
       R"({"steps":[{"id":"a","type":"end"},{"id":"b","type":"end"}]})",
       R"({"steps":[{"id":"b","type":"end"},{"id":"a","type":"end"}]})",
       "> step b\n"},
      {"a step inside a block",
       R"({"steps":[{"id":"l","type":"loop","do":[{"id":"a","type":"message","text":"x"}]}]})",
       R"({"steps":[{"id":"l","type":"loop","do":[{"id":"a","type":"message","text":"y"}]}]})",
       "~ step a text\n    - \"x\"\n    + \"y\"\n"},
      {"slots",
       R"({"slots":{"a":"text","b":{"type":"text"}},"steps":[]})",
       R"({"slots":{"b":{"type":"text","min":2},"c":"date"},"steps":[]})",
       "- slot a\n+ slot b min: 2\n+ slot c\n"},
      {"the rest",
       R"({"version":"1","steps":[]})",
       R"({"version":"2","description":"New","steps":[]})",
       "~ version\n    - \"1\"\n    + \"2\"\n+ description: \"New\"\n"},
  };
  for (const Case& each : cases) {
    INFO(each.name);
    const auto found = assistant::diff_flows(*parse_json(each.before), *parse_json(each.after));
    CHECK(assistant::render(found) == each.expected);
  }
}
