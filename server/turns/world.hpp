// Clocks and sources of ids: the real ones, and ones that tests and `parley test` steer.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "server/turns/ports.hpp"

namespace parley::turns {

// Thread-safe.
class SystemClock : public Clock {
 public:
  [[nodiscard]] Timestamp now() override;
};

// Milliseconds since 1970 and 80 bits from the operating system's generator: sorted by time, not to be
// guessed. Thread-safe.
class RandomIds : public IdSource {
 public:
  [[nodiscard]] std::string next(std::string_view prefix) override;
};

// Stands still until it is moved. Thread-safe.
class ManualClock : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  [[nodiscard]] Timestamp now() override;
  void advance(Duration by);

 private:
  std::mutex mutex_;
  Timestamp now_;
};

// prefix + 1, 2, 3… in 26 digits. Thread-safe.
class SequentialIds : public IdSource {
 public:
  [[nodiscard]] std::string next(std::string_view prefix) override;

 private:
  std::atomic<std::uint64_t> last_{0};
};

}  // namespace parley::turns
