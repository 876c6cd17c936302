#include "server/api/throttle.hpp"

#include <algorithm>
#include <array>

namespace parley::api {

namespace {

constexpr std::array<std::string_view, 4> kKinds{"user", "conversation", "address", "key"};

std::int64_t whole_seconds(std::int64_t microseconds) {
  return (microseconds + 999'999) / 1'000'000;
}

std::string_view sender(std::string_view kind) {
  if (kind == "user") return "This user sends";
  if (kind == "conversation") return "This conversation gets";
  if (kind == "address") return "This address starts";
  return "This API key sends";
}

// As the IETF's draft on RateLimit header fields has them.
void append_headers(Throttle::Headers& headers, const limits::Rate& rate, const limits::Verdict& verdict) {
  const std::int64_t window = whole_seconds(rate.interval_us() * std::max<std::uint32_t>(rate.burst, 1));
  headers.emplace_back(
      "RateLimit-Policy", "\"turns\";q=" + std::to_string(rate.burst) + ";w=" + std::to_string(window)
  );
  headers.emplace_back(
      "RateLimit",
      "\"turns\";r=" + std::to_string(verdict.remaining) +
          ";t=" + std::to_string(whole_seconds(verdict.allowed ? verdict.full_in_us : verdict.retry_after_us))
  );
}

}  // namespace

CountedBy counted_by(const Caller& caller, const turns::ChatRequest& request, const net::PeerAddress& peer) {
  CountedBy by;
  const bool trusted = caller.role >= Role::operator_;
  if (trusted) by.key_bucket = "key:" + caller.id;
  // Only whoever has a key is believed whose turn it is: anybody could use up another user's.
  if (trusted && !request.user_id.empty()) {
    by.kind = "user";
    by.bucket = "user:" + caller.id + ":" + request.user_id;
  } else if (!request.conversation_id.empty()) {
    by.kind = "conversation";
    by.bucket = "conversation:" + request.conversation_id;
  } else if (!trusted && !net::is_loopback(peer)) {
    // This machine's own address is a proxy that does not say for whom, or somebody who tries something.
    by.kind = "address";
    net::PeerAddress network = peer;
    if (!network.is_v4()) std::fill(network.bytes.begin() + 8, network.bytes.end(), std::uint8_t{0});
    by.bucket = "address:" + network.to_string();
  }
  return by;
}

Throttle::Throttle(
    limits::Pressure& pressure,
    std::unique_ptr<limits::RateLimiter> limiter,
    const Access& access,
    ThrottleOptions options,
    ops::Metrics& metrics
)
    : pressure_(pressure), limiter_(std::move(limiter)), access_(access), options_(options) {
  for (const std::string_view kind : kKinds) {
    refused_.emplace_back(
        kind,
        &metrics.counter(
            "parley_rate_limited_total",
            "Turns refused because somebody sends too many.",
            "by=\"" + std::string(kind) + "\""
        )
    );
  }
}

std::optional<Problem> Throttle::refuse(limits::Work work) {
  if (!pressure_.refuses(work)) return std::nullopt;
  const std::uint32_t seconds = pressure_.retry_after_seconds();
  return Problem{
      .code = "overloaded",
      .message = "The server has more to do than it manages just now.",
      .hint = "nothing was done; try again in " + std::to_string(seconds) + " s",
      .retry_after_seconds = seconds,
  };
}

net::Awaitable<Throttle::Counted> Throttle::count(
    std::string bucket, limits::Rate rate, std::string_view kind
) {
  Counted counted{co_await limiter_->take(std::move(bucket), rate), std::nullopt};
  if (counted.verdict.allowed) co_return counted;
  std::ranges::find(refused_, kind, [](const auto& entry) {
    return std::string_view(entry.first);
  })->second->add();
  const auto seconds = static_cast<std::uint32_t>(whole_seconds(counted.verdict.retry_after_us));
  counted.problem = Problem{
      .code = "rate_limited",
      .message = std::string(sender(kind)) +
                 (kind == "address" ? " too many conversations." : " too many messages."),
      .hint = "wait " + std::to_string(seconds) + " s before the next",
      .retry_after_seconds = seconds,
  };
  co_return counted;
}

net::Awaitable<std::optional<Problem>> Throttle::refuse_turn(
    Caller caller, const turns::ChatRequest& request, net::PeerAddress peer, Headers& headers
) {
  if (auto problem = refuse(request.conversation_id.empty() ? limits::Work::fresh : limits::Work::running))
    co_return problem;
  co_return co_await refuse_sender(std::move(caller), request, peer, headers);
}

net::Awaitable<std::optional<Problem>> Throttle::refuse_sender(
    Caller caller, const turns::ChatRequest& request, net::PeerAddress peer, Headers& headers
) {
  if (access_.open() && !options_.when_open) co_return std::nullopt;
  const CountedBy by = counted_by(caller, request, peer);
  if (options_.turns.limited() && !by.bucket.empty()) {
    Counted counted = co_await count(by.bucket, options_.turns, by.kind);
    append_headers(headers, options_.turns, counted.verdict);
    if (counted.problem) co_return std::move(counted.problem);
  }
  if (options_.key_turns.limited() && !by.key_bucket.empty()) {
    Counted counted = co_await count(by.key_bucket, options_.key_turns, "key");
    co_return std::move(counted.problem);
  }
  co_return std::nullopt;
}

}  // namespace parley::api
