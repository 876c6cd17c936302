#include "server/turns/membership.hpp"

#include <utility>

namespace parley::turns {

namespace {

constexpr std::chrono::milliseconds kLook{50};
constexpr int kLooks = 40;

}  // namespace

bool Membership::holds(WorkerId worker) const {
  if (!shared_) return true;
  return worker != 0 && worker == worker_.load(std::memory_order_acquire) &&
         alarms_.now().time_since_epoch().count() < trusted_until_.load(std::memory_order_acquire);
}

Awaitable<Result<WorkerId>> Membership::wait_until_registered() {
  for (int look = 0;; ++look) {
    const WorkerId known = worker();
    if (holds(known)) co_return known;
    if (look == kLooks) break;
    co_await pause(alarms_, kLook);
  }
  co_return fail(
      ErrorCode::unavailable,
      "this server is not registered with the store just now",
      "unavailable",
      "send it again, or to another server"
  );
}

void Membership::trust_from(Time asked) {
  trusted_until_.store((asked + kTrusted).time_since_epoch().count(), std::memory_order_release);
}

Awaitable<Result<bool>> Membership::beat() {
  if (!shared_) co_return true;
  if (const WorkerId known = worker(); known != 0) {
    const Time asked = alarms_.now();
    const auto lives = co_await store_.beat(known);
    if (!lives) co_return std::unexpected(lives.error());
    if (*lives && worker() == known) {
      trust_from(asked);
      co_return true;
    }
    declared_dead(known);
  }
  enrolling_.store(true);
  auto enrolled = co_await enroll();
  enrolling_.store(false);
  co_return enrolled;
}

Awaitable<Result<bool>> Membership::enroll() {
  if (leaving_.load()) co_return false;
  const Time asked = alarms_.now();
  const auto enrolled = co_await store_.enroll(name_);
  if (!enrolled) co_return std::unexpected(enrolled.error());
  // Whoever has left meanwhile found nothing to take back.
  if (leaving_.load()) {
    (void)co_await store_.retire(*enrolled);
    co_return false;
  }
  trust_from(asked);
  worker_.store(*enrolled, std::memory_order_release);
  co_return true;
}

void Membership::declared_dead(WorkerId worker) {
  worker_.compare_exchange_strong(worker, 0, std::memory_order_acq_rel);
}

Awaitable<void> Membership::leave() {
  leaving_.store(true);
  for (int look = 0; look < kLooks && enrolling_.load(); ++look) co_await pause(alarms_, kLook);
  const WorkerId known = worker_.exchange(0, std::memory_order_acq_rel);
  if (known != 0) (void)co_await store_.retire(known);
}

}  // namespace parley::turns
