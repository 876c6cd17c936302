// Flows that the clock starts. What was last looked at is kept in the store, so a server that was away starts
// each missed flow once, for the first time it missed, and then goes on from now.
#include <utility>

#include "policy/schedule.hpp"
#include "server/turns/driver.hpp"

namespace parley::turns {

namespace {

constexpr std::string_view kSetting = "schedule ";

std::string key_of(const engine::Candidate& candidate) {
  return std::string(kSetting) + candidate.flow->id + " " + candidate.trigger->name;
}

}  // namespace

Awaitable<Result<std::size_t>> TurnDriver::start_scheduled(std::string tenant) {
  std::size_t begun = 0;
  const auto release = world_.releases.active(tenant);
  if (release == nullptr) co_return begun;
  for (const engine::Candidate& candidate : release->by_schedule()) {
    const auto started = co_await start_if_due(tenant, candidate, key_of(candidate));
    if (!started) co_return std::unexpected(started.error());
    begun += *started ? 1 : 0;
  }
  co_return begun;
}

Awaitable<Result<bool>> TurnDriver::start_if_due(
    std::string_view tenant, const engine::Candidate& candidate, std::string key
) {
  const Timestamp now = world_.clock.now();
  const auto keep = [&]() -> Awaitable<Result<void>> {
    schedules_.insert_or_assign(key, now);
    const std::string text = format_timestamp(now);  // outlives the call, which takes views
    co_return co_await world_.store.put_setting(tenant, key, text);
  };
  auto known = schedules_.find(key);
  if (known == schedules_.end()) {
    const auto stored = co_await world_.store.setting(tenant, key);
    if (!stored) co_return std::unexpected(stored.error());
    const auto last = *stored ? parse_timestamp(**stored) : Result<Timestamp>(fail(ErrorCode::not_found, ""));
    if (!last) {
      // Seen for the first time: it is due from now on, not for the time before it existed.
      if (auto kept = co_await keep(); !kept) co_return std::unexpected(std::move(kept.error()));
      co_return false;
    }
    known = schedules_.emplace(key, *last).first;
  }
  const auto release = world_.releases.active(tenant);
  const std::int32_t offset = release == nullptr ? 0 : release->settings().utc_offset_seconds;
  const auto schedule = policy::parse_schedule(candidate.trigger->name, offset);
  if (!schedule) co_return false;
  const auto due = policy::next_after(*schedule, known->second);
  if (!due || *due > now) co_return false;

  ChatRequest request{.tenant = std::string(tenant), .channel = "schedule", .flow = candidate.flow->id};
  // Killed after the commit and before it is noted, or at another process as well, the same moment finds its
  // answer again.
  request.idempotency = RequestKey{key, format_timestamp(*due), "schedule"};
  const auto answer = co_await start(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  if (auto kept = co_await keep(); !kept) co_return std::unexpected(std::move(kept.error()));
  co_return !answer->repeated;
}

}  // namespace parley::turns
