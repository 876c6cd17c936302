// What is refused although it could be answered: work that an overloaded server leaves to later, and turns of
// those who send too many.
//
// Turns are counted by the user that an API key's caller names, else by the conversation, and of new
// conversations of visitors by their address; those of an API key also together. A development server counts
// nothing unless told to. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/api/access.hpp"
#include "server/api/errors.hpp"
#include "server/limits/pressure.hpp"
#include "server/limits/rate.hpp"
#include "server/net/proxies.hpp"
#include "server/ops/metrics.hpp"
#include "server/turns/driver.hpp"

namespace parley::api {

struct ThrottleOptions {
  limits::Rate turns;      // of a user, a conversation or an address
  limits::Rate key_turns;  // of an API key, over all its users
  bool when_open = false;  // also on an open development server
};

// Whose turn it is, as far as counting goes: names of buckets, empty where nothing is counted.
struct CountedBy {
  std::string kind;  // "user", "conversation", "address"
  std::string bucket;
  std::string key_bucket;
};
[[nodiscard]] CountedBy counted_by(
    const Caller& caller, const turns::ChatRequest& request, const net::PeerAddress& peer
);

class Throttle {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  Throttle(
      limits::Pressure& pressure,
      std::unique_ptr<limits::RateLimiter> limiter,
      const Access& access,
      ThrottleOptions options,
      ops::Metrics& metrics
  );

  // Because there is too much to do.
  [[nodiscard]] std::optional<Problem> refuse(limits::Work work);

  // Whether a turn may begin; `headers` tell what is left, in the answer whatever it is.
  net::Awaitable<std::optional<Problem>> refuse_turn(
      Caller caller, const turns::ChatRequest& request, net::PeerAddress peer, Headers& headers
  );
  // The same for what the router has judged as work already.
  net::Awaitable<std::optional<Problem>> refuse_sender(
      Caller caller, const turns::ChatRequest& request, net::PeerAddress peer, Headers& headers
  );

 private:
  struct Counted {
    limits::Verdict verdict;
    std::optional<Problem> problem;
  };
  net::Awaitable<Counted> count(std::string bucket, limits::Rate rate, std::string_view kind);

  limits::Pressure& pressure_;
  std::unique_ptr<limits::RateLimiter> limiter_;
  const Access& access_;
  ThrottleOptions options_;
  std::vector<std::pair<std::string, ops::Counter*>> refused_;  // by kind
};

}  // namespace parley::api
