// What the analyses find in small flows, with the way that shows it; goldens of single findings are in
// tests/diagnostics.
#include "flow/analysis/analyse.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "flow/analysis/bounds.hpp"
#include "flow/analysis/test_flows.hpp"

namespace parley::flow::analysis {
namespace {

using test::flow_of;

std::string steps(std::string_view list) {
  return R"({"id": "f", "slots": {"a": "text", "b": "text", "n": {"type": "number", "optional": true}, "again": {"type": "text", "ask_if": "always"}}, "steps": [)" +
         std::string(list) + "]}";
}

// "F0512 x > y (no)" of each finding, without those of slots that nothing reads.
std::string findings(const std::vector<FlowPtr>& flows) {
  Diagnostics diagnostics;
  analyse({.flows = flows, .start = ""}, diagnostics);
  sort_diagnostics(diagnostics);
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    if (d.code == "F0514") continue;
    text += (text.empty() ? "" : "; ") + d.code;
    for (std::size_t i = 0; i < d.way.size(); ++i) text += (i == 0 ? " " : " > ") + d.way[i].text;
  }
  return text;
}

constexpr const char* kAskA = R"({"id": "ask", "type": "input", "gather": "a"})";
constexpr const char* kSayA = R"({"id": "say", "type": "message", "text": "{{a}}"})";

}  // namespace

TEST_CASE("slots that are read before they have a value") {
  struct Row {
    std::string name;
    std::string steps;
    std::string found;
  };
  const std::string ask = kAskA;
  const std::string say = kSayA;
  const Row rows[] = {
      {"asked first", ask + "," + say, ""},
      {"never asked", say, "F0512 say"},
      {"asked behind a no",
       R"({"id": "c", "type": "confirm", "text": "?", "no": "say"},)" + ask + "," + say,
       "F0512 c (no) > say"},
      {"tested with if", R"({"id": "say", "type": "message", "if": "a != null", "text": "{{a}}"})", ""},
      {"tested by a switch",
       R"({"id": "s", "type": "switch", "cases": [{"when": "a == null", "next": "end"}]},)" + say,
       ""},
      {"tested by a switch, the other way",
       R"({"id": "s", "type": "switch", "cases": [{"when": "a != null", "next": "end"}]},)" + say,
       "F0512 s > say"},
      {"tested within the expression",
       R"({"id": "say", "type": "message", "text": "{{a == null ? 'none' : a}}"})",
       ""},
      {"an optional answer",
       R"({"id": "ask", "type": "input", "gather": "n"}, {"id": "say", "type": "message", "text": "{{n}}"})",
       "F0512 ask > say"},
      {"only passed on",
       R"({"id": "t", "type": "tool", "call": "x.y", "with": {"a": "{{a}}"}, "on_error": "end"})",
       ""},
      {"no answer in time",
       R"({"id": "ask", "type": "input", "gather": "a", "on_timeout": "say"},)" + say,
       "F0512 ask (no answer) > say"},
      {"set to nothing", R"({"id": "s", "type": "set", "values": {"a": null}},)" + say, "F0512 s > say"},
      {"set in order", R"({"id": "s", "type": "set", "values": {"a": "x", "b": "{{a}}!"}})", ""},
      {"a result read too early",
       R"({"id": "say", "type": "message", "text": "{{r.id}}"}, {"id": "t", "type": "tool", "call": "x.y", "save": "r"})",
       "F0513 say"},
      {"a result after a failure",
       R"({"id": "t", "type": "tool", "call": "x.y", "save": "r", "on_error": "say"}, {"id": "say", "type": "message", "text": "{{r.id}}"})",
       "F0512 t (on error) > say"},
      {"set in one of the branches that all run",
       R"({"id": "p", "type": "parallel", "branches": [{"steps": [{"id": "s", "type": "set", "values": {"a": "x"}}]},
          {"steps": [{"id": "t", "type": "message", "text": "t"}]}]},)" +
           say,
       ""},
      {"read beside the branch that sets it",
       R"({"id": "p", "type": "parallel", "branches": [{"steps": [{"id": "s", "type": "set", "values": {"a": "x"}}]},
          {"steps": [{"id": "say", "type": "message", "text": "{{a}}"}]}]})",
       "F0512 p > say"},
      {"set in a try",
       R"({"id": "y", "type": "try", "steps": [{"id": "s", "type": "set", "values": {"a": "x"}}]},)" + say,
       ""},
      {"set in a try that may fail before",
       R"({"id": "y", "type": "try", "steps": [{"id": "s", "type": "set", "values": {"a": "x"}}],
          "catch": [{"steps": [{"id": "c", "type": "message", "text": "c"}]}]},)" +
           say,
       "F0512 y > s (on error) > c > say"},
      {"set in a loop that may not run",
       R"({"id": "l", "type": "loop", "while": "now == now", "steps": [{"id": "s", "type": "set", "values": {"a": "x"}}]},)" +
           say,
       "F0512 l > say"},
      {"tested by a loop",
       R"({"id": "l", "type": "loop", "while": "a == null", "steps": [{"id": "s", "type": "set", "values": {"a": "x"}}]},)" +
           say,
       ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(findings({flow_of(steps(row.steps))}) == row.found);
  }
}

