#include "server/limits/overload.hpp"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>

namespace parley::limits {

namespace {

using Clock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, net::Executor>;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::chrono::milliseconds kEvery{100};

}  // namespace

struct OverloadMonitor::Probe {
  Probe(net::Executor executor, std::size_t number) : timer(executor), loop(number) {}
  Timer timer;
  std::size_t loop;
};

void OverloadMonitor::start(const std::vector<net::Executor>& loops) {
  lag_us_.resize(loops.size());
  for (std::size_t i = 0; i < loops.size(); ++i) {
    auto probe = std::make_shared<Probe>(loops[i], i);
    boost::asio::post(loops[i], [this, probe] { arm(probe); });
  }
}

void OverloadMonitor::arm(const std::shared_ptr<Probe>& probe) {
  probe->timer.expires_after(kEvery);
  probe->timer.async_wait([this, probe](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    // What was ready before the timer has been dealt with before it: so late is everything on this loop.
    const auto late =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - probe->timer.expiry());
    lag_us_[probe->loop].store(late.count(), std::memory_order_relaxed);
    if (probe->loop == 0) judge();
    arm(probe);
  });
}

void OverloadMonitor::judge() {
  std::int64_t lag = 0;
  for (const auto& each : lag_us_) lag = std::max(lag, each.load(std::memory_order_relaxed));
  const std::int64_t store = store_.take_delay().count();
  loop_us_.store(lag, std::memory_order_relaxed);
  store_us_.store(store, std::memory_order_relaxed);
  pressure_.tick(std::max(
      static_cast<double>(lag) / Microseconds(tolerance_.loop).count(),
      static_cast<double>(store) / Microseconds(tolerance_.store).count()
  ));
}

}  // namespace parley::limits
