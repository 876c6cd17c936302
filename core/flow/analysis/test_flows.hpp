// Step types and flows for the tests of this folder: the engine's own are out of reach from here.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "flow/load.hpp"

namespace parley::flow::analysis::test {

inline constexpr Keyword kMessage[] = {{"text", FieldKind::text, true, "Words."}};
inline constexpr Keyword kInput[] = {
    {"gather", FieldKind::slot_names, true, "Slots."}, {"on_timeout", FieldKind::step_name, false, "Step."}
};
inline constexpr Keyword kConfirm[] = {
    {"text", FieldKind::text, true, "Words."},
    {"yes", FieldKind::step_name, false, "Step."},
    {"no", FieldKind::step_name, false, "Step."},
};
inline constexpr Keyword kTool[] = {
    {"call", FieldKind::tool_name, true, "Operation."},
    {"with", FieldKind::data, false, "Arguments."},
    {"save", FieldKind::identifier, false, "Name."},
    {"on_error", FieldKind::step_name, false, "Step."},
};
inline constexpr Keyword kSwitch[] = {{"cases", FieldKind::branches, true, "Branches."}};
inline constexpr Keyword kGoto[] = {{"step", FieldKind::step_name, true, "Step."}};
inline constexpr Keyword kSet[] = {{"values", FieldKind::assignments, true, "Values."}};
inline constexpr Keyword kFlow[] = {{"call", FieldKind::flow_name, true, "Flow."}};
inline constexpr std::string_view kOutcomes[] = {"resolved", "failed"};
inline constexpr Keyword kEnd[] = {{"outcome", FieldKind::choice, false, "How.", kOutcomes}};
inline constexpr Keyword kLoop[] = {
    {"while", FieldKind::expression, false, "Condition."},
    {"max", FieldKind::integer, false, "Rounds."},
    {"steps", FieldKind::steps, true, "Steps."},
};
inline constexpr Keyword kParallel[] = {{"branches", FieldKind::step_lists, true, "Branches."}};
inline constexpr Keyword kTry[] = {
    {"steps", FieldKind::steps, true, "Steps."},
    {"catch", FieldKind::catches, false, "Catches."},
    {"finally", FieldKind::steps, false, "Steps."},
};

inline constexpr StepSpec kAll[] = {
    {.type = "message", .doc = "Says.", .keywords = kMessage, .says = true},
    {.type = "input", .doc = "Asks.", .keywords = kInput, .waits = true, .says = true, .hears = true},
    {.type = "confirm", .doc = "Confirms.", .keywords = kConfirm, .waits = true, .says = true, .hears = true},
    {.type = "tool", .doc = "Calls.", .keywords = kTool, .waits = true, .seals = true},
    {.type = "switch", .doc = "Chooses.", .keywords = kSwitch},
    {.type = "goto", .doc = "Goes.", .keywords = kGoto, .continues = false},
    {.type = "set", .doc = "Sets.", .keywords = kSet},
    {.type = "flow", .doc = "Runs.", .keywords = kFlow, .waits = true},
    {.type = "end", .doc = "Ends.", .keywords = kEnd, .continues = false},
    {.type = "review", .doc = "Reviews.", .keywords = {}, .waits = true, .hears = true},
    {.type = "loop", .doc = "Repeats.", .keywords = kLoop, .repeats = true},
    {.type = "parallel", .doc = "Side by side.", .keywords = kParallel, .parallel = true},
    {.type = "try", .doc = "Tries.", .keywords = kTry},
};
inline constexpr const StepSpec* kSpecs[] = {
    &kAll[0],
    &kAll[1],
    &kAll[2],
    &kAll[3],
    &kAll[4],
    &kAll[5],
    &kAll[6],
    &kAll[7],
    &kAll[8],
    &kAll[9],
    &kAll[10],
    &kAll[11],
    &kAll[12],
};

inline FlowPtr flow_of(std::string_view json) {
  const auto document = parse_json_document(json);
  REQUIRE(document.has_value());
  Diagnostics diagnostics;
  FlowPtr flow = load(*document, "flows/test.json", kSpecs, diagnostics);
  for (const Diagnostic& d : diagnostics) {
    CAPTURE(d.message);
    CHECK(d.severity == Severity::warning);
  }
  REQUIRE(flow != nullptr);
  return flow;
}

}  // namespace parley::flow::analysis::test
