#include "server/erasure/follower.hpp"

#include <algorithm>
#include <utility>

namespace parley::erasure {

using turns::Awaitable;

namespace {

constexpr std::uint32_t kEntries = 20;  // of the record, the newest: more do not go on at the same time
constexpr std::size_t kTogether = 500;  // conversations asked for at once

}  // namespace

Awaitable<Result<std::size_t>> Follower::look() {
  const auto entries = co_await world_.store.erasures(world_.tenant, kEntries);
  if (!entries) co_return std::unexpected(entries.error());
  std::vector<Seen> seen;
  for (const turns::ErasureEntry& each : *entries)
    seen.push_back({each.erasure_id, each.rows, each.finished_at.has_value()});
  const bool news = seen != seen_;
  const auto now = world_.alarms->now();
  if (!news && (!again_ || now < *again_)) co_return std::size_t{0};
  auto gone = co_await compare();
  if (!gone) co_return gone;
  again_ = news ? std::optional(now + kAgainAfter) : std::nullopt;
  seen_ = std::move(seen);
  co_return gone;
}

Awaitable<Result<std::size_t>> Follower::compare() {
  std::vector<std::string> kept = world_.kept();
  std::ranges::sort(kept);
  const auto repeated = std::ranges::unique(kept);
  kept.erase(repeated.begin(), repeated.end());
  std::size_t count = 0;
  for (std::size_t from = 0; from < kept.size(); from += kTogether) {
    const auto begin = kept.begin() + static_cast<std::ptrdiff_t>(from);
    const auto size = static_cast<std::ptrdiff_t>(std::min(kTogether, kept.size() - from));
    std::vector<std::string> some(begin, begin + size);
    const auto gone = co_await world_.store.missing_conversations(world_.tenant, std::move(some));
    if (!gone) co_return std::unexpected(gone.error());
    if (!gone->empty()) world_.let_go(*gone);
    count += gone->size();
  }
  co_return count;
}

Awaitable<void> Follower::run() {
  bool well = true;
  while (!stopping_.load(std::memory_order_relaxed)) {
    const auto looked = co_await look();
    if (!looked && well) world_.told(looked.error());
    well = looked.has_value();
    co_await turns::pause(*world_.alarms, kEvery);
  }
}

}  // namespace parley::erasure
