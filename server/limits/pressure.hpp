// How much of the work is refused while there is more than the server manages, and which first.
//
// Fed ten times a second with the load: the delay that was measured, by the delay that is tolerated; 1 is
// just tolerable. Pressure rises while the load stays above 1, falls while it stays below a half, and keeps
// still in between, so that it does not swing. From it follows the share of each kind of work that is
// refused: a kind is refused altogether before the next one is touched. tick() from one thread at a time, the
// rest from any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parley::limits {

// In the order in which it is refused.
enum class Work : std::uint8_t {
  reading,  // new streams and WebSockets, lists, what operators look at
  fresh,    // new conversations
  running,  // messages of conversations that have begun, and what their visitors read
  vital,    // health, metrics, what operators and admins do: never refused
};
inline constexpr std::size_t kRefusable = 3;
[[nodiscard]] std::string_view name(Work work);

class Pressure {
 public:
  // Longer than a hiccup of the machine.
  static constexpr std::size_t kSamples = 3;

  void tick(double load);

  // Counts what it refuses. Of ten requests at a share of 0.3 exactly three are refused.
  [[nodiscard]] bool refuses(Work work);

  // The part of such work that is refused, 0 to 1.
  [[nodiscard]] double share(Work work) const;
  [[nodiscard]] std::uint64_t refused(Work work) const {
    return refused_[static_cast<std::size_t>(work)].load(std::memory_order_relaxed);
  }
  // When to come again.
  [[nodiscard]] std::uint32_t retry_after_seconds() const;

 private:
  // In thousandths: the first of kSlack have no effect, then each kind has a thousand.
  static constexpr std::int32_t kSlack = 500;
  static constexpr std::int32_t kHighest = kSlack + 1000 * static_cast<std::int32_t>(kRefusable);
  static constexpr std::int32_t kRise = 50;  // a tick, at a load of 1; at most twice as much
  static constexpr std::int32_t kFall = 150;

  [[nodiscard]] std::int32_t thousandths(Work work) const;

  std::array<double, kSamples> last_{};
  std::size_t next_ = 0;
  std::atomic<std::int32_t> pressure_{0};
  std::array<std::atomic<std::uint32_t>, kRefusable> dealt_{};
  std::array<std::atomic<std::uint64_t>, kRefusable> refused_{};
};

}  // namespace parley::limits
