// Group commit in front of any store: one thread writes what gathered while it was writing, as one batch, so
// that many turns share one fsync. There is no waiting for company: a lone write starts at once. Where a
// round trip is what costs, loads are batched in the same way.
//
// `Write` is what a store calls one write, `Answer` what it gives. `Execute` runs on the writer thread and
// sets every outcome; it must not throw. It may take a `done` away, and answer that write later itself.
// `after_batch` runs when the answers are on their way, and once at the beginning: the place for upkeep
// nobody should wait for. It may ask to be called again after a while though nothing has come. submit() is
// for loop threads; the coroutine resumes on its own loop, and the answers of one batch reach a loop with one
// post. The destructor writes everything submitted before it, then ends the thread; the loops must still
// exist then.
#pragma once

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "server/net/loop.hpp"
#include "server/stores/resumptions.hpp"

namespace parley::stores {

template <typename Write, typename Answer = void>
class TurnBatcher {
 public:
  struct Pending {
    Write write;
    Result<Answer> outcome;
    net::Executor executor;
    std::move_only_function<void(Result<Answer>)> done;
  };
  using Execute = std::move_only_function<void(std::span<Pending>)>;
  using AfterBatch = std::move_only_function<std::optional<std::chrono::milliseconds>()>;

  TurnBatcher(std::size_t batch_max, Execute execute, AfterBatch after_batch)
      : batch_max_(std::max<std::size_t>(batch_max, 1)),
        execute_(std::move(execute)),
        after_batch_(std::move(after_batch)),
        thread_([this] { run(); }) {}

  TurnBatcher(const TurnBatcher&) = delete;
  TurnBatcher& operator=(const TurnBatcher&) = delete;

  ~TurnBatcher() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
  }

  // Completes once the write is durable, or has failed.
  net::Awaitable<Result<Answer>> submit(Write write) {
    using Token = const boost::asio::use_awaitable_t<net::Executor>;
    return boost::asio::async_initiate<Token, void(Result<Answer>)>(
        [this](auto handler, Write taken) {
          auto executor = boost::asio::get_associated_executor(handler);
          enqueue({std::move(taken), {}, executor, [h = std::move(handler)](Result<Answer> outcome) mutable {
                     std::move(h)(std::move(outcome));
                   }});
        },
        net::kUseAwaitable,
        std::move(write)
    );
  }

 private:
  void enqueue(Pending pending) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(pending));
      wake = std::exchange(idle_, false);
    }
    if (wake) work_.notify_one();
  }

  // False: it ends.
  bool take(std::vector<Pending>& taken, std::optional<std::chrono::milliseconds> most) {
    const auto until = std::chrono::steady_clock::now() + most.value_or(std::chrono::milliseconds(0));
    std::unique_lock lock(mutex_);
    while (queue_.empty() && !stopping_) {
      idle_ = true;
      if (!most) {
        work_.wait(lock);
      } else if (work_.wait_until(lock, until) == std::cv_status::timeout) {
        break;
      }
    }
    idle_ = false;
    taken.swap(queue_);
    return !taken.empty() || !stopping_;
  }

  void run() {
    std::vector<Pending> taken;
    auto again = after_batch_();
    while (take(taken, again)) {
      if (taken.empty()) again = after_batch_();
      std::span<Pending> rest = taken;
      while (!rest.empty()) {
        const auto batch = rest.first(std::min(batch_max_, rest.size()));
        rest = rest.subspan(batch.size());
        execute_(batch);
        answer(batch);
        again = after_batch_();
      }
      taken.clear();
    }
  }

  void answer(std::span<Pending> batch) {
    for (Pending& pending : batch) {
      if (!pending.done) continue;
      resumptions_.add(
          pending.executor,
          [done = std::move(pending.done), outcome = std::move(pending.outcome)]() mutable {
            done(std::move(outcome));
          }
      );
    }
    resumptions_.post();
  }

  const std::size_t batch_max_;
  Execute execute_;
  AfterBatch after_batch_;
  Resumptions resumptions_;  // writer thread

  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Pending> queue_;  // guarded by mutex_
  bool idle_ = false;           // guarded by mutex_: the writer sleeps and nobody has woken it yet
  bool stopping_ = false;       // guarded by mutex_
  std::thread thread_;          // last: starts when everything else is there
};

}  // namespace parley::stores
