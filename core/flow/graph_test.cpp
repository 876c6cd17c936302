// Which steps follow which, on flows whose step types are this test's own.
#include "flow/graph.hpp"

#include <doctest/doctest.h>

#include <string>

#include "flow/load.hpp"

namespace parley::flow {
namespace {

constexpr Keyword kSay[] = {{"text", FieldKind::text, true, ""}};
constexpr Keyword kAsk[] = {
    {"gather", FieldKind::slot_names, true, ""},
    {"on_timeout", FieldKind::step_name, false, ""},
};
constexpr Keyword kSwitch[] = {{"cases", FieldKind::branches, true, ""}};
constexpr Keyword kLoop[] = {
    {"while", FieldKind::expression, true, ""}, {"steps", FieldKind::steps, true, ""}
};
constexpr Keyword kTry[] = {
    {"steps", FieldKind::steps, true, ""},
    {"catch", FieldKind::catches, false, ""},
    {"finally", FieldKind::steps, false, ""},
};
constexpr Keyword kBeside[] = {{"branches", FieldKind::step_lists, true, ""}};
constexpr StepSpec kSpecs[] = {
    {.type = "say", .doc = "", .keywords = kSay},
    {.type = "ask", .doc = "", .keywords = kAsk, .waits = true},
    {.type = "switch", .doc = "", .keywords = kSwitch},
    {.type = "loop", .doc = "", .keywords = kLoop, .repeats = true},
    {.type = "try", .doc = "", .keywords = kTry},
    {.type = "beside", .doc = "", .keywords = kBeside, .waits = true, .parallel = true},
};
constexpr const StepSpec* kStepSpecs[] = {
    &kSpecs[0], &kSpecs[1], &kSpecs[2], &kSpecs[3], &kSpecs[4], &kSpecs[5]
};

// "from kind to" of every edge, one a line.
std::string edges_of(std::string_view steps) {
  const std::string text =
      R"({"id": "f", "slots": {"a": "integer", "b": {"type": "text", "on_exhausted": "end"}}, )"
      R"("steps": )" +
      std::string(steps) + "}";
  const auto document = parse_json_document(text);
  REQUIRE(document.has_value());
  Diagnostics diagnostics;
  const FlowPtr flow = load(*document, "f.json", kStepSpecs, diagnostics);
  for (const Diagnostic& each : diagnostics) INFO(each.message);
  REQUIRE(flow != nullptr);
  std::string lines;
  for (const Edge& edge : Graph(*flow).edges()) {
    lines += flow->steps[edge.from].id + " " + std::string(name(edge.kind)) + " " +
             (edge.to == kNoStep ? "END" : flow->steps[edge.to].id) + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("the edges of a flow") {
  struct Case {
    const char* name;
    const char* steps;
    const char* edges;
  };
  const Case cases[] = {
      {"in order, skipped, with a timeout and too many attempts",
       R"([{"id": "one", "type": "say", "text": "1", "if": "a > 1"},
           {"id": "two", "type": "ask", "gather": "b", "on_timeout": "one"}])",
       "one next two\none skip two\ntwo exhausted END\ntwo timeout one\ntwo next END\n"},
      {"a switch goes on only when no branch is left",
       R"([{"id": "way", "type": "switch", "cases": [{"when": "a > 1", "next": "one"}, {"else": "end"}]},
           {"id": "one", "type": "say", "text": "1"}])",
       "way choice one\nway otherwise END\none next END\n"},
      {"a loop with continue and break",
       R"([{"id": "each", "type": "loop", "while": "a > 1", "steps": [
             {"id": "way", "type": "switch", "cases": [{"when": "a > 2", "next": "continue"}]},
             {"id": "one", "type": "say", "text": "1", "if": "a > 3", "next": "break"},
             {"id": "two", "type": "say", "text": "2"}]},
           {"id": "last", "type": "say", "text": "3"}])",
       "each enter way\neach next last\nway choice each\nway next one\none next last\none skip last\n"
       "two leave each\nlast next END\n"},
      {"a loop at the end of a loop",
       R"([{"id": "outer", "type": "loop", "while": "a > 1", "steps": [
             {"id": "inner", "type": "loop", "while": "a > 2", "steps": [
               {"id": "one", "type": "say", "text": "1", "next": "break"}]}]}])",
       "outer enter inner\nouter next END\ninner enter one\ninner leave outer\none next outer\n"},
      {"what a try does, catches and does at the end",
       R"([{"id": "safe", "type": "try",
            "steps": [{"id": "one", "type": "say", "text": "1"}],
            "catch": [{"match": "x", "steps": [{"id": "two", "type": "say", "text": "2", "next": "end"}]}],
            "finally": [{"id": "three", "type": "say", "text": "3"}]}])",
       "safe enter one\nsafe error two\nsafe enter three\nsafe next END\none leave safe\ntwo next END\n"
       "three leave safe\n"},
      {"branches side by side",
       R"([{"id": "both", "type": "beside", "branches": [
             {"steps": [{"id": "one", "type": "say", "text": "1"}, {"id": "two", "type": "say", "text": "2"}]},
             {"steps": [{"id": "three", "type": "say", "text": "3"}]}]}])",
       "both enter one\nboth enter three\nboth next END\none next two\ntwo leave both\nthree leave both\n"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(edges_of(c.steps) == c.edges);
  }
}

TEST_CASE("what is inside what") {
  const auto document = parse_json_document(R"({"id": "f", "slots": {"a": "integer"}, "steps": [
    {"id": "first", "type": "say", "text": "0"},
    {"id": "safe", "type": "try",
     "steps": [{"id": "each", "type": "loop", "while": "a > 1", "steps": [{"id": "deep", "type": "say", "text": "1"}]}],
     "finally": [{"id": "last", "type": "say", "text": "2"}]}]})");
  Diagnostics diagnostics;
  const FlowPtr flow = load(*document, "f.json", kStepSpecs, diagnostics);
  REQUIRE(flow != nullptr);
  const auto at = [&](std::string_view id) { return flow->step_index(id); };
  CHECK(at("deep") == 3);
  CHECK(flow->steps[at("safe")].end == 5);
  CHECK(flow->loop_around(at("deep")) == at("each"));
  CHECK(flow->loop_around(at("last")) == kNoStep);
  CHECK(flow->contains(at("safe"), 0, at("deep")));
  CHECK_FALSE(flow->contains(at("safe"), 1, at("deep")));
  CHECK(flow->contains(at("safe"), 1, at("last")));
  CHECK_FALSE(flow->contains(at("each"), 0, at("each")));
  CHECK(flow->steps[at("safe")].block_at(1)->first == at("last"));
  CHECK(flow->steps[at("safe")].block_at(2) == nullptr);
}

}  // namespace parley::flow
