// What models may use up in a day: tokens and money, reserved before a call and settled after it, so that
// calls under way count. Days are UTC. The count begins anew with the process. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "base/result.hpp"
#include "server/models/endpoint.hpp"

namespace parley::models {

struct Budget {
  std::optional<std::uint64_t> tokens;
  std::optional<Pico> money;
};

struct Spending {
  std::uint64_t tokens = 0;
  Pico money = 0;
};

class Ledger {
 public:
  explicit Ledger(Budget budget = {}) : budget_(budget) {}

  void set_budget(Budget budget);
  // The most that the call can cost. Error: limit_exceeded with the code "budget"; nothing is reserved.
  [[nodiscard]] Result<void> reserve(const Spending& most, std::int64_t day);
  // What was reserved, and what it came to. A call that began yesterday is yesterday's.
  void settle(const Spending& reserved, const Spending& used, std::int64_t day);
  // Settled and reserved.
  [[nodiscard]] Spending today() const;

 private:
  void turn_to(std::int64_t day);

  mutable std::mutex mutex_;
  Budget budget_;
  std::int64_t day_ = 0;
  Spending used_;
};

}  // namespace parley::models
