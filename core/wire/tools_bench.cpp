// What compiling a description costs. Without a file the document is made up: 1,000 operations over 300
// schemas that refer to each other. PARLEY_BENCH_DOCUMENT names a real one instead.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "base/json.hpp"
#include "wire/description.hpp"
#include "wire/dialect/dialect.hpp"

namespace {

using namespace parley;

std::string made_up() {
  std::string paths;
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    paths +=
        (i > 0 ? "," : "") + std::string("\"/things/{id}/part") + n +
        R"(":{"post":{"operationId":"things/part)" + n +
        R"(","summary":"Changes a <b>part</b>","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},)" +
        R"({"name":"page","in":"query","schema":{"type":"integer","nullable":true}}],"requestBody":{"content":{"application/json":)" +
        R"({"schema":{"$ref":"#/components/schemas/S)" + std::to_string(i % 300) + R"("}}}}}})";
  }
  std::string schemas;
  for (int i = 0; i < 300; ++i) {
    schemas +=
        (i > 0 ? "," : "") + std::string("\"S") + std::to_string(i) +
        R"(":{"type":"object","required":["name"],"properties":{"name":{"type":"string","pattern":"^[a-z]+$"},)" +
        R"("created":{"type":"string","readOnly":true},"next":{"$ref":"#/components/schemas/S)" +
        std::to_string((i + 1) % 300) + R"("}}})";
  }
  return R"({"openapi":"3.0.3","paths":{)" + paths + R"(},"components":{"schemas":{)" + schemas + "}}}";
}

Value document() {
  std::string text = made_up();
  if (const char* file = std::getenv("PARLEY_BENCH_DOCUMENT")) {
    std::ostringstream read;
    read << std::ifstream(file).rdbuf();
    text = read.str();
  }
  return *parse_json(text, {.max_depth = 256, .max_members = 20'000'000});
}

void compile(benchmark::State& state) {
  const Value source = document();
  std::size_t tools = 0;
  for (auto _ : state) {
    const auto connector = wire::compile_description(source, {.with_results = false});
    tools = connector->tools.size();
  }
  state.SetLabel(std::to_string(tools) + " tools");
}
BENCHMARK(compile)->Unit(benchmark::kMillisecond);

void phrase(benchmark::State& state) {
  const auto connector = wire::compile_description(document(), {.with_results = false});
  const auto dialect = static_cast<wire::Dialect>(state.range(0));
  for (auto _ : state) {
    for (const wire::Tool& tool : connector->tools) {
      benchmark::DoNotOptimize(wire::phrased(tool.parameters, dialect));
    }
  }
}
BENCHMARK(phrase)->DenseRange(0, 4)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
