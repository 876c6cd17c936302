#include "server/protection.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "server/limits/timed_store.hpp"

namespace parley {

namespace {

using limits::Work;

limits::Tolerance tolerance(std::int64_t overload_ms) {
  const std::chrono::milliseconds store(std::max<std::int64_t>(overload_ms, 1));
  return {.loop = std::max(store / 5, limits::Tolerance().loop), .store = store};
}

std::uint32_t unsigned_of(const ops::Config& config, std::string_view name) {
  return static_cast<std::uint32_t>(config.integer(name));
}

}  // namespace

Protection::Protection(const ops::Config& config)
    : sheds_(config.integer("server.overload_ms") > 0),
      monitor_(pressure_, store_delay_, tolerance(config.integer("server.overload_ms"))) {}

std::unique_ptr<turns::Store> Protection::watched(std::unique_ptr<turns::Store> store) {
  return std::make_unique<limits::TimedStore>(std::move(store), store_delay_);
}

std::unique_ptr<api::Throttle> Protection::make_throttle(
    const ops::Config& config,
    std::unique_ptr<limits::RateLimiter> limiter,
    const api::Access& access,
    ops::Metrics& metrics
) {
  const std::uint32_t of_key = unsigned_of(config, "limits.key_turns_per_minute");
  return std::make_unique<api::Throttle>(
      pressure_,
      std::move(limiter),
      access,
      api::ThrottleOptions{
          .turns =
              {.per_minute = unsigned_of(config, "limits.turns_per_minute"),
               .burst = unsigned_of(config, "limits.turns_burst")},
          .key_turns = {.per_minute = of_key, .burst = std::max(of_key / 10, 1U)},
          // Whoever develops on this machine is not to wonder why his loop of requests stops, unless he
          // asked.
          .when_open = config.source("limits.turns_per_minute").origin != ops::Origin::fallback,
      },
      metrics
  );
}

void Protection::register_metrics(ops::Metrics& metrics) {
  for (const Work work : {Work::reading, Work::fresh, Work::running}) {
    metrics.counter_from(
        "parley_shed_total",
        "Requests refused because there was too much to do.",
        [this, work] { return static_cast<double>(pressure_.refused(work)); },
        "work=\"" + std::string(limits::name(work)) + "\""
    );
  }
  for (const Work work : {Work::reading, Work::fresh, Work::running}) {
    metrics.gauge(
        "parley_shed_share",
        "The part of such requests that is refused now.",
        [this, work] { return pressure_.share(work); },
        "work=\"" + std::string(limits::name(work)) + "\""
    );
  }
  metrics.gauge("parley_loop_delay_seconds", "How late the loops are, at worst.", [this] {
    return monitor_.loop_seconds();
  });
  metrics.gauge("parley_store_delay_seconds", "How long commits and loads take, at worst.", [this] {
    return monitor_.store_seconds();
  });
  metrics.gauge("parley_store_waiting", "Commits and loads that the store has not answered yet.", [this] {
    return static_cast<double>(store_delay_.waiting());
  });
}

void Protection::start(const net::Server& server) {
  if (!sheds_) return;
  std::vector<net::Executor> loops;
  for (std::size_t i = 0; i < server.loop_count(); ++i) loops.push_back(server.executor(i));
  monitor_.start(loops);
}

}  // namespace parley
