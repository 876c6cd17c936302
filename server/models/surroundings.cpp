#include "server/models/surroundings.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <random>
#include <utility>

namespace parley::models {

namespace {

using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    net::Executor>;

net::Awaitable<void> pause(std::int64_t milliseconds) {
  Timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(std::chrono::milliseconds(milliseconds));
  co_await net::await_callback<bool>([&](auto done) {
    timer.async_wait([done = std::move(done)](const boost::system::error_code&) mutable { done(true); });
  });
}

}  // namespace

Surroundings real_surroundings(std::function<void(const Note&)> log) {
  using std::chrono::duration_cast;
  return {
      .now_ms =
          [] {
            const auto now = std::chrono::steady_clock::now().time_since_epoch();
            return static_cast<std::int64_t>(duration_cast<std::chrono::milliseconds>(now).count());
          },
      .day =
          [] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            return static_cast<std::int64_t>(duration_cast<std::chrono::days>(now).count());
          },
      .pause = pause,
      .dice =
          [] {
            static thread_local std::minstd_rand generator{std::random_device{}()};
            return std::uniform_real_distribution<double>(0, 1)(generator);
          },
      .log = std::move(log),
  };
}

}  // namespace parley::models
