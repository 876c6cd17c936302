// How many repeated calls a tool may get: a share of its first calls, so that a system that is down is not
// held down by those who knock again and again.
//
// Every first call earns a fifth of a retry, time earns one every ten seconds, and at most ten are saved up.
// Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace parley::turns {

class RetryBudget {
 public:
  static constexpr double kMost = 10;
  static constexpr double kPerFirstCall = 0.2;
  static constexpr double kPerSecond = 0.1;

  void first_call(std::string_view tool);
  // False: there is nothing left to spend on this tool now.
  [[nodiscard]] bool may_retry(std::string_view tool, Timestamp now);

 private:
  struct Account {
    double left = kMost;
    Timestamp counted_until;
  };
  std::mutex mutex_;
  std::map<std::string, Account, std::less<>> accounts_;  // by tool; only those that were retried
};

}  // namespace parley::turns
