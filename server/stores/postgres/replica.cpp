#include "server/stores/postgres/replica.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "server/stores/postgres/schema.hpp"

namespace parley::stores::postgres {

namespace {

using std::chrono::milliseconds;

constexpr const char* kNoTenant = "replica";  // every transaction names one
constexpr const char* kName = "parley replica";
constexpr milliseconds kLongestWait{5};
constexpr const char* kBehind = "the replica is behind";

constexpr Statement kPosition{
    "position",
    "SELECT convert_to(pg_current_wal_flush_lsn()::text, 'UTF8'), "
    "convert_to(left(pg_walfile_name(pg_current_wal_flush_lsn()), 8), 'UTF8'), "
    "convert_to((SELECT system_identifier FROM pg_control_system())::text, 'UTF8')"
};
// A replica that was made the primary, or follows another one than ours, may have gone another way since. The
// timeline is that of its last restart point, so a replica that has changed sides waits for the next.
constexpr Statement kDistance{
    "distance",
    "SELECT pg_is_in_recovery(), (convert_from($1, 'UTF8')::pg_lsn - pg_last_wal_replay_lsn())::bigint, "
    "lpad(upper(to_hex((SELECT timeline_id FROM pg_control_checkpoint()))), 8, '0') = convert_from($2, "
    "'UTF8'), "
    "(SELECT system_identifier FROM pg_control_system())::text = convert_from($3, 'UTF8')"
};

}  // namespace

// ---- what is known of it

bool ReplicaState::may_be_asked() const {
  return Clock::now().time_since_epoch().count() >= let_alone_until_.load(std::memory_order_relaxed);
}

void ReplicaState::well() {
  let_alone_until_.store(0, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    why_.clear();
    if (!std::exchange(logged_, false)) return;
  }
  options_.log("the replica answers");
}

void ReplicaState::not_now(const std::string& why) {
  let_alone_until_.store(
      (Clock::now() + options_.pause).time_since_epoch().count(), std::memory_order_relaxed
  );
  note(why, true);
}

// Where there is much to do it may be so many times a second; `parley_replica_up` shows it.
void ReplicaState::behind(const std::string& why) {
  hurry_until_.store((Clock::now() + options_.pause).time_since_epoch().count(), std::memory_order_relaxed);
  note(why, false);
}

milliseconds ReplicaState::patience() const {
  const bool hurry = Clock::now().time_since_epoch().count() < hurry_until_.load(std::memory_order_relaxed);
  return hurry ? milliseconds(0) : options_.patience;
}

void ReplicaState::note(const std::string& why, bool log) {
  {
    const std::lock_guard lock(mutex_);
    if (why_ == why) return;
    why_ = why;
    logged_ = logged_ || log;
  }
  if (log) options_.log(why);
}

Result<void> ReplicaState::check() const {
  const std::lock_guard lock(mutex_);
  if (why_.empty()) return {};
  return fail(ErrorCode::unavailable, why_);
}

// ---- one thread's

ReplicaReaders::ReplicaReaders(ReplicaState& state)
    : state_(state), reader_(state.options().replica_url, kName) {}

std::unexpected<Error> ReplicaReaders::primary_instead() {
  return fail(ErrorCode::unavailable, "the primary is asked instead", std::string(kAskPrimary));
}

Connection& ReplicaReaders::primary() {
  if (primary_ == nullptr || !primary_->is_alive())
    primary_ = std::make_unique<Connection>(state_.options().primary_url, kName);
  return *primary_;
}

// One that would not keep tenants apart is not asked at all.
Connection& ReplicaReaders::replica() {
  if (replica_ != nullptr && replica_->is_alive()) return *replica_;
  replica_.reset();
  auto connection = std::make_unique<Connection>(state_.options().replica_url, kName);
  if (const auto sound = check_runtime(state_.options().replica_url); !sound)
    throw PostgresFailure({}, sound.error().message, false);
  replica_ = std::move(connection);
  return *replica_;
}

ReplicaReaders::Position ReplicaReaders::position_of_primary() {
  const Request asked[] = {{&kPosition, {}}};
  const std::vector<Rows> rows = primary().transaction(kNoTenant, Access::read, asked);
  return {rows[0].text(0, 0), rows[0].text(0, 1), rows[0].text(0, 2)};
}

std::string ReplicaReaders::distance(const Position& wanted) {
  Request asked[] = {{&kDistance, {}}};
  asked[0].parameters.add(wanted.saved).add(wanted.timeline).add(wanted.system);
  const std::vector<Rows> answers = replica().transaction(kNoTenant, Access::read, asked);
  const Rows& row = answers.front();
  if (!row.truth(0, 3)) return "store.read_url is a replica of another database than store.url";
  if (!row.truth(0, 0)) return "store.read_url is no replica: it takes writes";
  if (!row.truth(0, 2)) return "the replica has not followed the primary to its timeline yet";
  if (row.is_null(0, 1)) return "the replica has replayed nothing yet";
  const std::int64_t bytes = row.number(0, 1);
  state_.bytes_behind.store(std::max<std::int64_t>(bytes, 0), std::memory_order_relaxed);
  return bytes <= 0 ? "" : kBehind;
}

bool ReplicaReaders::caught_up() {
  try {
    const Position wanted = position_of_primary();
    const auto until = ReplicaState::Clock::now() + state_.patience();
    for (milliseconds wait{1};; wait = std::min(2 * wait, kLongestWait)) {
      const std::string why = distance(wanted);
      if (why.empty()) {
        state_.well();
        return true;
      }
      if (why != kBehind) {
        state_.not_now(why);
        return false;
      }
      if (ReplicaState::Clock::now() + wait > until) {
        state_.behind(why);
        return false;
      }
      std::this_thread::sleep_for(wait);
    }
  } catch (const PostgresFailure& failure) {
    // Whose it was does not matter: the primary is asked, and says so itself.
    primary_.reset();
    replica_.reset();
    state_.not_now(std::string("the replica cannot be asked: ") + failure.what());
  }
  return false;
}

// ---- the store

ReplicaStore::ReplicaStore(turns::Store& inner, ReplicaOptions options)
    : ForwardingStore(inner),
      state_(options),
      threads_(options.threads, [this] { return std::make_unique<ReplicaReaders>(state_); }) {}

template <typename T, typename Query, typename Otherwise>
turns::Awaitable<Result<T>> ReplicaStore::ask(std::string_view tenant, Query query, Otherwise otherwise) {
  auto answer = co_await threads_.read<T>(std::string(tenant), std::move(query));
  const bool answered = answer || answer.error().pointer != kAskPrimary;
  (answered ? state_.answered : state_.passed_on).fetch_add(1, std::memory_order_relaxed);
  if (answered) co_return answer;
  co_return co_await otherwise();
}

turns::Awaitable<Result<std::vector<turns::LogRecord>>> ReplicaStore::records(
    std::string_view tenant, std::string_view id, std::uint64_t after, std::uint32_t limit
) {
  co_return co_await ask<std::vector<turns::LogRecord>>(
      tenant,
      [id = std::string(id), after, limit](Reader& reader) { return reader.records(id, after, limit); },
      [&] { return inner_.records(tenant, id, after, limit); }
  );
}

turns::Awaitable<Result<std::vector<turns::ConversationSummary>>> ReplicaStore::list(
    std::string_view tenant, turns::ConversationFilter filter
) {
  co_return co_await ask<std::vector<turns::ConversationSummary>>(
      tenant,
      [filter](Reader& reader) { return reader.list(filter); },
      [&] { return inner_.list(tenant, filter); }
  );
}

turns::Awaitable<Result<std::vector<turns::ReviewEntry>>> ReplicaStore::reviews(
    std::string_view tenant, turns::ReviewFilter filter
) {
  co_return co_await ask<std::vector<turns::ReviewEntry>>(
      tenant,
      [filter](Reader& reader) { return reader.reviews(filter); },
      [&] { return inner_.reviews(tenant, filter); }
  );
}

turns::Awaitable<Result<std::vector<turns::FlowVersion>>> ReplicaStore::flow_versions(
    std::string_view tenant, std::string_view flow_id
) {
  co_return co_await ask<std::vector<turns::FlowVersion>>(
      tenant,
      [id = std::string(flow_id)](Reader& reader) { return reader.flow_versions(id); },
      [&] { return inner_.flow_versions(tenant, flow_id); }
  );
}

turns::Awaitable<Result<std::vector<turns::PublicationEntry>>> ReplicaStore::publications(
    std::string_view tenant, std::string_view flow_id
) {
  co_return co_await ask<std::vector<turns::PublicationEntry>>(
      tenant,
      [id = std::string(flow_id)](Reader& reader) { return reader.publications(id); },
      [&] { return inner_.publications(tenant, flow_id); }
  );
}

turns::Awaitable<Result<std::vector<turns::ErasureEntry>>> ReplicaStore::erasures(
    std::string_view tenant, std::uint32_t limit
) {
  co_return co_await ask<std::vector<turns::ErasureEntry>>(
      tenant,
      [limit](Reader& reader) { return reader.erasures(limit); },
      [&] { return inner_.erasures(tenant, limit); }
  );
}

turns::Awaitable<void> ReplicaStore::look() {
  const auto nothing = [](Reader&) -> Result<void> { return {}; };
  (void)co_await threads_.read<void>(std::string(kNoTenant), nothing);
}

Result<void> wait_for_replica(
    const std::string& primary_url, const std::string& replica_url, milliseconds patience
) {
  ReplicaState state({.primary_url = primary_url, .replica_url = replica_url, .patience = patience});
  ReplicaReaders readers(state);
  auto nothing = [](Reader&) -> Result<void> { return {}; };
  if (readers.run<void>(kNoTenant, nothing)) return {};
  return state.check();
}

}  // namespace parley::stores::postgres
