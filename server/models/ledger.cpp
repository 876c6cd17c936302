#include "server/models/ledger.hpp"

#include <algorithm>

namespace parley::models {

void Ledger::set_budget(Budget budget) {
  const std::lock_guard lock(mutex_);
  budget_ = budget;
}

void Ledger::turn_to(std::int64_t day) {
  if (day <= day_) return;
  day_ = day;
  used_ = {};
}

Result<void> Ledger::reserve(const Spending& most, std::int64_t day) {
  const std::lock_guard lock(mutex_);
  turn_to(day);
  const bool tokens = budget_.tokens && used_.tokens + most.tokens > *budget_.tokens;
  const bool money = budget_.money && used_.money + most.money > *budget_.money;
  if (tokens || money) {
    return fail(
        ErrorCode::limit_exceeded,
        std::string("what models may use in a day is used up: budget.") + (tokens ? "tokens" : "money"),
        "budget",
        "raise the budget in parley.yaml, or wait for tomorrow (UTC)"
    );
  }
  used_.tokens += most.tokens;
  used_.money += most.money;
  return {};
}

void Ledger::settle(const Spending& reserved, const Spending& used, std::int64_t day) {
  const std::lock_guard lock(mutex_);
  if (day != day_) return;
  used_.tokens += used.tokens;
  used_.tokens -= std::min(used_.tokens, reserved.tokens);
  used_.money += used.money - reserved.money;
}

Spending Ledger::today() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace parley::models
