// What understanding costs: training an assistant of twenty flows with ten phrases each, and one message.
#include <array>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "language/classifier/classifier.hpp"

namespace parley::language {
namespace {

constexpr std::array<const char*, 20> kThings = {
    "order",    "invoice", "refund",      "password", "address",  "delivery",  "subscription",
    "voucher",  "booking", "appointment", "account",  "contract", "warranty",  "balance",
    "transfer", "flight",  "recipe",      "alarm",    "ticket",   "insurance",
};
constexpr std::array<const char*, 10> kWays = {
    "where is my %",
    "i have a question about the % from last week",
    "can you help me with my %",
    "i want to change the %",
    "my % is wrong",
    "how long does the % take",
    "please cancel the %",
    "what does a % cost",
    "show me all of my % details",
    "there is a problem with this %",
};

std::vector<IntentPhrase> phrases() {
  std::vector<IntentPhrase> out;
  for (const char* thing : kThings) {
    for (const std::string way : kWays) {
      const std::size_t at = way.find('%');
      out.push_back({way.substr(0, at) + thing + way.substr(at + 1), thing, false});
    }
    out.push_back({thing, thing, true});
  }
  return out;
}

void train_twenty_flows(benchmark::State& state) {
  const auto all = phrases();
  for (auto _ : state) benchmark::DoNotOptimize(Classifier::train(all));
}
BENCHMARK(train_twenty_flows)->Unit(benchmark::kMillisecond);

void classify(benchmark::State& state) {
  const Classifier classifier = Classifier::train(phrases());
  state.counters["bytes"] = static_cast<double>(classifier.bytes());
  for (auto _ : state) {
    benchmark::DoNotOptimize(classifier.classify("hey, could you tell me when my parcel will be delivered"));
  }
}
BENCHMARK(classify);

void read_features(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(features_of("hey, could you tell me when my parcel will be delivered", "en"));
  }
}
BENCHMARK(read_features);

}  // namespace
}  // namespace parley::language

BENCHMARK_MAIN();
