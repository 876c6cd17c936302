// Threads that read: each has its own connections, so reads never wait for the writer. A read sees everything
// that was acknowledged before it was asked for.
//
// `Readers` is what one thread has: run<T>(tenant, query) gives a Result<T>. read() is for loop threads; the
// coroutine resumes on its own loop. The destructor finishes what was asked for, then ends the threads; the
// loops must still exist then.
#pragma once

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "server/net/loop.hpp"
#include "server/stores/resumptions.hpp"

namespace parley::stores {

template <typename Readers>
class ReadThreads {
 public:
  // `make` is called on each thread.
  ReadThreads(std::size_t threads, std::function<std::unique_ptr<Readers>()> make)
      : make_(std::move(make)), count_(std::max<std::size_t>(threads, 1)) {
    for (std::size_t i = 0; i < count_; ++i) threads_.emplace_back([this] { run(); });
  }
  ~ReadThreads() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  ReadThreads(const ReadThreads&) = delete;
  ReadThreads& operator=(const ReadThreads&) = delete;

  // `query` is copied or moved to a reader thread: it must own what it uses.
  template <typename T, typename Query>
  net::Awaitable<Result<T>> read(std::string tenant, Query query) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<net::Executor>, void(Result<T>)>(
        [this](auto handler, std::string name, Query q) {
          auto executor = boost::asio::get_associated_executor(handler);
          enqueue([executor, h = std::move(handler), name = std::move(name), q = std::move(q)](
                      Readers& readers, Resumptions& resumptions
                  ) mutable {
            resumptions.add(
                executor,
                [h = std::move(h), result = readers.template run<T>(name, q)]() mutable {
                  std::move(h)(std::move(result));
                }
            );
          });
        },
        net::kUseAwaitable,
        std::move(tenant),
        std::move(query)
    );
  }

 private:
  static constexpr std::size_t kJobsAtOnce = 32;  // answered with one post
  using Job = std::move_only_function<void(Readers&, Resumptions&)>;

  void enqueue(Job job) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(job));
    }
    work_.notify_one();
  }

  void run() {
    const std::unique_ptr<Readers> readers = make_();
    Resumptions resumptions;
    std::vector<Job> taken;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        // A share for each thread: a load must not wait behind a long list while another thread has nothing.
        const std::size_t share = (queue_.size() + count_ - 1) / count_;
        const auto count = static_cast<std::ptrdiff_t>(std::min(kJobsAtOnce, share));
        taken.assign(std::move_iterator(queue_.begin()), std::move_iterator(queue_.begin() + count));
        queue_.erase(queue_.begin(), queue_.begin() + count);
      }
      for (Job& job : taken) job(*readers, resumptions);
      taken.clear();
      resumptions.post();
    }
  }

  std::function<std::unique_ptr<Readers>()> make_;
  const std::size_t count_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job> queue_;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace parley::stores
