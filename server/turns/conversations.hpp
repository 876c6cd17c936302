// One turn at a time per conversation, and the states of the conversations used last.
//
// A Lease is the right to work on a conversation. Others wait in line and resume, in order, on their own
// loops. The cached state travels with the lease: whoever holds it takes it out, changes it and puts it back
// only when the change is committed. Thread-safe; a lease belongs to one coroutine.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// A conversation in memory, as of its last commit.
struct Hot {
  engine::State state;
  engine::ReleasePtr release;  // the one that state.release names
  ConversationSummary summary;
  bool unsettled = false;  // just read, and a turn of it is open or has broken off
  WorkerId worker = 0;     // whose turn that is
  bool worker_lives = false;
  bool goes_elsewhere = false;  // the last time it was met here, another process had taken turns of it
};

class ConversationTable {
  struct Shard;
  struct Slot;

 public:
  // Of waiting requests per conversation.
  static constexpr std::size_t kMaxWaiting = 32;

  explicit ConversationTable(std::size_t cached_conversations);

  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept : shard_(other.shard_), slot_(std::exchange(other.slot_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(shard_, other.shard_);
      std::swap(slot_, other.slot_);
      return *this;
    }
    ~Lease() {
      if (slot_ != nullptr) leave(*shard_, *slot_);
    }

    // Null when it is not cached.
    [[nodiscard]] std::unique_ptr<Hot> take();
    void put(std::unique_ptr<Hot> hot);

   private:
    friend class ConversationTable;
    Lease(Shard& shard, Slot& slot) : shard_(&shard), slot_(&slot) {}

    Shard* shard_ = nullptr;
    Slot* slot_ = nullptr;
  };

  // Waits for its turn. ErrorCode::unavailable when too many wait already. `latest`: those who wait in the
  // same way are sent off with ErrorCode::conflict and the pointer "superseded".
  Awaitable<Result<Lease>> admit(std::string key, bool latest = false);
  // The same without waiting: nothing when somebody else works on it.
  [[nodiscard]] std::optional<Lease> try_admit(std::string_view key);

  // Lets go of whoever waits, without a lease. See TurnDriver::abandon_waiting().
  void abandon_waiting();

  [[nodiscard]] std::size_t cached() const;
  // What follows this beginning in the keys of the cached ones.
  [[nodiscard]] std::vector<std::string> kept(std::string_view beginning) const;

  [[nodiscard]] static std::string key(std::string_view tenant, std::string_view conversation_id);

 private:
  enum class Admitted : std::uint8_t { now, full, superseded };
  struct Waiter {
    std::move_only_function<void(Admitted)> done;
    bool latest = false;
  };
  using Waiters = std::deque<Waiter>;

  struct Slot {
    std::string key;
    bool busy = false;
    std::unique_ptr<Waiters> waiters;  // made when somebody waits
    std::unique_ptr<Hot> hot;
  };

  struct Shard {
    mutable std::mutex mutex;
    std::size_t capacity = 0;
    std::list<Slot> slots;                                                   // used last first
    std::unordered_map<std::string_view, std::list<Slot>::iterator> by_key;  // views into Slot::key
  };

  static constexpr std::size_t kShards = 16;

  [[nodiscard]] Shard& shard_of(std::string_view key);
  static Slot& find_or_add(Shard& shard, std::string_view key);
  static Waiters superseded(Slot& slot);
  static void leave(Shard& shard, Slot& slot);
  static void forget_oldest(Shard& shard);

  std::array<Shard, kShards> shards_;
};

}  // namespace parley::turns
