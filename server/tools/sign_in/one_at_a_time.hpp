// Work of which there may be one at a time for a name, such as the renewal of a grant. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/net/loop.hpp"

namespace parley::tools {

class OneAtATime {
 public:
  // True: it is yours until end(). False: somebody else had it, and has ended it now.
  net::Awaitable<bool> begin(const std::string& name) {
    {
      const std::lock_guard lock(mutex_);
      if (running_.try_emplace(name).second) co_return true;
    }
    co_await net::await_callback<bool>([&](auto done) {
      std::unique_lock lock(mutex_);
      const auto under_way = running_.find(name);
      if (under_way != running_.end()) {
        under_way->second.emplace_back(std::move(done));
        return;
      }
      lock.unlock();
      done(true);
    });
    co_return false;
  }

  void end(const std::string& name) {
    Waiters waiters;
    {
      const std::lock_guard lock(mutex_);
      const auto under_way = running_.find(name);
      if (under_way == running_.end()) return;
      waiters = std::move(under_way->second);
      running_.erase(under_way);
    }
    for (auto& waiter : waiters) waiter(true);
  }

 private:
  using Waiters = std::vector<std::move_only_function<void(bool)>>;
  std::mutex mutex_;
  std::map<std::string, Waiters> running_;  // guarded by mutex_
};

}  // namespace parley::tools
