#include "server/shared_parts.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "server/open_store.hpp"
#include "server/ops/log.hpp"
#include "server/turns/alarms.hpp"

namespace parley {

namespace {

constexpr std::chrono::milliseconds kBeat{1000};

Result<std::unique_ptr<stores::postgres::ReplicaStore>> make_replica(
    const ops::Config& config, turns::Store& store
) {
  const std::string& url = config.text("store.read_url");
  if (url.empty()) return nullptr;
  const std::string where = config.source("store.read_url").where;
  // The value may hold a password, so it is not repeated.
  if (!is_postgres_url(url)) {
    return fail(
        ErrorCode::invalid_input,
        "store.read_url does not name a PostgreSQL database",
        where,
        "write postgres://user@host/database, or leave it empty to read where turns are written"
    );
  }
  if (config.text("store.url").empty()) {
    return fail(
        ErrorCode::invalid_input,
        "store.read_url names a replica, but the store is SQLite",
        where,
        "set store.url to the database that it is a replica of"
    );
  }
  return std::make_unique<stores::postgres::ReplicaStore>(
      store,
      stores::postgres::ReplicaOptions{
          .primary_url = config.text("store.url"),
          .replica_url = url,
          .log = [](const std::string& what) { ops::log(ops::LogLevel::warn, "replica", {{"state", what}}); }
      }
  );
}

// Not for a single file, and not where a Redis tells more.
Result<std::unique_ptr<stores::postgres::Hints>> make_hints(
    const ops::Config& config, const turns::Store& store, turns::Hub& hub, std::string_view tenant
) {
  const std::int64_t most = config.integer("store.hints_per_second");
  if (!store.is_shared() || most == 0 || !config.text("redis.url").empty()) return nullptr;
  const std::string& url = config.text("store.listen_url");
  if (!url.empty() && !is_postgres_url(url)) {
    return fail(
        ErrorCode::invalid_input,
        "store.listen_url does not name a PostgreSQL database",
        config.source("store.listen_url").where,
        "write postgres://user@host/database, or leave it empty when no pooler is in between"
    );
  }
  return std::make_unique<stores::postgres::Hints>(
      hub,
      stores::postgres::HintOptions{
          .url = url.empty() ? config.text("store.url") : url,
          .tenant = std::string(tenant),
          .every = std::chrono::milliseconds(1000 / most),
          .log = [](const std::string& what) { ops::log(ops::LogLevel::warn, "hints", {{"state", what}}); }
      }
  );
}

void register_hints(ops::Metrics& metrics, const stores::postgres::Hints& hints) {
  const auto count =
      [&metrics](
          const char* name, const char* help, const std::atomic<std::uint64_t>& counter, std::string labels
      ) {
        metrics.counter_from(
            name,
            help,
            [&counter] { return static_cast<double>(counter.load(std::memory_order_relaxed)); },
            std::move(labels)
        );
      };
  metrics.gauge("parley_hints_up", "1 while hints of other servers are heard.", [&hints] {
    return hints.check() ? 1.0 : 0.0;
  });
  constexpr const char* kHints = "Hints told to other servers and heard from them.";
  count("parley_hints_total", kHints, hints.counts().told, "direction=\"told\"");
  count("parley_hints_total", kHints, hints.counts().heard, "direction=\"heard\"");
  count(
      "parley_hint_statements_total", "Statements in which hints were told.", hints.counts().statements, {}
  );
  count(
      "parley_log_looks_total",
      "Looks at the log because events may have been missed.",
      hints.counts().looks,
      {}
  );
}

}  // namespace

Result<std::unique_ptr<SharedParts>> SharedParts::make(
    const ops::Config& config, turns::Store& store, turns::Hub& hub, std::string_view tenant
) {
  std::unique_ptr<SharedParts> parts(new SharedParts(store));
  auto redis = RedisParts::make(config, hub);
  if (!redis) return std::unexpected(std::move(redis.error()));
  parts->redis_ = std::move(*redis);
  auto hints = make_hints(config, store, hub, tenant);
  if (!hints) return std::unexpected(std::move(hints.error()));
  parts->hints_ = std::move(*hints);
  auto replica = make_replica(config, store);
  if (!replica) return std::unexpected(std::move(replica.error()));
  parts->replica_ = std::move(*replica);
  return parts;
}

turns::LiveEvents& SharedParts::live() {
  return hints_ ? static_cast<turns::LiveEvents&>(*hints_) : redis_->live();
}

void SharedParts::start(std::string_view server_secret) {
  redis_->start(server_secret);
  if (hints_) hints_->start(server_secret);
}

turns::Store& SharedParts::reads() {
  return replica_ ? static_cast<turns::Store&>(*replica_) : store_;
}

// That of the Redis is a coroutine of its own, since a store that hangs would hold up the others.
net::Awaitable<void> SharedParts::run_upkeep() {
  while (!leaving_.load(std::memory_order_relaxed)) {
    if (hints_) co_await hints_->look_at_log(store_);
    co_await turns::pause(turns::system_alarms(), kBeat);
  }
}

// So that it is known to be away before somebody is to read from it.
net::Awaitable<void> SharedParts::watch_replica() {
  while (replica_ && !leaving_.load(std::memory_order_relaxed)) {
    co_await replica_->look();
    co_await turns::pause(turns::system_alarms(), kBeat);
  }
}

void SharedParts::spawn_upkeep(net::Executor executor) {
  boost::asio::co_spawn(executor, redis_->run_upkeep(store_), boost::asio::detached);
  boost::asio::co_spawn(executor, run_upkeep(), boost::asio::detached);
  boost::asio::co_spawn(executor, watch_replica(), boost::asio::detached);
}

void SharedParts::leave() {
  leaving_.store(true, std::memory_order_relaxed);
  redis_->leave();
}

std::vector<api::Helper> SharedParts::helpers() const {
  std::vector<api::Helper> helpers;
  if (!redis_->none()) helpers.push_back({"redis", [this] { return redis_->check(); }});
  if (hints_) helpers.push_back({"hints", [this] { return hints_->check(); }});
  if (replica_) helpers.push_back({"replica", [this] { return replica_->state().check(); }});
  return helpers;
}

void SharedParts::register_metrics(ops::Metrics& metrics) {
  redis_->register_metrics(metrics);
  if (hints_) register_hints(metrics, *hints_);
  if (!replica_) return;
  const stores::postgres::ReplicaState& state = replica_->state();
  metrics.gauge("parley_replica_up", "1 while lists and logs are read from the replica.", [&state] {
    return state.check() ? 1.0 : 0.0;
  });
  metrics.gauge(
      "parley_replica_behind_bytes",
      "Of the primary's log, when the replica was last asked.",
      [&state] { return static_cast<double>(state.bytes_behind.load(std::memory_order_relaxed)); }
  );
  constexpr const char* kReads = "Reads that may go to the replica, by where they went.";
  metrics.counter_from(
      "parley_replica_reads_total",
      kReads,
      [&state] { return static_cast<double>(state.answered.load(std::memory_order_relaxed)); },
      "from=\"replica\""
  );
  metrics.counter_from(
      "parley_replica_reads_total",
      kReads,
      [&state] { return static_cast<double>(state.passed_on.load(std::memory_order_relaxed)); },
      "from=\"primary\""
  );
}

}  // namespace parley
