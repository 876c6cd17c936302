// This process's place among those that serve turns from one store: its registration, and how long it may
// rely on it. A store that is not shared has no members, and then everything is allowed.
//
// A worker is dead from the moment somebody else declares it so, which happens no sooner than kWorkerLeaseMs
// after its last beat. It itself stops relying on its life a second earlier, so that what it begins cannot be
// begun by its heir as well. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/turns/alarms.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

class Membership {
 public:
  static constexpr std::chrono::milliseconds kBeatEvery{1'000};
  static constexpr std::chrono::milliseconds kTrusted{kWorkerLeaseMs - 1'000};  // after a beat was sent

  // `name` is for people who look into the store.
  Membership(Store& store, Alarms& alarms, std::string name)
      : store_(store), alarms_(alarms), shared_(store.is_shared()), name_(std::move(name)) {}

  [[nodiscard]] bool shared() const { return shared_; }
  // 0: not registered, or of a store that is not shared.
  [[nodiscard]] WorkerId worker() const { return worker_.load(std::memory_order_acquire); }
  // That registration is known to hold for now.
  [[nodiscard]] bool holds(WorkerId worker) const;
  // Waits for a registration that holds, a short while. ErrorCode::unavailable without one.
  Awaitable<Result<WorkerId>> wait_until_registered();

  // Says that this process lives, and registers when it has to. False: it is not registered now. One at a
  // time.
  Awaitable<Result<bool>> beat();
  // The store has refused it: from here on nothing is begun under this registration.
  void declared_dead(WorkerId worker);
  // What is left open is free for others at once. A registration that is under way is waited for, a short
  // while, and taken back whenever it comes.
  Awaitable<void> leave();
  [[nodiscard]] bool left() const { return leaving_.load(std::memory_order_acquire); }

 private:
  using Time = std::chrono::steady_clock::time_point;
  void trust_from(Time asked);
  Awaitable<Result<bool>> enroll();

  Store& store_;
  Alarms& alarms_;
  const bool shared_;
  const std::string name_;
  std::atomic<WorkerId> worker_{0};
  std::atomic<Time::rep> trusted_until_{0};
  std::atomic<bool> leaving_{false};
  std::atomic<bool> enrolling_{false};
};

}  // namespace parley::turns
