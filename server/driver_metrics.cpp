#include "server/driver_metrics.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>

namespace parley {

namespace {

struct CounterRow {
  std::string_view name;
  std::string_view help;
  turns::Counter turns::TurnMetrics::* counter;
};

using Turns = turns::TurnMetrics;
constexpr std::array kCounters{
    CounterRow{"parley_turns_total", "Turns committed.", &Turns::turns},
    CounterRow{
        "parley_repeated_answers_total",
        "Requests that got an earlier answer again.",
        &Turns::repeated_answers
    },
    CounterRow{"parley_commits_total", "Commits of the turn driver.", &Turns::commits},
    CounterRow{
        "parley_commit_failures_total", "Commits that the store refused or lost.", &Turns::commit_failures
    },
    CounterRow{
        "parley_conflicts_total", "Turns started over because their state was stale.", &Turns::conflicts
    },
    CounterRow{
        "parley_waits_for_others_total",
        "Turns that were open at another server and were waited for.",
        &Turns::waits_for_others
    },
    CounterRow{"parley_takeovers_total", "Turns taken over from servers that have died.", &Turns::takeovers},
    CounterRow{"parley_conversation_loads_total", "Conversations read from the store.", &Turns::loads},
    CounterRow{"parley_queue_full_total", "Messages refused because too many waited.", &Turns::queue_full},
    CounterRow{"parley_tool_calls_total", "Tool calls.", &Turns::tool_calls},
    CounterRow{"parley_tool_failures_total", "Tool calls that failed.", &Turns::tool_failures},
    CounterRow{
        "parley_effects_in_doubt_total", "Tool calls that may have happened.", &Turns::effects_in_doubt
    },
    CounterRow{"parley_effects_resumed_total", "Tool calls taken up after a crash.", &Turns::effects_resumed},
    CounterRow{
        "parley_retries_refused_total", "Repeated tool calls over their budget.", &Turns::retries_refused
    },
    CounterRow{
        "parley_quarantined_total", "Work that failed too often and was set aside.", &Turns::quarantined
    },
    CounterRow{"parley_timers_fired_total", "Timers that went off.", &Turns::timers_fired},
    CounterRow{
        "parley_messages_put_to_model_total",
        "Messages that the matchers were not sure of.",
        &Turns::messages_put_to_model
    },
    CounterRow{
        "parley_understood_by_model_total",
        "Of them, those that a model understood.",
        &Turns::understood_by_model
    },
};

void append_duration(
    std::string& out, std::string_view name, std::string_view help, const turns::DurationHistogram& histogram
) {
  std::array<double, turns::kDurationBoundsUs.size()> bounds{};
  std::array<std::uint64_t, turns::kDurationBoundsUs.size() + 1> counts{};
  for (std::size_t i = 0; i < bounds.size(); ++i)
    bounds[i] = static_cast<double>(turns::kDurationBoundsUs[i]) * 1e-6;
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = histogram.buckets[i].load(std::memory_order_relaxed);
  ops::append_metric_head(out, name, help, "histogram");
  ops::append_histogram(
      out,
      name,
      {},
      bounds,
      counts,
      static_cast<double>(histogram.sum_us.load(std::memory_order_relaxed)) * 1e-6
  );
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

void register_metrics(ops::Metrics& metrics, const turns::TurnDriver& driver, const net::Server& server) {
  metrics.family([&driver](std::string& out) {
    for (const CounterRow& row : kCounters) {
      ops::append_metric_head(out, row.name, row.help, "counter");
      const auto value = (driver.metrics().*row.counter).load(std::memory_order_relaxed);
      ops::append_metric(out, row.name, {}, static_cast<double>(value));
    }
    append_duration(out, "parley_turn_seconds", "From admission to commit.", driver.metrics().turn_duration);
    append_duration(out, "parley_tool_seconds", "Of a tool call.", driver.metrics().tool_duration);
  });
  metrics.gauge("parley_cached_conversations", "Conversations in memory.", [&driver] {
    return static_cast<double>(driver.cached_conversations());
  });
  metrics.gauge(
      "parley_releases_in_memory",
      "Compiled flows that conversations run on, or lately did.",
      [&driver] { return static_cast<double>(driver.releases().in_memory()); }
  );
  metrics.gauge("parley_open_connections", "Connections open now.", [&server] {
    return static_cast<double>(server.open_connections());
  });
  metrics.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes);
  const auto begun = std::chrono::steady_clock::now();
  metrics.gauge("parley_uptime_seconds", "Since the start.", [begun] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  });
}

}  // namespace parley
