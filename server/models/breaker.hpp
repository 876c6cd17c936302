// A circuit breaker: after several failures in a row a model is left alone for a while, then asked once to
// see whether it is back; each time it is not, the pause doubles. Times are milliseconds of a steady clock.
// Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>

namespace parley::models {

class Breaker {
 public:
  static constexpr std::uint32_t kFailures = 5;  // in a row
  static constexpr std::int64_t kFirstPauseMs = 5'000;
  static constexpr std::int64_t kLongestPauseMs = 120'000;

  // Whether a call may be made now. True for one caller only when a pause is over, until that one tells.
  [[nodiscard]] bool allow(std::int64_t now_ms);
  void succeeded();
  void failed(std::int64_t now_ms);
  // The call that was allowed was not made after all.
  void withdrawn();

  [[nodiscard]] bool open() const;

 private:
  mutable std::mutex mutex_;
  std::uint32_t failures_ = 0;
  bool open_ = false;
  bool probing_ = false;
  std::int64_t until_ms_ = 0;
  std::int64_t pause_ms_ = kFirstPauseMs;
};

}  // namespace parley::models
