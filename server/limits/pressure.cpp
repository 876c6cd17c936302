#include "server/limits/pressure.hpp"

#include <algorithm>

namespace parley::limits {

namespace {

// Some messages of running conversations always get through: without them nothing would ever be finished.
constexpr std::int32_t kMostOfRunning = 950;
constexpr double kRecovered = 0.5;

}  // namespace

std::string_view name(Work work) {
  switch (work) {
    case Work::reading:
      return "reading";
    case Work::fresh:
      return "new_conversation";
    case Work::running:
      return "message";
    case Work::vital:
      return "vital";
  }
  return "vital";
}

void Pressure::tick(double load) {
  last_[next_] = load;
  next_ = (next_ + 1) % kSamples;
  const auto [least, most] = std::ranges::minmax(last_);
  std::int32_t pressure = pressure_.load(std::memory_order_relaxed);
  if (least > 1) {
    pressure += static_cast<std::int32_t>(kRise * std::min(least, 2.0));
  } else if (most < kRecovered) {
    pressure -= kFall;
  }
  pressure_.store(std::clamp(pressure, 0, kHighest), std::memory_order_relaxed);
}

std::int32_t Pressure::thousandths(Work work) const {
  if (work == Work::vital) return 0;
  const std::int32_t pressure = pressure_.load(std::memory_order_relaxed);
  const std::int32_t before = kSlack + 1000 * static_cast<std::int32_t>(work);
  return std::clamp(pressure - before, 0, work == Work::running ? kMostOfRunning : 1000);
}

double Pressure::share(Work work) const {
  return thousandths(work) / 1000.0;
}

bool Pressure::refuses(Work work) {
  const auto share = static_cast<std::uint32_t>(thousandths(work));
  if (share == 0) return false;
  const auto kind = static_cast<std::size_t>(work);
  // Each request brings its share; whenever a whole one has come together, one is refused.
  const std::uint64_t before = dealt_[kind].fetch_add(share, std::memory_order_relaxed);
  if (before / 1000 == (before + share) / 1000) return false;
  refused_[kind].fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::uint32_t Pressure::retry_after_seconds() const {
  return 1 + static_cast<std::uint32_t>(pressure_.load(std::memory_order_relaxed)) / 1000;
}

}  // namespace parley::limits