TEST_CASE("outputs of a flow that is run hold values") {
  const FlowPtr child = flow_of(
      R"({"id": "child", "outputs": {"a": "x"}, "steps": [{"id": "m", "type": "message", "text": "m"}]})"
  );
  const FlowPtr parent =
      flow_of(steps(R"({"id": "c", "type": "flow", "call": "child"},)" + std::string(kSayA)));
  CHECK(findings({child, parent}).empty());
}

TEST_CASE("loops, traps and silent ends") {
  struct Row {
    std::string name;
    const char* steps;
    std::string found;
  };
  const Row kRows[] = {
      {"a loop that asks once",
       R"({"id": "ask", "type": "input", "gather": "a"}, {"id": "say", "type": "message", "text": "{{a}}", "next": "ask"})",
       "F0504 ask > say > ask"},
      {"a loop that asks every time",
       R"({"id": "ask", "type": "input", "gather": "again"}, {"id": "say", "type": "message", "text": "{{again}}", "next": "ask"})",
       ""},
      {"a loop that a yes ends",
       R"({"id": "ask", "type": "input", "gather": "a"}, {"id": "c", "type": "confirm", "text": "{{a}}", "no": "ask"})",
       ""},
      {"a loop that changes something",
       R"({"id": "ask", "type": "input", "gather": "a"}, {"id": "s", "type": "set", "values": {"a": null}, "next": "ask"})",
       ""},
      {"no way out",
       R"({"id": "c", "type": "confirm", "text": "?", "no": "end"}, {"id": "m", "type": "confirm", "text": "?", "next": "m", "no": "m"})",
       "F0510"},
      {"made to go on", R"({"id": "m", "type": "confirm", "text": "?", "next": "m", "no": "m"})", ""},
      {"a silent end",
       R"({"id": "c", "type": "confirm", "text": "?", "no": "x"}, {"id": "m", "type": "message", "text": "m", "next": "end"}, {"id": "x", "type": "end", "outcome": "failed"})",
       "F0511 c (no) > x"},
      {"a good end has its handler",
       R"({"id": "c", "type": "confirm", "text": "?", "no": "x"}, {"id": "m", "type": "message", "text": "m", "next": "end"}, {"id": "x", "type": "end"})",
       ""},
      {"nobody spoke", R"({"id": "x", "type": "end", "outcome": "failed"})", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(findings({flow_of(steps(row.steps))}) == row.found);
  }
}

TEST_CASE("the most that a turn can need") {
  const auto bounds = [](const std::vector<FlowPtr>& flows, std::string_view id) {
    for (const TurnBounds& found : turn_bounds({.flows = flows, .start = ""})) {
      if (found.flow != id) continue;
      const auto text = [](const Bound& bound) {
        return bound ? std::to_string(*bound) : std::string("no bound");
      };
      return text(found.steps) + " steps, " + text(found.tool_calls) + " calls";
    }
    return std::string("no such flow");
  };
  struct Row {
    std::string name;
    const char* steps;
    std::string found;
  };
  const Row kRows[] = {
      {"in a row",
       R"({"id": "m1", "type": "message", "text": "x"}, {"id": "m2", "type": "message", "text": "x"})",
       "2 steps, 0 calls"},
      {"a question in between",
       R"({"id": "m1", "type": "message", "text": "x"}, {"id": "q", "type": "confirm", "text": "?"}, {"id": "t", "type": "tool", "call": "x.y"})",
       "2 steps, 1 calls"},
      {"the longer branch",
       R"({"id": "s", "type": "switch", "cases": [{"when": "now == now", "next": "t"}]}, {"id": "m", "type": "message", "text": "x", "next": "end"}, {"id": "t", "type": "tool", "call": "x.y"}, {"id": "u", "type": "tool", "call": "x.y"})",
       "3 steps, 2 calls"},
      {"a way back without waiting",
       R"({"id": "t", "type": "tool", "call": "x.y"}, {"id": "s", "type": "switch", "cases": [{"when": "now == now", "next": "t"}]})",
       "no bound steps, no bound calls"},
      {"a loop with max",
       R"({"id": "l", "type": "loop", "while": "now == now", "max": 10, "steps": [{"id": "t", "type": "tool", "call": "x.y"}]})",
       "21 steps, 10 calls"},
      {"a loop that waits",
       R"({"id": "l", "type": "loop", "while": "now == now", "max": 10, "steps": [{"id": "q", "type": "confirm", "text": "?"}, {"id": "t", "type": "tool", "call": "x.y"}]})",
       "3 steps, 1 calls"},
      {"side by side",
       R"({"id": "p", "type": "parallel", "branches": [{"steps": [{"id": "t", "type": "tool", "call": "x.y"}]}, {"steps": [{"id": "u", "type": "tool", "call": "x.y"}]}]})",
       "3 steps, 2 calls"},
      {"a question that may be answered already",
       R"({"id": "s", "type": "set", "values": {"a": "x"}}, {"id": "q", "type": "input", "gather": "a"}, {"id": "m", "type": "message", "text": "{{a}}"})",
       "3 steps, 0 calls"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    CHECK(bounds({flow_of(steps(row.steps))}, "f") == row.found);
  }
  const FlowPtr pay = flow_of(
      R"({"id": "pay", "steps": [{"id": "t", "type": "tool", "call": "x.y"}, {"id": "q", "type": "confirm", "text": "?"}, {"id": "u", "type": "tool", "call": "x.y"}]})"
  );
  const FlowPtr order = flow_of(
      R"({"id": "order", "steps": [{"id": "go", "type": "flow", "call": "pay"}, {"id": "m", "type": "message", "text": "x"}, {"id": "n", "type": "message", "text": "x"}]})"
  );
  CHECK(bounds({pay, order}, "pay") == "2 steps, 1 calls");
  // go, t, q; then u, m, n.
  CHECK(bounds({pay, order}, "order") == "3 steps, 1 calls");
  const FlowPtr self = flow_of(
      R"({"id": "self", "steps": [{"id": "t", "type": "tool", "call": "x.y"}, {"id": "s", "type": "switch", "cases": [{"when": "now == now", "next": "end"}]}, {"id": "go", "type": "flow", "call": "self"}]})"
  );
  CHECK(bounds({self}, "self") == "no bound steps, no bound calls");
}

}  // namespace parley::flow::analysis
