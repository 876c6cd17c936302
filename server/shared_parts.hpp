// What stands beside the store and is shared by several servers, put together from the configuration: a
// Redis, or without one hints through the database; a replica of the database that lists and logs are read
// from. Without them each part is what one server does by itself.
//
// Made before the driver, started when the secret key is known; leave() when the server begins to stop.
// Destroy it when the loops have ended and still exist, after the driver's last turn.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/api/api.hpp"
#include "server/limits/rate.hpp"
#include "server/net/loop.hpp"
#include "server/ops/config.hpp"
#include "server/ops/metrics.hpp"
#include "server/redis_parts.hpp"
#include "server/stores/postgres/live/hints.hpp"
#include "server/stores/postgres/replica.hpp"
#include "server/turns/live/hub.hpp"
#include "server/turns/live/live_events.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/session_cache.hpp"

namespace parley {

class SharedParts {
 public:
  // An error when an address is none. The store and the hub must outlive it.
  static Result<std::unique_ptr<SharedParts>> make(
      const ops::Config& config, turns::Store& store, turns::Hub& hub, std::string_view tenant
  );

  [[nodiscard]] turns::SessionCache& sessions() { return redis_->sessions(); }
  [[nodiscard]] turns::LiveEvents& live();
  [[nodiscard]] std::unique_ptr<limits::RateLimiter> make_limiter(std::string_view tenant) {
    return redis_->make_limiter(tenant);
  }
  // For what may be read elsewhere than where turns are written; never older than there.
  [[nodiscard]] turns::Store& reads();

  void start(std::string_view server_secret);
  // On this loop, for as long as it runs.
  void spawn_upkeep(net::Executor executor);
  void leave();

  [[nodiscard]] std::vector<api::Helper> helpers() const;
  void register_metrics(ops::Metrics& metrics);

 private:
  explicit SharedParts(turns::Store& store) : store_(store) {}
  net::Awaitable<void> run_upkeep();
  net::Awaitable<void> watch_replica();

  turns::Store& store_;
  std::unique_ptr<RedisParts> redis_;
  std::unique_ptr<stores::postgres::Hints> hints_;           // null: none are wanted
  std::unique_ptr<stores::postgres::ReplicaStore> replica_;  // the same
  std::atomic<bool> leaving_{false};
};

}  // namespace parley
