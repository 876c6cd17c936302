// Carries out the batches of the turn batcher: one transaction per tenant and batch. Knows which tenants can
// no longer be written to and keeps their write-ahead logs short. Belongs to the writer thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/stores/sqlite/checkpointer.hpp"
#include "server/stores/sqlite/tenant_files.hpp"
#include "server/stores/sqlite/tenant_writer.hpp"
#include "server/stores/write.hpp"

namespace parley::stores {

class BatchWriter {
 public:
  BatchWriter(TenantFiles& files, Checkpointer& checkpointer) : files_(files), checkpointer_(checkpointer) {}

  // Sets every outcome; never throws. If a tenant's database fails, all its writes of the batch are
  // `unavailable` and nothing of them is stored.
  void write(std::span<const WriteSlot> batch);

  // Between batches.
  void keep_logs_short();

 private:
  struct Tenant {
    std::string path;
    std::unique_ptr<TenantWriter> writer;
    std::shared_ptr<LogProgress> progress = std::make_shared<LogProgress>();
    int restart_at_frames = 0;     // do not try again before the log has grown to this
    std::optional<Error> refused;  // for good: what its disk holds is in doubt
    std::optional<Error> trouble;  // the last batch failed
    std::uint64_t last_used = 0;   // batch number
  };

  Result<Tenant*> open(const std::string& name);
  void write_tenant(const std::string& name, std::span<const WriteSlot> slots);
  Error note_failure(const std::string& name, Tenant& tenant, const SqliteFailure& failure);
  Result<void> probe();
  void keep_log_short(const std::string& name, Tenant& tenant);
  void wipe_traces(const std::string& name, Tenant& tenant, int patience_ms);
  void close_least_used();

  TenantFiles& files_;
  Checkpointer& checkpointer_;
  std::map<std::string, Tenant, std::less<>> tenants_;
  std::size_t open_writers_ = 0;
  std::uint64_t batch_ = 0;
  std::vector<WriteSlot> slots_;  // of one tenant, kept for its capacity
};

}  // namespace parley::stores
