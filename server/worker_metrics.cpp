#include "server/worker_metrics.hpp"

#include <array>
#include <string>
#include <string_view>

namespace parley {

namespace {

constexpr std::array<std::string_view, 9> kOutcomes{
    "ok",
    "failed",
    "no_worker",
    "worker_busy",
    "timeout",
    "in_doubt",
    "tool_broke",
    "bad_answer",
    "too_large",
};

struct GaugeRow {
  std::string_view name;
  std::string_view help;
  std::size_t tools::WorkerLoad::* value;
};

constexpr std::array kGauges{
    GaugeRow{"parley_workers_connected", "Workers that are connected.", &tools::WorkerLoad::connected},
    GaugeRow{"parley_workers_draining", "Workers that take no new calls.", &tools::WorkerLoad::draining},
    GaugeRow{"parley_worker_calls_under_way", "Calls at workers.", &tools::WorkerLoad::under_way},
    GaugeRow{
        "parley_worker_calls_waiting", "Calls that no worker has time for.", &tools::WorkerLoad::waiting
    },
    GaugeRow{"parley_worker_room", "Calls that workers could take now.", &tools::WorkerLoad::room},
};

}  // namespace

decltype(tools::WorkerOptions::count) count_worker_calls(ops::Metrics& metrics) {
  std::array<ops::Counter*, kOutcomes.size()> counters{};
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    counters[i] = &metrics.counter(
        "parley_worker_calls_total",
        "Calls of workers' tools, by what came of them.",
        "outcome=\"" + std::string(kOutcomes[i]) + "\""
    );
  }
  ops::Histogram& times = metrics.histogram(
      "parley_worker_call_seconds", "From when a call was wanted to its end, waiting for a worker included."
  );
  return [counters, &times](std::string_view outcome, std::chrono::microseconds took) {
    for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
      if (kOutcomes[i] == outcome) counters[i]->add();
    }
    times.add_us(static_cast<std::uint64_t>(took.count()));
  };
}

void register_worker_metrics(ops::Metrics& metrics, std::shared_ptr<const tools::WorkerPool> pool) {
  for (const GaugeRow& row : kGauges) {
    metrics.gauge(std::string(row.name), std::string(row.help), [pool, value = row.value] {
      return static_cast<double>(pool->load().*value);
    });
  }
}

}  // namespace parley
