#include "server/stores/redis/shared_limiter.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/sha256.hpp"

namespace parley::stores::redis {

namespace {

constexpr int kAttempts = 3;  // at a bucket that others take from at the same time
// Writes the new value if the old one is still there: 1, or what is there instead.
constexpr std::string_view kReplace = R"(local held = redis.call('GET', KEYS[1]) or ''
if held ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1)";

// What is not ours, or not there, is a full bucket.
std::int64_t full_at(const Seal& seal, const std::string& name, std::string_view held) {
  std::int64_t value = 0;
  if (const auto content = seal.open(name, held))
    std::from_chars(content->data(), content->data() + content->size(), value);
  return value;
}

}  // namespace

SharedLimiter::SharedLimiter(Client& client, const Seal& seal, std::string tenant, WallClock clock)
    : client_(client), seal_(seal), tenant_(std::move(tenant)), clock_(std::move(clock)) {}

net::Awaitable<limits::Verdict> SharedLimiter::take(std::string key, limits::Rate rate) {
  if (!rate.limited()) co_return limits::Verdict{};
  // A rate of its own for each, so that servers whose settings differ do not read each other's numbers.
  std::string name = tenant_key(
      tenant_,
      "rate:" + std::to_string(rate.per_minute) + ":" + std::to_string(rate.burst) + ":" +
          sha256_hex(key).substr(0, 32)
  );
  if (auto verdict = co_await take_shared(std::move(name), rate)) co_return *verdict;
  alone_.fetch_add(1, std::memory_order_relaxed);
  co_return co_await local_.take(std::move(key), rate);
}

net::Awaitable<std::optional<limits::Verdict>> SharedLimiter::take_shared(
    std::string name, limits::Rate rate
) {
  auto reply = co_await client_.ask({"GET", name});
  if (!reply) co_return std::nullopt;
  std::string held = std::move(reply->text);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::int64_t now = clock_();
    // Another server's clock may be far ahead; no bucket can be emptier than empty.
    const std::int64_t empty = now + rate.interval_us() * std::max<std::int64_t>(rate.burst, 1);
    std::int64_t full = std::min(full_at(seal_, name, held), empty);
    const limits::Verdict verdict = limits::take(rate, now, full);
    if (!verdict.allowed) co_return verdict;
    std::string sealed = seal_.close(name, std::to_string(full));
    reply = co_await client_.ask(
        {"EVAL",
         std::string(kReplace),
         "1",
         name,
         std::move(held),
         std::move(sealed),
         std::to_string(verdict.full_in_us / 1000 + 1)}
    );
    if (!reply) co_return std::nullopt;
    if (reply->kind == Reply::Kind::integer) co_return verdict;
    held = std::move(reply->text);
  }
  co_return std::nullopt;
}

}  // namespace parley::stores::redis
