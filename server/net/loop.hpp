// The coroutine types of the whole server, and the two ways to wait in one.
//
// Every loop is one thread with its own io_context; the executor type is fixed because a type-erased one
// costs a quarter of the throughput. A coroutine stays on its loop for life, so what belongs to a loop needs
// no lock.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace parley::net {

using Executor = boost::asio::io_context::executor_type;

template <typename T = void>
using Awaitable = boost::asio::awaitable<T, Executor>;

inline constexpr boost::asio::use_awaitable_t<Executor> kUseAwaitable{};

// Suspends until the work begun by `start` calls the function it was given, once, from any thread:
//   auto rows = co_await await_callback<Rows>([&](auto done) { store.read(key, std::move(done)); });
// If that function is destroyed uncalled, so is the coroutine; only a stopping server may do that.
template <typename T, typename Start>
Awaitable<T> await_callback(Start start) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(T)>(
      [](auto handler, Start begin) {
        auto executor = boost::asio::get_associated_executor(handler);
        begin(std::move_only_function<void(T)>([executor, h = std::move(handler)](T value) mutable {
          boost::asio::post(executor, [h = std::move(h), v = std::move(value)]() mutable {
            std::move(h)(std::move(v));
          });
        }));
      },
      kUseAwaitable,
      std::move(start)
  );
}

// Something that happens once. One coroutine may wait for it. Loop thread only.
class Event {
 public:
  // Returns at once if it has happened already.
  Awaitable<void> wait() {
    if (happened_) co_return;
    co_await await_callback<bool>([this](auto done) { waiter_ = std::move(done); });
  }
  void happen() {
    happened_ = true;
    if (waiter_) std::exchange(waiter_, nullptr)(true);
  }
  [[nodiscard]] bool happened() const { return happened_; }
  void reset() { happened_ = false; }

 private:
  bool happened_ = false;
  std::move_only_function<void(bool)> waiter_;
};

}  // namespace parley::net
