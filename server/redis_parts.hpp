// What several servers share through a Redis, put together from the configuration: a cache of sessions, live
// events, rates of turns. Without a Redis in the settings each part is what one server does by itself.
//
// Made before the driver, started when the secret key is known; leave() when the server begins to stop.
// Destroy it when the loops have ended and still exist.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/limits/rate.hpp"
#include "server/net/loop.hpp"
#include "server/ops/config.hpp"
#include "server/ops/metrics.hpp"
#include "server/stores/redis/client.hpp"
#include "server/stores/redis/live_events.hpp"
#include "server/stores/redis/seal.hpp"
#include "server/stores/redis/session_cache.hpp"
#include "server/turns/live/hub.hpp"
#include "server/turns/live/live_events.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/session_cache.hpp"

namespace parley {

class RedisParts {
 public:
  // An error when redis.url is no address.
  static Result<std::unique_ptr<RedisParts>> make(const ops::Config& config, turns::Hub& hub);

  [[nodiscard]] turns::SessionCache& sessions();
  [[nodiscard]] turns::LiveEvents& live();
  [[nodiscard]] std::unique_ptr<limits::RateLimiter> make_limiter(std::string_view tenant);

  void start(std::string_view server_secret);
  // On one loop, for as long as it runs.
  net::Awaitable<void> run_upkeep(turns::Store& store);
  void leave();

  // No Redis is wanted.
  [[nodiscard]] bool none() const { return !shared_; }
  [[nodiscard]] Result<void> check() const;
  void register_metrics(ops::Metrics& metrics);

 private:
  struct Shared {
    Shared(stores::redis::ClientOptions options, turns::Hub& hub);
    stores::redis::Seal seal{""};  // until it is started nothing is sealed
    stores::redis::Client client;
    stores::redis::RedisSessionCache sessions;
    stores::redis::RedisLiveEvents live;
  };

  RedisParts() = default;

  std::unique_ptr<Shared> shared_;
  std::atomic<bool> leaving_{false};
};

}  // namespace parley
