#include "server/turns/live/log_watch.hpp"

#include <vector>

namespace parley::turns {

void LogWatch::begin(std::string_view tenant, std::string_view conversation_id) {
  const std::lock_guard lock(mutex_);
  watched_.try_emplace({std::string(tenant), std::string(conversation_id)}, 0);
}

void LogWatch::end(std::string_view tenant, std::string_view conversation_id) {
  const std::lock_guard lock(mutex_);
  watched_.erase({std::string(tenant), std::string(conversation_id)});
}

bool LogWatch::told(std::string_view tenant, std::string_view conversation_id, std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find({std::string(tenant), std::string(conversation_id)});
  if (found == watched_.end() || found->second >= sequence) return false;
  found->second = sequence;
  return true;
}

Awaitable<std::uint64_t> LogWatch::look(Store& store, Hub& hub) {
  std::vector<Key> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, sequence] : watched_) all.push_back(key);
  }
  std::uint64_t looks = 0;
  for (const auto& [tenant, conversation_id] : all) {
    if (!hub.listened(tenant, conversation_id)) continue;
    ++looks;
    const auto standing = co_await store.standing(tenant, conversation_id);
    if (!standing) co_return looks;  // the store is away; the next look tells
    if (*standing && told(tenant, conversation_id, (*standing)->sequence))
      hub.interrupt(tenant, conversation_id);
  }
  co_return looks;
}

}  // namespace parley::turns
