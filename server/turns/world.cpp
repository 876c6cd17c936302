#include "server/turns/world.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>

namespace parley::turns {

namespace {

constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kRandomBytes = 10;
__extension__ using Number = unsigned __int128;

// Random bytes come from the kernel in blocks: one system call for some hundred ids.
class RandomBlock {
 public:
  void take(std::uint8_t* out, std::size_t count) {
    if (used_ + count > block_.size()) refill();
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = block_[used_];
      block_[used_++] = 0;
    }
  }

 private:
  void refill() {
    std::size_t filled = 0;
    while (filled < block_.size()) {
      const ssize_t got = getrandom(block_.data() + filled, block_.size() - filled, 0);
      INVARIANT(got > 0 || errno == EINTR, "the kernel gives random bytes");
      if (got > 0) filled += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }

  std::array<std::uint8_t, 4000> block_{};
  std::size_t used_ = block_.size();
};

// `count` characters of five bits each, highest first.
void append_base32(std::string& out, Number number, int count) {
  for (int i = count - 1; i >= 0; --i) out += kCrockford[static_cast<std::size_t>(number >> (5 * i)) & 31U];
}

}  // namespace

Timestamp SystemClock::now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds);
  // Microseconds are enough, and shorter in the log.
  return {seconds.count(), static_cast<std::int32_t>(nanos.count() / 1000 * 1000)};
}

std::string RandomIds::next(std::string_view prefix) {
  thread_local RandomBlock random;
  std::array<std::uint8_t, kRandomBytes> bytes{};
  random.take(bytes.data(), bytes.size());
  Number number = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                 std::chrono::system_clock::now().time_since_epoch()
  )
                                                 .count());
  for (const std::uint8_t byte : bytes) number = (number << 8) | byte;
  std::string id(prefix);
  append_base32(id, number, 26);
  return id;
}

Timestamp ManualClock::now() {
  const std::lock_guard lock(mutex_);
  return now_;
}

void ManualClock::advance(Duration by) {
  const std::lock_guard lock(mutex_);
  if (const auto later = add(now_, by)) now_ = *later;
}

std::string SequentialIds::next(std::string_view prefix) {
  std::string id(prefix);
  append_base32(id, last_.fetch_add(1) + 1, 26);
  return id;
}

}  // namespace parley::turns
