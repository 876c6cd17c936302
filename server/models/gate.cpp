#include "server/models/gate.hpp"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>

namespace parley::models {

namespace {

using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    net::Executor>;

std::unexpected<Error> busy() {
  return fail(
      ErrorCode::unavailable,
      "too many calls of this model are under way",
      "model_busy",
      "raise its concurrency in parley.yaml, or add another model"
  );
}

}  // namespace

// Told once, by whoever leaves or by its own timer.
struct Gate::Waiter {
  std::move_only_function<void(bool)> done;
};

net::Awaitable<Result<Gate::Pass>> Gate::enter(std::uint32_t wait_ms) {
  const auto waiter = std::make_shared<Waiter>();
  {
    const std::lock_guard lock(mutex_);
    if (free_ > 0) {
      --free_;
      co_return Pass(shared_from_this());
    }
    if (line_.size() >= kMostWaiting || wait_ms == 0) co_return busy();
  }
  Timer timer(co_await boost::asio::this_coro::executor);
  const bool entered = co_await net::await_callback<bool>([&](auto done) {
    const std::lock_guard lock(mutex_);
    if (free_ > 0) {
      --free_;
      done(true);
      return;
    }
    waiter->done = std::move(done);
    line_.push_back(waiter);
    timer.expires_after(std::chrono::milliseconds(wait_ms));
    timer.async_wait([gate = shared_from_this(), waiter](const boost::system::error_code& error) {
      if (error) return;
      std::move_only_function<void(bool)> tell;
      {
        const std::lock_guard gate_lock(gate->mutex_);
        tell = std::exchange(waiter->done, nullptr);
        std::erase(gate->line_, waiter);
      }
      if (tell) tell(false);
    });
  });
  if (!entered) co_return busy();
  co_return Pass(shared_from_this());
}

void Gate::leave() {
  std::move_only_function<void(bool)> next;
  {
    const std::lock_guard lock(mutex_);
    if (line_.empty()) {
      ++free_;
      return;
    }
    next = std::exchange(line_.front()->done, nullptr);
    line_.pop_front();
  }
  next(true);
}

std::size_t Gate::waiting() const {
  const std::lock_guard lock(mutex_);
  return line_.size();
}

}  // namespace parley::models
