#include "server/turns/live/wakeups.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <utility>
#include <vector>

namespace parley::turns {

struct Wakeups::Waiter {
  net::Executor executor;
  std::move_only_function<void(bool)> done;  // on its loop only

  void finish() {
    if (auto resume = std::exchange(done, nullptr)) resume(true);
  }
};

net::Awaitable<void> Wakeups::wait(Alarms& alarms, std::string subject, std::chrono::milliseconds most) {
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  std::unique_ptr<Alarm> alarm;
  std::weak_ptr<Waiter> waiting;
  co_await net::await_callback<bool>([&](auto done) {
    auto waiter = std::make_shared<Waiter>(executor, std::move(done));
    waiting = waiter;
    {
      const std::lock_guard lock(mutex_);
      waiters_.emplace(std::move(subject), waiter);
    }
    alarm = alarms.set(executor, most, [waiter = std::move(waiter)] { waiter->finish(); });
  });
  const std::lock_guard lock(mutex_);
  std::erase_if(waiters_, [&](const auto& each) {
    return each.second.expired() ||
           (!each.second.owner_before(waiting) && !waiting.owner_before(each.second));
  });
}

void Wakeups::wake(std::string_view subject) {
  std::vector<std::shared_ptr<Waiter>> found;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = waiters_.equal_range(subject);
    for (auto each = first; each != last; ++each) {
      if (auto waiter = each->second.lock()) found.push_back(std::move(waiter));
    }
  }
  for (const auto& waiter : found) {
    const std::weak_ptr<Waiter> still = waiter;
    boost::asio::post(waiter->executor, [still] {
      if (const auto here = still.lock()) here->finish();
    });
  }
}

}  // namespace parley::turns
