// Requests with a key that are being answered right now: the same request again waits for the same answer.
// Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "server/turns/answer.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

class InFlightRequests {
 public:
  // Held by the one that answers. Whoever waits gets the answer given to finish(), or an error when the
  // ticket is dropped without one.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), key_(std::move(other.key_)) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Ticket();
    void finish(const Result<Answer>& answer);

   private:
    friend class InFlightRequests;
    Ticket(InFlightRequests& owner, std::string key) : owner_(&owner), key_(std::move(key)) {}
    InFlightRequests* owner_ = nullptr;
    std::string key_;
  };

  // A ticket for the first; nothing when the same key is being answered already.
  [[nodiscard]] std::optional<Ticket> begin(std::string_view key, std::string_view fingerprint);

  // The answer of the one who began; nothing when that has finished meanwhile (look in the store). Another
  // fingerprint is a conflict.
  Awaitable<std::optional<Result<Answer>>> wait(std::string_view key, std::string_view fingerprint);

  // Lets go of whoever waits, unanswered. See TurnDriver::abandon_waiting().
  void abandon_waiting();

 private:
  using Outcome = std::optional<Result<Answer>>;
  struct Entry {
    std::string fingerprint;
    std::vector<std::move_only_function<void(Outcome)>> waiters;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Entry> entries;
  };
  [[nodiscard]] Shard& shard_of(const std::string& key);

  std::array<Shard, 16> shards_;
};

// The error for a key that was used with another request.
[[nodiscard]] std::unexpected<Error> key_reused();

}  // namespace parley::turns
