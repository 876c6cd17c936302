// Coroutines to be resumed on their loops, with one post per loop however many there are: a post costs a lock
// and, when the loop sleeps, a wake-up. Belongs to the thread that collects them; needs no lock.
#pragma once

#include <boost/asio/post.hpp>
#include <functional>
#include <utility>
#include <vector>

#include "server/net/loop.hpp"

namespace parley::stores {

class Resumptions {
 public:
  using Resume = std::move_only_function<void()>;

  void add(const net::Executor& executor, Resume resume) {
    for (auto& loop : loops_) {
      if (loop.executor == executor) {
        loop.waiting.push_back(std::move(resume));
        return;
      }
    }
    loops_.push_back({executor, {}});
    loops_.back().waiting.push_back(std::move(resume));
  }

  // Resumes everything added, in order within a loop, and forgets it.
  void post() {
    for (auto& loop : loops_) {
      boost::asio::post(loop.executor, [waiting = std::move(loop.waiting)]() mutable {
        for (auto& resume : waiting) resume();
      });
    }
    loops_.clear();
  }

 private:
  struct Loop {
    net::Executor executor;
    std::vector<Resume> waiting;
  };
  std::vector<Loop> loops_;
};

}  // namespace parley::stores
