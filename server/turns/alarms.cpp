#include "server/turns/alarms.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

namespace parley::turns {

namespace {

class TimerAlarm : public Alarm {
 public:
  TimerAlarm(net::Executor executor, std::chrono::milliseconds after, std::move_only_function<void()> ring)
      : timer_(executor) {
    timer_.expires_after(after);
    timer_.async_wait([ring = std::move(ring)](const boost::system::error_code& cancelled) mutable {
      if (!cancelled) ring();
    });
  }

 private:
  boost::asio::basic_waitable_timer<
      std::chrono::steady_clock,
      boost::asio::wait_traits<std::chrono::steady_clock>,
      net::Executor>
      timer_;
};

class SystemAlarms : public Alarms {
 public:
  std::unique_ptr<Alarm> set(
      net::Executor executor, std::chrono::milliseconds after, std::move_only_function<void()> ring
  ) override {
    return std::make_unique<TimerAlarm>(executor, after, std::move(ring));
  }
};

}  // namespace

Alarms& system_alarms() {
  static SystemAlarms alarms;
  return alarms;
}

net::Awaitable<void> pause(Alarms& alarms, std::chrono::milliseconds time) {
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  std::unique_ptr<Alarm> alarm;
  co_await net::await_callback<bool>([&](auto done) {
    alarm = alarms.set(executor, time, [done = std::move(done)]() mutable { done(true); });
  });
}

}  // namespace parley::turns
