// Erasing: everything of a user, and conversations that are past. Both in pieces of a few conversations, each
// a transaction of its own, so that nobody's turn waits for long; both leave a record of who did it, when and
// how much.
//
// A conversation is set aside before it is erased: a turn that runs is waited for, and none begins before the
// piece is written. With conversations goes what was granted to connectors in them. Thread-safe; called from
// loop threads. An erasure that fails half way has erased what it has erased; made again, it erases the rest.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/ports.hpp"

namespace parley::erasure {

class Eraser {
 public:
  struct World {
    turns::Store& store;
    turns::Clock& clock;
    turns::IdSource& ids;
    turns::TurnDriver* driver = nullptr;  // null: no turns run
    // Lets go of what is known of a user beside the store.
    std::function<void(const std::string& tenant, const std::string& user_id)> forget =
        [](const std::string&, const std::string&) {};
    turns::Alarms* alarms = &turns::system_alarms();
  };

  explicit Eraser(World world) : world_(std::move(world)) {}

  // Everything that is stored of a user. The record of it.
  turns::Awaitable<Result<turns::ErasureEntry>> erase_user(
      std::string tenant, std::string user_id, std::string author
  );

  // Conversations whose last turn is longer ago than `keep`. The record, if there were any.
  turns::Awaitable<Result<std::optional<turns::ErasureEntry>>> erase_expired(
      std::string tenant, Duration keep
  );

  // Does that again and again, as long as `keep` gives a duration, until stop().
  struct Upkeep {
    std::string tenant;
    std::function<std::optional<Duration>()> keep;
    std::function<void(const Result<std::optional<turns::ErasureEntry>>&)> told;  // of each pass
  };
  turns::Awaitable<void> run_upkeep(Upkeep upkeep);
  void stop() { stopping_.store(true, std::memory_order_relaxed); }

 private:
  [[nodiscard]] turns::ErasureEntry begin(std::string cause, std::string author);
  // With `before` only those to which nobody has come back since, here or at another server.
  turns::Awaitable<Result<void>> erase_piece(
      const std::string& tenant,
      const turns::ErasureEntry& entry,
      std::vector<std::string> conversations,
      std::optional<Timestamp> before
  );
  void let_go(const std::string& tenant, const std::vector<std::string>& conversations);
  turns::Awaitable<Result<std::vector<std::string>>> grants_left_over(
      const std::string& tenant, const std::string& user_id
  );
  turns::Awaitable<Result<turns::ErasureEntry>> finish(const std::string& tenant, turns::Erase last);

  World world_;
  std::atomic<bool> stopping_{false};
};

}  // namespace parley::erasure
