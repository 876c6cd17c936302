#include "server/turns/live/hub.hpp"

#include <algorithm>
#include <utility>

namespace parley::turns {

Awaitable<HubElementPtr> Subscription::next() {
  co_return co_await net::await_callback<HubElementPtr>([this](auto done) {
    HubElementPtr ready;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty() && !ended_) {
        waiter_ = std::move(done);
        return;
      }
      if (!queue_.empty()) {
        ready = std::move(queue_.front());
        queue_.pop_front();
      }
    }
    done(std::move(ready));
  });
}

void Subscription::close() {
  end(false);
}

bool Subscription::overflowed() const {
  const std::lock_guard lock(mutex_);
  return overflowed_;
}

void Subscription::push(HubElementPtr element) {
  std::move_only_function<void(HubElementPtr)> waiter;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    if (waiter_ == nullptr) {
      // Words that are not final yet must not crowd out what is.
      if (element->sequence == kProvisional && queue_.size() >= capacity_ / 2) return;
      if (queue_.size() < capacity_) {
        queue_.push_back(std::move(element));
        return;
      }
      ended_ = overflowed_ = true;
      return;
    }
    waiter = std::exchange(waiter_, nullptr);
  }
  waiter(std::move(element));
}

void Subscription::end(bool overflow) {
  std::move_only_function<void(HubElementPtr)> waiter;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    overflowed_ = overflowed_ || overflow;
    waiter = std::exchange(waiter_, nullptr);
  }
  if (waiter) waiter(nullptr);
}

std::string Hub::topic(std::string_view tenant, std::string_view conversation_id) {
  std::string key(tenant);
  key += '\0';
  key += conversation_id;
  return key;
}

std::shared_ptr<Subscription> Hub::subscribe(
    std::string_view tenant, std::string_view conversation_id, std::size_t capacity
) {
  auto subscription = std::make_shared<Subscription>();
  subscription->capacity_ = capacity;
  bool first = false;
  std::vector<std::string> left;
  {
    const std::lock_guard lock(mutex_);
    if (topics_.size() >= forget_at_) left = forget_left();
    const auto [listeners, added] = topics_.try_emplace(topic(tenant, conversation_id));
    first = added;
    std::erase_if(listeners->second, [](const auto& listener) { return listener.expired(); });
    listeners->second.push_back(subscription);
    topic_count_.store(topics_.size(), std::memory_order_release);
  }
  tell_left(left);
  if (first && interest_) interest_(tenant, conversation_id, true);
  return subscription;
}

// Lock held. Most who listen to a conversation leave after its last turn, so nothing is published any more
// that would show it. Looked for only when the topics have doubled: a listener costs the same however many
// there are.
std::vector<std::string> Hub::forget_left() {
  std::vector<std::string> left;
  std::erase_if(topics_, [&](const auto& entry) {
    if (!std::ranges::all_of(entry.second, &std::weak_ptr<Subscription>::expired)) return false;
    left.push_back(entry.first);
    return true;
  });
  forget_at_ = std::max(kFewTopics, 2 * topics_.size());
  return left;
}

void Hub::tell_left(const std::vector<std::string>& topics) const {
  if (!interest_) return;
  for (const std::string& each : topics) {
    const std::size_t end = each.find('\0');
    interest_(std::string_view(each).substr(0, end), std::string_view(each).substr(end + 1), false);
  }
}

bool Hub::wanted(std::string_view tenant, std::string_view conversation_id) const {
  if (topic_count_.load(std::memory_order_acquire) == 0) return false;
  const std::lock_guard lock(mutex_);
  return topics_.contains(topic(tenant, conversation_id)) || topics_.contains(topic(tenant, {}));
}

bool Hub::collect(const std::string& topic, std::vector<std::shared_ptr<Subscription>>& out) {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return true;
  std::erase_if(found->second, [&](const auto& listener) {
    auto alive = listener.lock();
    if (alive == nullptr) return true;
    out.push_back(std::move(alive));
    return false;
  });
  if (!found->second.empty()) return true;
  topics_.erase(found);
  topic_count_.store(topics_.size(), std::memory_order_release);
  return false;
}

void Hub::publish(std::string_view tenant, HubElement element) {
  std::vector<std::shared_ptr<Subscription>> listeners;
  bool conversation_wanted = true;
  bool tenant_wanted = true;
  {
    const std::lock_guard lock(mutex_);
    conversation_wanted = collect(topic(tenant, element.conversation_id), listeners);
    if (element.sequence != kProvisional) tenant_wanted = collect(topic(tenant, {}), listeners);
  }
  if (interest_ && !conversation_wanted) interest_(tenant, element.conversation_id, false);
  if (interest_ && !tenant_wanted) interest_(tenant, {}, false);
  if (listeners.empty()) return;
  const auto shared = std::make_shared<const HubElement>(std::move(element));
  for (const auto& listener : listeners) listener->push(shared);
}

void Hub::interrupt() {
  std::vector<std::shared_ptr<Subscription>> listeners;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [topic, all] : topics_) {
      for (const auto& listener : all) {
        if (auto alive = listener.lock()) listeners.push_back(std::move(alive));
      }
    }
  }
  for (const auto& listener : listeners) listener->end(true);
}

std::vector<std::shared_ptr<Subscription>> Hub::listeners_of(
    std::string_view tenant, std::string_view conversation_id
) {
  std::vector<std::shared_ptr<Subscription>> listeners;
  bool still_wanted = true;
  {
    const std::lock_guard lock(mutex_);
    still_wanted = collect(topic(tenant, conversation_id), listeners);
  }
  if (interest_ && !still_wanted) interest_(tenant, conversation_id, false);
  return listeners;
}

void Hub::interrupt(std::string_view tenant, std::string_view conversation_id) {
  for (const auto& listener : listeners_of(tenant, conversation_id)) listener->end(true);
}

bool Hub::listened(std::string_view tenant, std::string_view conversation_id) {
  return !listeners_of(tenant, conversation_id).empty();
}

}  // namespace parley::turns
