// Puts what is known of workers and their calls into /metrics.
#pragma once

#include <memory>

#include "server/ops/metrics.hpp"
#include "server/tools/worker/pool.hpp"

namespace parley {

// What a pool counts its calls with; `metrics` must outlive it. To be made before the pool, and once.
[[nodiscard]] decltype(tools::WorkerOptions::count) count_worker_calls(ops::Metrics& metrics);

void register_worker_metrics(ops::Metrics& metrics, std::shared_ptr<const tools::WorkerPool> pool);

}  // namespace parley
