// What knowing a flow costs: the analyses of a flow with a thousand steps, and a rule about it. Goal: < 50
// ms.
#include <benchmark/benchmark.h>

#include <string>

#include "engine/steps/registry.hpp"
#include "flow/analysis/analyse.hpp"
#include "flow/analysis/rules.hpp"
#include "flow/drawing/drawing.hpp"
#include "flow/load.hpp"

namespace parley::flow {
namespace {

// Questions, choices, calls and words in turns, with ways back and ahead.
FlowPtr thousand_steps() {
  std::string slots;
  std::string steps;
  for (int i = 0; i < 250; ++i) {
    const std::string n = std::to_string(i);
    const std::string ahead = "m" + std::to_string(std::min(i + 3, 249));
    slots += (i == 0 ? "" : ",") + std::string("\"a") + n + "\": {\"type\": \"text\", \"ask\": \"?\"}";
    steps += (i == 0 ? "" : ",") + std::string(R"({"id": "q)") + n + R"(", "type": "input", "gather": "a)" +
             n + R"("},)";
    steps += R"({"id": "w)" + n + R"(", "type": "switch", "cases": [{"when": "a)" + n +
             R"( == 'x'", "next": ")" + ahead + R"("}]},)";
    steps += R"({"id": "t)" + n + R"(", "type": "tool", "call": "x.y", "with": {"a": "{{a)" + n +
             R"(}}"}, "on_error": ")" + ahead + R"("},)";
    steps += R"({"id": "m)" + n + R"(", "type": "message", "text": "{{a)" + n + R"(}}"})";
  }
  const auto document =
      parse_json_document(R"({"id": "f", "slots": {)" + slots + R"(}, "steps": [)" + steps + "]}");
  Diagnostics diagnostics;
  return load(*document, "flows/f.json", engine::step_specs(), diagnostics);
}

void analyse_thousand_steps(benchmark::State& state) {
  const std::vector<FlowPtr> flows{thousand_steps()};
  for (auto _ : state) {
    Diagnostics diagnostics;
    analysis::analyse({.flows = flows, .start = "", .steps_per_turn = 200}, diagnostics);
    benchmark::DoNotOptimize(diagnostics);
  }
}
BENCHMARK(analyse_thousand_steps)->Unit(benchmark::kMillisecond);

void prove_a_rule_about_thousand_steps(benchmark::State& state) {
  const std::vector<FlowPtr> flows{thousand_steps()};
  Diagnostics diagnostics;
  const auto document = parse_json_document(R"([{"every_path_to": "step m249", "passes": "input a0"}])");
  const auto rules = analysis::read_rules(*document, "rules.yaml", engine::step_specs(), diagnostics);
  for (auto _ : state) {
    analysis::check_rules({.flows = flows, .start = ""}, rules, diagnostics);
    benchmark::DoNotOptimize(diagnostics);
  }
}
BENCHMARK(prove_a_rule_about_thousand_steps)->Unit(benchmark::kMillisecond);

void draw_thousand_steps(benchmark::State& state) {
  const FlowPtr flow = thousand_steps();
  for (auto _ : state) benchmark::DoNotOptimize(drawing::svg(*flow));
}
BENCHMARK(draw_thousand_steps)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace parley::flow

BENCHMARK_MAIN();
