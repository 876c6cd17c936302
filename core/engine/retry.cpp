#include "engine/retry.hpp"

#include <algorithm>
#include <array>

namespace parley::engine {

namespace {

// Failures that may be gone at the next attempt.
constexpr auto kPassing = std::to_array<std::string_view>({
    "http_408",
    "http_425",
    "http_429",
    "http_500",
    "http_502",
    "http_503",
    "http_504",
    "in_doubt",
    "no_worker",
    "rate_limited",
    "timeout",
    "unavailable",
    "worker_busy",
});

}  // namespace

std::optional<Duration> pause_before_retry(
    const flow::Retry& retry, std::uint32_t attempts, const ToolFailed& failure
) {
  if (attempts > retry.max) return std::nullopt;
  if (failure.in_doubt) return std::nullopt;
  const bool wanted = retry.on.empty()
                          ? std::ranges::find(kPassing, std::string_view(failure.code)) != kPassing.end()
                          : std::ranges::find(retry.on, failure.code, &flow::Name::text) != retry.on.end();
  if (!wanted) return std::nullopt;
  const auto most = static_cast<double>(retry.max_backoff_ms);
  double pause = std::min(most, static_cast<double>(retry.backoff_ms));
  for (std::uint32_t i = 1; i < attempts && pause < most; ++i) pause = std::min(most, pause * retry.factor);
  // The dice take away up to `jitter` of the pause, so that callers who failed together do not come back so.
  pause -= pause * retry.jitter * (static_cast<double>(failure.dice) / kDiceSides);
  const auto milliseconds = static_cast<std::int64_t>(pause);
  return Duration{milliseconds / 1000, static_cast<std::int32_t>(milliseconds % 1000 * 1'000'000)};
}

}  // namespace parley::engine
