// Who listens to what happens: committed turns, changes of owner and status, per conversation or for a whole
// tenant. Thread-safe; publish() never waits for a listener.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/turns/ports.hpp"

namespace parley::turns {

// The sequence of elements that are in no log: they are lost to whoever is not listening, and a listener that
// is behind does not get them.
inline constexpr std::uint64_t kProvisional = 0;

struct HubElement {
  std::string conversation_id;
  std::uint64_t sequence = 0;  // of the log record; equal for elements of one commit
  std::string kind;            // "turn", "owner", "status", "review"; provisional: "delta"
  std::string json;
};
using HubElementPtr = std::shared_ptr<const HubElement>;

class Hub;

// One listener's queue. It ends when close() is called or when the listener is so slow that the queue
// overflows: then it has missed something and must read the log from the last sequence it has seen.
class Subscription {
 public:
  // The next element in order; null when the subscription has ended. One coroutine at a time.
  Awaitable<HubElementPtr> next();
  // From any thread; wakes next().
  void close();
  [[nodiscard]] bool overflowed() const;

 private:
  friend class Hub;
  void push(HubElementPtr element);
  void end(bool overflow);

  mutable std::mutex mutex_;
  std::size_t capacity_ = 0;
  std::deque<HubElementPtr> queue_;
  std::move_only_function<void(HubElementPtr)> waiter_;
  bool ended_ = false;
  bool overflowed_ = false;
};

class Hub {
 public:
  // An empty conversation id listens to the whole tenant. Dropping the pointer ends the subscription.
  [[nodiscard]] std::shared_ptr<Subscription> subscribe(
      std::string_view tenant, std::string_view conversation_id, std::size_t capacity = 256
  );

  // False when publishing would reach nobody; cheap, for skipping the encoding.
  [[nodiscard]] bool wanted(std::string_view tenant, std::string_view conversation_id) const;
  void publish(std::string_view tenant, HubElement element);

  // Is told when somebody begins to listen to a conversation (or, with an empty id, to a whole tenant), and,
  // some time after the last one has left, that nobody does. Set it before anybody listens. Called from any
  // thread, with no lock held: where one leaves and another comes at once, the two may be told in either
  // order, and listened() says how it is.
  using Interest =
      std::function<void(std::string_view tenant, std::string_view conversation_id, bool wanted)>;
  void on_interest(Interest interest) { interest_ = std::move(interest); }

  // Elements may have been missed: all subscriptions end as if they had overflowed, and their listeners read
  // the log from what they have seen last.
  void interrupt();
  // Only those of one conversation, or with an empty id only those who listen to the whole tenant.
  void interrupt(std::string_view tenant, std::string_view conversation_id);
  // Like wanted(), for one topic alone and exactly: listeners that have left do not count.
  [[nodiscard]] bool listened(std::string_view tenant, std::string_view conversation_id);
  // What is kept in mind: at most about twice as many topics as there are listened to.
  [[nodiscard]] std::size_t topics() const { return topic_count_.load(std::memory_order_acquire); }

 private:
  using Listeners = std::vector<std::weak_ptr<Subscription>>;
  static constexpr std::size_t kFewTopics = 64;
  [[nodiscard]] static std::string topic(std::string_view tenant, std::string_view conversation_id);
  // Those who listen to one topic now.
  std::vector<std::shared_ptr<Subscription>> listeners_of(
      std::string_view tenant, std::string_view conversation_id
  );
  // Forgets topics whose listeners have all left; their names.
  std::vector<std::string> forget_left();
  void tell_left(const std::vector<std::string>& topics) const;
  // False: nobody listens any more.
  bool collect(const std::string& topic, std::vector<std::shared_ptr<Subscription>>& out);

  Interest interest_;
  mutable std::mutex mutex_;
  std::map<std::string, Listeners, std::less<>> topics_;
  std::size_t forget_at_ = kFewTopics;  // when there are so many topics, those that are left are looked for
  std::atomic<std::size_t> topic_count_{0};  // lets an idle hub cost one load
};

}  // namespace parley::turns
