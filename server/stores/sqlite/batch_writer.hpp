// Carries out the batches of the turn batcher: one transaction per tenant and batch. Knows which tenants can
// no longer be written to, keeps their write-ahead logs short, and removes what erasures leave in their
// files, in pieces between which turns go on. Belongs to the writer thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/stores/sqlite/checkpointer.hpp"
#include "server/stores/sqlite/tenant_files.hpp"
#include "server/stores/sqlite/tenant_writer.hpp"
#include "server/stores/write.hpp"

namespace parley::stores {

// What is left of finished erasures in a file: it goes on with being removed, or something is in the way.
enum class Traces : std::uint8_t { none, going, held_up };

class BatchWriter {
 public:
  BatchWriter(TenantFiles& files, Checkpointer& checkpointer) : files_(files), checkpointer_(checkpointer) {}

  // Sets every outcome; never throws. If a tenant's database fails, all its writes of the batch are
  // `unavailable` and nothing of them is stored.
  void write(std::span<const WriteSlot> batch);

  // Between batches. When it wants to be called again, though there has been none.
  std::optional<std::chrono::milliseconds> keep_up();
  [[nodiscard]] Traces traces(std::string_view tenant) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Tenant {
    std::string path;
    std::unique_ptr<TenantWriter> writer;
    std::shared_ptr<LogProgress> progress = std::make_shared<LogProgress>();
    int restart_at_frames = 0;     // do not try again before the log has grown to this
    std::optional<Error> refused;  // for good: what its disk holds is in doubt
    std::optional<Error> trouble;  // the last batch failed
    std::uint64_t last_used = 0;   // batch number
    std::int64_t next_page = 0;    // up to which traces are removed
    Clock::time_point wipe_after;  // not before
  };

  Result<Tenant*> open(const std::string& name);
  void write_tenant(const std::string& name, std::span<const WriteSlot> slots);
  Error note_failure(const std::string& name, Tenant& tenant, const SqliteFailure& failure);
  Result<void> probe();
  void keep_log_short(const std::string& name, Tenant& tenant);
  void find_traces();
  void note_traces(const std::string& name, Traces traces);
  void wipe_some(const std::string& name, Tenant& tenant);
  void reopen(Tenant& tenant);
  void close_least_used();

  TenantFiles& files_;
  Checkpointer& checkpointer_;
  std::map<std::string, Tenant, std::less<>> tenants_;
  std::size_t open_writers_ = 0;
  std::uint64_t batch_ = 0;
  std::vector<WriteSlot> slots_;                       // of one tenant, kept for its capacity
  bool looked_ = false;                                // for what an earlier run has left
  std::map<std::string, Traces, std::less<>> traces_;  // of those that have some
};

}  // namespace parley::stores
