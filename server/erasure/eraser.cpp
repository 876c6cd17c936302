#include "server/erasure/eraser.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "server/turns/grant_names.hpp"
#include "server/turns/people_entries.hpp"

namespace parley::erasure {

using turns::Awaitable;
using turns::ConversationTable;
using turns::Erase;
using turns::ErasureEntry;

namespace {

constexpr std::uint32_t kPage = 500;    // conversations looked at
constexpr std::size_t kPiece = 20;      // conversations erased in one transaction
constexpr std::uint32_t kEntries = 50;  // of the record, among which one that was just written is
constexpr std::chrono::milliseconds kBetweenPasses = std::chrono::minutes(30);
constexpr std::chrono::milliseconds kBetweenLooks{500};  // so that a stop is soon

}  // namespace

ErasureEntry Eraser::begin(std::string cause, std::string author) {
  return {
      .erasure_id = world_.ids.next("er_"),
      .cause = std::move(cause),
      .author = std::move(author),
      .begun_at = world_.clock.now(),
      .finished_at = {},
  };
}

Awaitable<Result<void>> Eraser::erase_piece(
    const std::string& tenant,
    const ErasureEntry& entry,
    std::vector<std::string> conversations,
    std::optional<Timestamp> before
) {
  // In one order for everybody, so that nobody waits for one who waits for him.
  std::ranges::sort(conversations);
  std::vector<ConversationTable::Lease> leases;
  for (const std::string& id : conversations) {
    if (world_.driver == nullptr) break;
    auto lease = co_await world_.driver->set_aside(tenant, id);
    if (!lease) co_return std::unexpected(std::move(lease.error()));
    leases.push_back(std::move(*lease));
  }
  auto erased =
      co_await world_.store.erase(tenant, {.entry = entry, .conversations = conversations, .before = before});
  if (erased) let_go(tenant, conversations);
  co_return erased;
}

// After they are gone from the store: before that, somebody may still put one into a cache.
void Eraser::let_go(const std::string& tenant, const std::vector<std::string>& conversations) {
  if (world_.driver == nullptr) return;
  for (const std::string& id : conversations) world_.driver->let_go(tenant, id);
}

// What people have granted to connectors in conversations that are not there any more, and what this user
// has.
Awaitable<Result<std::vector<std::string>>> Eraser::grants_left_over(
    const std::string& tenant, const std::string& user_id
) {
  const auto names = co_await world_.store.setting_names(tenant, turns::kGrants);
  if (!names) co_return std::unexpected(names.error());
  std::vector<std::string> conversations;
  for (const std::string& name : *names) {
    if (const auto id = turns::owner_of_grant(name).conversation_id; !id.empty())
      conversations.emplace_back(id);
  }
  std::set<std::string, std::less<>> missing;
  for (std::size_t from = 0; from < conversations.size(); from += kPage) {
    const auto begin_at = conversations.begin() + static_cast<std::ptrdiff_t>(from);
    const auto size = std::min<std::size_t>(kPage, conversations.size() - from);
    std::vector<std::string> some(begin_at, begin_at + static_cast<std::ptrdiff_t>(size));
    const auto gone = co_await world_.store.missing_conversations(tenant, std::move(some));
    if (!gone) co_return std::unexpected(gone.error());
    missing.insert(gone->begin(), gone->end());
  }
  std::vector<std::string> grants;
  for (const std::string& name : *names) {
    const turns::GrantOwner owner = turns::owner_of_grant(name);
    const bool of_user = !user_id.empty() && owner.user_id == user_id;
    if (of_user || missing.contains(owner.conversation_id)) grants.push_back(name);
  }
  co_return grants;
}

Awaitable<Result<ErasureEntry>> Eraser::finish(const std::string& tenant, Erase last) {
  const std::string id = last.entry.erasure_id;
  auto grants = co_await grants_left_over(tenant, last.user_id);
  if (!grants) co_return std::unexpected(std::move(grants.error()));
  std::ranges::move(*grants, std::back_inserter(last.settings));
  last.entry.finished_at = world_.clock.now();
  if (auto erased = co_await world_.store.erase(tenant, std::move(last)); !erased)
    co_return std::unexpected(std::move(erased.error()));
  auto entries = co_await world_.store.erasures(tenant, kEntries);
  if (!entries) co_return std::unexpected(std::move(entries.error()));
  const auto found = std::ranges::find(*entries, id, &ErasureEntry::erasure_id);
  if (found == entries->end()) co_return fail(ErrorCode::internal, "the record of an erasure is missing");
  co_return std::move(*found);
}

Awaitable<Result<ErasureEntry>> Eraser::erase_user(
    std::string tenant, std::string user_id, std::string author
) {
  // Nobody in particular would be everybody.
  if (user_id.empty())
    co_return fail(ErrorCode::invalid_input, "a user without an id cannot be erased", "id");
  const ErasureEntry entry = begin("user", std::move(author));
  for (;;) {
    const auto page = co_await world_.store.list(tenant, {.user_id = user_id, .limit = kPiece});
    if (!page) co_return std::unexpected(page.error());
    if (page->empty()) break;
    std::vector<std::string> conversations;
    for (const turns::ConversationSummary& each : *page) conversations.push_back(each.id);
    auto erased = co_await erase_piece(tenant, entry, std::move(conversations), std::nullopt);
    if (!erased) co_return std::unexpected(std::move(erased.error()));
  }
  auto done = co_await finish(
      tenant,
      {.entry = entry, .conversations = {}, .user_id = user_id, .settings = {turns::forgotten_until(user_id)}}
  );
  world_.forget(tenant, user_id);
  co_return done;
}

Awaitable<Result<std::optional<ErasureEntry>>> Eraser::erase_expired(std::string tenant, Duration keep) {
  const auto before = subtract(world_.clock.now(), keep);
  if (!before) co_return std::unexpected(before.error());
  ErasureEntry entry;
  std::optional<std::uint64_t> after = 0;
  while (after && !stopping_.load(std::memory_order_relaxed)) {
    const auto page = co_await world_.store.expired(tenant, *before, *after, kPage);
    if (!page) co_return std::unexpected(page.error());
    after = page->next;
    for (std::size_t from = 0; from < page->conversations.size(); from += kPiece) {
      const auto begin_at = page->conversations.begin() + static_cast<std::ptrdiff_t>(from);
      const auto size = std::min(kPiece, page->conversations.size() - from);
      std::vector<std::string> piece(begin_at, begin_at + static_cast<std::ptrdiff_t>(size));
      if (entry.erasure_id.empty()) entry = begin("retention", "");
      auto erased = co_await erase_piece(tenant, entry, std::move(piece), *before);
      if (!erased) co_return std::unexpected(std::move(erased.error()));
    }
  }
  if (entry.erasure_id.empty()) co_return std::nullopt;
  auto done = co_await finish(tenant, {.entry = entry, .conversations = {}});
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return std::move(*done);
}

Awaitable<void> Eraser::run_upkeep(Upkeep upkeep) {
  for (auto left = kBetweenLooks; !stopping_.load(std::memory_order_relaxed);) {
    co_await turns::pause(*world_.alarms, kBetweenLooks);
    left -= kBetweenLooks;
    const auto keep = upkeep.keep();
    if (left.count() > 0 || !keep || stopping_.load(std::memory_order_relaxed)) continue;
    upkeep.told(co_await erase_expired(upkeep.tenant, *keep));
    left = kBetweenPasses;
  }
}

}  // namespace parley::erasure
