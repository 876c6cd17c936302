#include "server/models/breaker.hpp"

#include <algorithm>

namespace parley::models {

bool Breaker::allow(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (!open_) return true;
  if (probing_ || now_ms < until_ms_) return false;
  probing_ = true;
  return true;
}

void Breaker::succeeded() {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  open_ = probing_ = false;
  pause_ms_ = kFirstPauseMs;
}

void Breaker::failed(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (open_) {
    // A straggler from before the pause says nothing new.
    if (!probing_) return;
    probing_ = false;
    pause_ms_ = std::min(kLongestPauseMs, pause_ms_ * 2);
    until_ms_ = now_ms + pause_ms_;
    return;
  }
  if (++failures_ < kFailures) return;
  open_ = true;
  until_ms_ = now_ms + pause_ms_;
}

void Breaker::withdrawn() {
  const std::lock_guard lock(mutex_);
  probing_ = false;
}

bool Breaker::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace parley::models
