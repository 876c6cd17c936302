#include "server/turns/conversations.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace parley::turns {

ConversationTable::ConversationTable(std::size_t cached_conversations) {
  for (Shard& shard : shards_) shard.capacity = std::max<std::size_t>(1, cached_conversations / kShards);
}

std::string ConversationTable::key(std::string_view tenant, std::string_view conversation_id) {
  std::string key;
  key.reserve(tenant.size() + conversation_id.size() + 1);
  key += tenant;
  key += '\0';
  key += conversation_id;
  return key;
}

ConversationTable::Shard& ConversationTable::shard_of(std::string_view key) {
  return shards_[std::hash<std::string_view>()(key) % kShards];
}

std::size_t ConversationTable::cached() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.slots.size();
  }
  return count;
}

std::vector<std::string> ConversationTable::kept(std::string_view beginning) const {
  std::vector<std::string> found;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const Slot& slot : shard.slots) {
      if (slot.key.starts_with(beginning)) found.push_back(slot.key.substr(beginning.size()));
    }
  }
  return found;
}

void ConversationTable::abandon_waiting() {
  std::vector<std::unique_ptr<Waiters>> gone;  // let go when no lock is held
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (Slot& slot : shard.slots) {
      if (slot.waiters != nullptr) gone.push_back(std::move(slot.waiters));
    }
  }
}

// Shard locked. The slot moves to the front.
ConversationTable::Slot& ConversationTable::find_or_add(Shard& shard, std::string_view key) {
  if (const auto found = shard.by_key.find(key); found != shard.by_key.end()) {
    shard.slots.splice(shard.slots.begin(), shard.slots, found->second);
    return shard.slots.front();
  }
  Slot& slot = shard.slots.emplace_front();
  slot.key = key;
  shard.by_key.emplace(slot.key, shard.slots.begin());
  return slot;
}

// Shard locked. Slots at work stay, so a shard may be over its capacity for a while.
void ConversationTable::forget_oldest(Shard& shard) {
  for (auto slot = shard.slots.end(); shard.slots.size() > shard.capacity && slot != shard.slots.begin();) {
    --slot;
    if (slot->busy) continue;
    shard.by_key.erase(slot->key);
    slot = shard.slots.erase(slot);
  }
}

std::optional<ConversationTable::Lease> ConversationTable::try_admit(std::string_view key) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  Slot& slot = find_or_add(shard, key);
  if (slot.busy) return std::nullopt;
  slot.busy = true;
  return Lease(shard, slot);
}

// Shard locked. Those who may be superseded leave the line.
ConversationTable::Waiters ConversationTable::superseded(Slot& slot) {
  Waiters gone;
  if (slot.waiters == nullptr) return gone;
  Waiters kept;
  for (Waiter& waiter : *slot.waiters) (waiter.latest ? gone : kept).push_back(std::move(waiter));
  *slot.waiters = std::move(kept);
  return gone;
}

Awaitable<Result<ConversationTable::Lease>> ConversationTable::admit(std::string key, bool latest) {
  if (auto lease = try_admit(key)) co_return std::move(*lease);

  // The slot is busy until leave() hands it to the first in line, so it cannot go away meanwhile.
  Shard& shard = shard_of(key);
  Slot* slot = nullptr;
  const Admitted admitted = co_await net::await_callback<Admitted>([&](auto done) {
    Admitted now = Admitted::full;
    Waiters gone;
    bool waits = false;
    {
      const std::lock_guard lock(shard.mutex);
      slot = &find_or_add(shard, key);
      if (latest) gone = superseded(*slot);
      if (!slot->busy) {
        slot->busy = true;
        now = Admitted::now;
      } else {
        if (slot->waiters == nullptr) slot->waiters = std::make_unique<Waiters>();
        waits = slot->waiters->size() < kMaxWaiting;
        if (waits) slot->waiters->push_back({std::move(done), latest});
      }
    }
    for (Waiter& waiter : gone) waiter.done(Admitted::superseded);
    if (!waits) done(now);
  });
  if (admitted == Admitted::superseded) {
    co_return fail(
        ErrorCode::conflict,
        "a newer message took the place of this one",
        "superseded",
        "show the answer to the newer message"
    );
  }
  if (admitted == Admitted::full) {
    co_return fail(
        ErrorCode::unavailable,
        "too many messages wait for this conversation",
        "conversation_busy",
        "wait for the answers before sending more"
    );
  }
  co_return Lease(shard, *slot);
}

void ConversationTable::leave(Shard& shard, Slot& slot) {
  std::move_only_function<void(Admitted)> next;
  {
    const std::lock_guard lock(shard.mutex);
    if (slot.waiters != nullptr && slot.waiters->empty()) slot.waiters.reset();
    if (slot.waiters != nullptr) {
      next = std::move(slot.waiters->front().done);
      slot.waiters->pop_front();
      if (slot.waiters->empty()) slot.waiters.reset();
    } else {
      slot.busy = false;
      if (slot.hot == nullptr) {
        const auto found = shard.by_key.find(slot.key);
        const auto position = found->second;
        shard.by_key.erase(found);
        shard.slots.erase(position);
      } else {
        forget_oldest(shard);
      }
    }
  }
  if (next) next(Admitted::now);
}

std::unique_ptr<Hot> ConversationTable::Lease::take() {
  const std::lock_guard lock(shard_->mutex);
  return std::move(slot_->hot);
}

void ConversationTable::Lease::put(std::unique_ptr<Hot> hot) {
  const std::lock_guard lock(shard_->mutex);
  slot_->hot = std::move(hot);
}

}  // namespace parley::turns
