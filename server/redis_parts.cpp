#include "server/redis_parts.hpp"

#include <chrono>
#include <utility>

#include "base/encoding.hpp"
#include "server/ops/log.hpp"
#include "server/ops/secrets.hpp"
#include "server/stores/redis/shared_limiter.hpp"
#include "server/turns/alarms.hpp"

namespace parley {

namespace {

using namespace stores::redis;

constexpr std::chrono::milliseconds kBeat{1000};

std::int64_t wall_microseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

double number(const std::atomic<std::uint64_t>& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

}  // namespace

RedisParts::Shared::Shared(ClientOptions options, turns::Hub& hub)
    : client(std::move(options)),
      sessions(client, seal),
      live(client, seal, hub, {.server_id = hex_encode(ops::random_bytes(8)), .beat = kBeat}) {}

Result<std::unique_ptr<RedisParts>> RedisParts::make(const ops::Config& config, turns::Hub& hub) {
  std::unique_ptr<RedisParts> parts(new RedisParts);
  const std::string& url = config.text("redis.url");
  if (url.empty()) return parts;
  auto address = read_address(url);
  if (!address) {
    address.error().pointer = config.source("redis.url").where;
    return std::unexpected(std::move(address.error()));
  }
  ClientOptions options;
  options.connection.address = *std::move(address);
  options.patience = std::chrono::milliseconds(config.integer("redis.timeout_ms"));
  options.log = [](std::string_view what) { ops::log(ops::LogLevel::warn, "redis", {{"state", what}}); };
  parts->shared_ = std::make_unique<Shared>(std::move(options), hub);
  return parts;
}

turns::SessionCache& RedisParts::sessions() {
  return shared_ ? static_cast<turns::SessionCache&>(shared_->sessions) : turns::no_session_cache();
}

turns::LiveEvents& RedisParts::live() {
  return shared_ ? static_cast<turns::LiveEvents&>(shared_->live) : turns::no_live_events();
}

std::unique_ptr<limits::RateLimiter> RedisParts::make_limiter(std::string_view tenant) {
  if (!shared_) return std::make_unique<limits::LocalLimiter>();
  return std::make_unique<SharedLimiter>(
      shared_->client, shared_->seal, std::string(tenant), wall_microseconds
  );
}

void RedisParts::start(std::string_view server_secret) {
  if (!shared_) return;
  shared_->seal = Seal(server_secret);
  shared_->client.start();
}

net::Awaitable<void> RedisParts::run_upkeep(turns::Store& store) {
  if (!shared_) co_return;
  while (!leaving_.load(std::memory_order_relaxed)) {
    co_await turns::pause(turns::system_alarms(), kBeat);
    co_await shared_->live.look_at_log(store);
  }
}

void RedisParts::leave() {
  leaving_.store(true, std::memory_order_relaxed);
  if (shared_) shared_->live.leave();
}

Result<void> RedisParts::check() const {
  if (!shared_) return {};
  return shared_->client.check();
}

void RedisParts::register_metrics(ops::Metrics& metrics) {
  if (!shared_) return;
  metrics.gauge("parley_redis_up", "1 while the Redis answers.", [this] {
    return shared_->client.up() ? 1.0 : 0.0;
  });
  const ClientCounts& client = shared_->client.counts();
  const auto count = [&metrics](
                         std::string name,
                         std::string help,
                         const std::atomic<std::uint64_t>& counter,
                         std::string labels = {}
                     ) {
    metrics.counter_from(
        std::move(name), std::move(help), [&counter] { return number(counter); }, std::move(labels)
    );
  };
  constexpr const char* kQuestions = "Questions to the Redis, by what became of them.";
  count("parley_redis_questions_total", kQuestions, client.answered, "outcome=\"answered\"");
  count("parley_redis_questions_total", kQuestions, client.late, "outcome=\"late\"");
  count("parley_redis_questions_total", kQuestions, client.refused, "outcome=\"not_asked\"");
  count("parley_redis_connections_total", "Connections made to the Redis.", client.connections);
  const auto& sessions = shared_->sessions.counts();
  constexpr const char* kSessions = "Sessions looked for in the Redis, by what was found.";
  count("parley_redis_sessions_total", kSessions, sessions.hits, "found=\"newer\"");
  count("parley_redis_sessions_total", kSessions, sessions.misses, "found=\"nothing\"");
  count("parley_redis_sessions_total", kSessions, sessions.forged, "found=\"forged\"");
  const auto& live = shared_->live.counts();
  constexpr const char* kEvents = "Events told to and heard from other servers.";
  count("parley_redis_events_total", kEvents, live.told, "direction=\"told\"");
  count("parley_redis_events_total", kEvents, live.heard, "direction=\"heard\"");
  count("parley_redis_events_total", kEvents, live.forged, "direction=\"forged\"");
  count("parley_log_looks_total", "Looks at the log because events may have been missed.", live.looks);
}

}  // namespace parley
