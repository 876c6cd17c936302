// Waiting for a while, or until somebody says that there is something to look at. Thread-safe; whoever waits
// resumes on its own loop.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "server/net/loop.hpp"
#include "server/turns/alarms.hpp"

namespace parley::turns {

class Wakeups {
 public:
  // Ends after so long, or when wake() is called for the same subject meanwhile.
  net::Awaitable<void> wait(Alarms& alarms, std::string subject, std::chrono::milliseconds most);
  void wake(std::string_view subject);

 private:
  struct Waiter;

  std::mutex mutex_;
  // The alarm has the waiter: it goes with its loop.
  std::multimap<std::string, std::weak_ptr<Waiter>, std::less<>> waiters_;  // guarded by mutex_
};

}  // namespace parley::turns
