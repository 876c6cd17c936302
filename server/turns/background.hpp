// Work of the processor that takes longer than a turn may wait: it is done beside the loops, and whoever
// wants it waits for it while his loop serves others. A port, so that tests decide when it is done.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "server/net/loop.hpp"

namespace parley::turns {

class Background {
 public:
  virtual ~Background() = default;
  // Calls `work`, then `done`, each once, on a thread of its own choice. From any thread.
  virtual void carry_out(std::move_only_function<void()> work, std::move_only_function<void()> done) = 0;
};

// Resumes on the loop that it was called on.
[[nodiscard]] inline net::Awaitable<void> in_background(
    Background& background, std::move_only_function<void()> work
) {
  co_await net::await_callback<bool>([&](auto done) {
    background.carry_out(std::move(work), [done = std::move(done)]() mutable { done(true); });
  });
}

// One thread, started when there is something to do; one piece after the other.
class BackgroundThread final : public Background {
 public:
  BackgroundThread() = default;
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;
  ~BackgroundThread() override { stop(); }

  // While the loops that wait still exist: the piece that it is at is finished, the others are dropped, and
  // with them those who wait, also those who come later.
  void stop() {
    std::deque<Piece> dropped;
    std::jthread ended;
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(pieces_);
    ended.swap(thread_);
    something_.notify_all();
  }

  void carry_out(std::move_only_function<void()> work, std::move_only_function<void()> done) override {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    pieces_.push_back({std::move(work), std::move(done)});
    if (!thread_.joinable()) thread_ = std::jthread([this] { run(); });
    something_.notify_one();
  }

 private:
  struct Piece {
    std::move_only_function<void()> work;
    std::move_only_function<void()> done;
  };

  std::optional<Piece> next() {
    std::unique_lock lock(mutex_);
    something_.wait(lock, [this] { return stopping_ || !pieces_.empty(); });
    if (stopping_) return std::nullopt;
    Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }
  void run() {
    while (auto piece = next()) {
      piece->work();
      piece->done();
    }
  }

  std::mutex mutex_;
  std::condition_variable something_;
  std::deque<Piece> pieces_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace parley::turns
