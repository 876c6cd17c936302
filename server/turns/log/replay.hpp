// Tells a recorded conversation to the engine again and compares what it wants with what it wanted then, byte
// for byte. Calls no tool and no model: their answers are events of the log.
// Pure apart from the release look-up it is given.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/release.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

class ReleaseTable;

struct StoredLog {
  std::string conversation_id;
  std::vector<LogRecord> records;  // all of them, from sequence 1
  std::string snapshot;            // may be empty
  std::uint64_t snapshot_sequence = 0;
};

struct ReplayReport {
  std::uint64_t records = 0;
  std::uint64_t events = 0;
  std::uint64_t effects = 0;
  bool same = true;
  // The first difference.
  std::uint64_t sequence = 0;
  std::string what;  // "effect 2", "snapshot", "number of effects", "release …"
  std::string recorded;
  std::string replayed;
  std::string state_hash;  // of the state after the last record
};

using ReleaseLookup = std::function<engine::ReleasePtr(std::string_view hash)>;  // null: unknown

[[nodiscard]] ReplayReport replay(const StoredLog& log, const ReleaseLookup& release);

// Reads a conversation's log and the releases it ran on from a store.
Awaitable<Result<ReplayReport>> replay_stored(
    Store& store, ReleaseTable& releases, std::string tenant, std::string conversation_id
);

}  // namespace parley::turns
