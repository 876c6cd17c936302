// What reading an answer costs. Every turn without a model pays one of these.
#include <benchmark/benchmark.h>

#include "language/extract.hpp"
#include "language/phrases.hpp"

namespace parley::language {
namespace {

const Circumstances kMonday{
    .now = {1'795'428'000, 0}, .utc_offset_seconds = 0, .locale = "en", .currency = "USD"
};

flow::Slot slot_of(flow::SlotKind kind) {
  flow::Slot slot;
  slot.type.kind = kind;
  return slot;
}

void read_repeatedly(benchmark::State& state, const flow::Slot& slot, std::string_view text) {
  for (auto _ : state) benchmark::DoNotOptimize(read_answer(slot, text, kMonday));
}

void read_items(benchmark::State& state) {
  flow::Slot slot = slot_of(flow::SlotKind::list);
  slot.type.element = std::make_shared<flow::SlotType>(flow::SlotType{flow::SlotKind::item, nullptr});
  read_repeatedly(state, slot, "two large pizzas, a coke and three beers please");
}
BENCHMARK(read_items);

void read_choice_with_typo(benchmark::State& state) {
  flow::Slot slot = slot_of(flow::SlotKind::choice);
  for (const char* name : {"Standard delivery", "Express delivery", "Pickup", "Courier", "Locker"})
    slot.choices.push_back({name, name, {}});
  read_repeatedly(state, slot, "expres delivry please");
}
BENCHMARK(read_choice_with_typo);

void read_money(benchmark::State& state) {
  read_repeatedly(state, slot_of(flow::SlotKind::money), "five dollars and twenty cents");
}
BENCHMARK(read_money);

void read_datetime(benchmark::State& state) {
  read_repeatedly(state, slot_of(flow::SlotKind::datetime), "tomorrow at 6pm");
}
BENCHMARK(read_datetime);

void read_yes(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(read_polarity("yeah, that sounds good to me", kMonday));
}
BENCHMARK(read_yes);

void find_builtin_phrase(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(builtin_phrase("two large pizzas and a coke please"));
}
BENCHMARK(find_builtin_phrase);

void find_correction(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(correction_phrase("actually, make it three"));
}
BENCHMARK(find_correction);

}  // namespace
}  // namespace parley::language

BENCHMARK_MAIN();
