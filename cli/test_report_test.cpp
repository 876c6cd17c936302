#include "cli/test_report.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/json.hpp"

namespace {

using namespace parley;
using namespace parley::cli;

TestRun one_of_each() {
  TestRun run;
  run.tests.push_back({.name = "good", .file = "tests/a.yaml", .line = 3, .turns = 2, .seconds = 0.5});
  run.tests.push_back(
      {.name = "a < b & \"c\"",
       .file = "tests/a.yaml",
       .line = 9,
       .turns = 1,
       .seconds = 0.25,
       .failures = {{{11, 5, 0}, "expected <one>\n        but it said \"two\"\x01"}}}
  );
  run.tests.back().transcript = "user: hi\n";
  run.coverage.flows.push_back(
      {.flow = "order",
       .file = "flows/order.yaml",
       .steps =
           {
               {.id = "ask", .first_line = 2, .last_line = 3, .visits = 4},
               {.id = "pay", .first_line = 4, .last_line = 6, .branches = {{"yes", 0}, {"no", 0}}},
           }}
  );
  run.coverage.handlers.push_back({"cancel", "repair.cancel", 2});
  return run;
}

}  // namespace

TEST_CASE("a passing test is one line, a failing one says where and why") {
  const TestRun run = one_of_each();
  CHECK(render(run.tests[0]) == "ok    good  500.0 ms\n");
  CHECK(
      render(run.tests[1]) ==
      "FAIL  a < b & \"c\"  250.0 ms\n      tests/a.yaml:11\n        expected <one>\n        but it said "
      "\"two\"\x01\n"
  );
  CHECK(summary(run) == "1 passed, 1 failed in 0.75 s");
}

TEST_CASE("JUnit XML stays well-formed whatever was said") {
  CHECK(
      junit(one_of_each()) ==
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"parley\" tests=\"2\" failures=\"1\" time=\"0.750000\">\n"
      "  <testcase classname=\"tests/a.yaml\" name=\"good\" time=\"0.500000\"/>\n"
      "  <testcase classname=\"tests/a.yaml\" name=\"a &lt; b &amp; &quot;c&quot;\" time=\"0.250000\">\n"
      "    <failure message=\"tests/a.yaml:11: expected &lt;one&gt;&#10;        but it said "
      "&quot;two&quot;?\"/>\n"
      "    <system-out>user: hi&#10;</system-out>\n"
      "  </testcase>\n"
      "</testsuite>\n"
  );
}

TEST_CASE("JSON holds coverage only when it was asked for") {
  CHECK(to_value(one_of_each(), false).find("coverage") == nullptr);
  const Value value = to_value(one_of_each(), true);
  CHECK(
      write_json(value["coverage"]) ==
      R"([{"flow":"order","file":"flows/order.yaml","steps":2,"reached":1,"branches":2,"branches_taken":0,)"
      R"("missing":["pay"],"missing_lines":["4-6"]}])"
  );
  CHECK(write_json(value["handlers"]) == R"([{"repair":"cancel","flow":"repair.cancel","runs":2}])");
  CHECK(write_json(value["tests"].as_list()[1]["failures"].as_list()[0]["line"]) == "11");
}
