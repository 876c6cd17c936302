// What keeps the server from being overrun, put together from the configuration: load is measured, excess
// work refused, turns counted. Made before the store is used, started when the loops run; must outlive both.
#pragma once

#include <memory>

#include "server/api/throttle.hpp"
#include "server/limits/delay_watch.hpp"
#include "server/limits/overload.hpp"
#include "server/limits/pressure.hpp"
#include "server/net/server.hpp"
#include "server/ops/config.hpp"
#include "server/ops/metrics.hpp"
#include "server/turns/ports.hpp"

namespace parley {

class Protection {
 public:
  explicit Protection(const ops::Config& config);

  // The store with a watch on how long it takes.
  [[nodiscard]] std::unique_ptr<turns::Store> watched(std::unique_ptr<turns::Store> store);
  [[nodiscard]] std::unique_ptr<api::Throttle> make_throttle(
      const ops::Config& config,
      std::unique_ptr<limits::RateLimiter> limiter,
      const api::Access& access,
      ops::Metrics& metrics
  );
  void register_metrics(ops::Metrics& metrics);
  void start(const net::Server& server);

 private:
  bool sheds_ = false;
  limits::Pressure pressure_;
  limits::DelayWatch store_delay_;
  limits::OverloadMonitor monitor_;
};

}  // namespace parley
