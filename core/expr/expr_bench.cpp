// Cost of compiling and evaluating typical conditions and templates, with heap allocations per evaluation.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>

#include "base/json.hpp"
#include "expr/check/check.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace parley::expr {
namespace {

Value names() {
  return *parse_json(R"({"cart": {"id": "c-1", "total": 120, "items": [{"item": "pizza", "quantity": 2}]},
                         "user": {"name": "Ada", "labels": ["beta", "vip"]}, "confidence": 0.75, "amount": 250.0, "country": "FR",
                         "items": [{"item": "pizza", "quantity": 2}, {"item": "cola", "quantity": 6}]})");
}

constexpr const char* kConditions[] = {
    "cart.total > 100 && 'vip' in user.labels && confidence < 0.9",
    "confidence < 0.9",
    "amount > 200.0 && country in ['DE', 'FR']",
    "size(items) > 0 && items.exists(i, i.quantity > 3)",
    "user.name.startsWith('A') || user.name.matches('^[B-D]')",
    "cart.items.exists(i, i.quantity > 1)",
    "cart.items.map(i, i.quantity)",
};

void evaluate(benchmark::State& state) {
  auto expression = *Expression::compile(kConditions[state.range(0)]);
  Value table = names();
  Scope scope = Scope::of_map(table);
  state.SetLabel(kConditions[state.range(0)]);
  std::size_t before = allocations;
  for (auto _ : state) benchmark::DoNotOptimize(expression.evaluate(scope));
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations - before), benchmark::Counter::kAvgIterations);
}
BENCHMARK(evaluate)->DenseRange(0, static_cast<int>(std::size(kConditions)) - 1);

void compile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Expression::compile(kConditions[0]));
}
BENCHMARK(compile);

void check_types(benchmark::State& state) {
  auto expression = *Expression::compile(kConditions[0]);
  for (auto _ : state) benchmark::DoNotOptimize(check(expression, {}));
}
BENCHMARK(check_types);

void render(benchmark::State& state) {
  auto text = *Template::compile("Thank you {{ user.name }}, your cart: {{ cart.items }}.");
  Value table = names();
  Scope scope = Scope::of_map(table);
  for (auto _ : state) benchmark::DoNotOptimize(text.render(scope));
}
BENCHMARK(render);

}  // namespace
}  // namespace parley::expr

BENCHMARK_MAIN();
