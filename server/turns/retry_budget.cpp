#include "server/turns/retry_budget.hpp"

#include <algorithm>

namespace parley::turns {

void RetryBudget::first_call(std::string_view tool) {
  const std::lock_guard lock(mutex_);
  if (const auto account = accounts_.find(tool); account != accounts_.end())
    account->second.left = std::min(kMost, account->second.left + kPerFirstCall);
}

bool RetryBudget::may_retry(std::string_view tool, Timestamp now) {
  const std::lock_guard lock(mutex_);
  auto account = accounts_.find(tool);
  if (account == accounts_.end())
    account = accounts_.emplace(std::string(tool), Account{.counted_until = now}).first;
  auto& [left, counted_until] = account->second;
  // A clock that was set back earns nothing; time counts again from where it stands now.
  const double passed = static_cast<double>(now.seconds - counted_until.seconds);
  if (passed > 0) left = std::min(kMost, left + passed * kPerSecond);
  counted_until = now;
  if (left < 1) return false;
  left -= 1;
  return true;
}

}  // namespace parley::turns
