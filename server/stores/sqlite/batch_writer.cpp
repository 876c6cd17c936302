#include "server/stores/sqlite/batch_writer.hpp"

#include <algorithm>
#include <utility>

namespace parley::stores {
namespace {

constexpr std::size_t kOpenWritersMax = 64;
constexpr int kCopyFrames = 1'000;       // 4 MB of log: start copying
constexpr int kRetryFrames = 256;        // after a reader was in the way
constexpr int kImpatientFrames = 8'000;  // 32 MB: from here rather wait than grow on
constexpr int kPatientWaitMs = 2;
constexpr int kImpatientWaitMs = 500;
constexpr int kImpatientPart = 4;  // waited in vain: not again before the log grew by this part of itself
constexpr std::int64_t kPagesAtOnce = 2'048;         // 8 MB: some ten milliseconds, most of them for the sync
constexpr std::chrono::milliseconds kHeldUp{100};    // who reads for long is not asked more often
constexpr std::chrono::milliseconds kBroken{1'000};  // nor a disk that fails

bool is_probe(const Write& write) {
  return std::holds_alternative<Probe>(write.work);
}

bool ends_erasure(const WriteSlot& slot) {
  const auto* piece = std::get_if<turns::Erase>(&slot.write->work);
  return piece != nullptr && piece->entry.finished_at && slot.outcome->has_value();
}

}  // namespace

void BatchWriter::write(std::span<const WriteSlot> batch) {
  ++batch_;
  // Most batches are of one tenant; with several, each pass takes the next one's writes in their order.
  std::vector<bool> taken(batch.size(), false);
  for (std::size_t first = 0; first < batch.size(); ++first) {
    if (taken[first]) continue;
    if (is_probe(*batch[first].write)) {
      *batch[first].outcome = probe();
      continue;
    }
    slots_.clear();
    const std::string& name = batch[first].write->tenant;
    for (std::size_t i = first; i < batch.size(); ++i) {
      if (taken[i] || is_probe(*batch[i].write) || batch[i].write->tenant != name) continue;
      taken[i] = true;
      slots_.push_back(batch[i]);
    }
    write_tenant(name, slots_);
  }
}

void BatchWriter::write_tenant(const std::string& name, std::span<const WriteSlot> slots) {
  std::optional<Error> error;
  if (auto tenant = open(name); !tenant) {
    error = tenant.error();
  } else {
    try {
      (*tenant)->writer->write_batch(slots);
      (*tenant)->trouble.reset();
      if (std::ranges::any_of(slots, ends_erasure)) {
        (*tenant)->next_page = 0;
        note_traces(name, Traces::going);
      }
      return;
    } catch (const SqliteFailure& failure) {
      error = note_failure(name, **tenant, failure);
    }
  }
  for (const WriteSlot& slot : slots) *slot.outcome = std::unexpected(*error);
}

Result<BatchWriter::Tenant*> BatchWriter::open(const std::string& name) {
  auto known = tenants_.find(name);
  if (known == tenants_.end()) {
    auto path = files_.database(name, true);
    if (!path) return std::unexpected(path.error());
    known = tenants_.try_emplace(name).first;
    known->second.path = **path;
  }
  Tenant& tenant = known->second;
  tenant.last_used = batch_;
  if (tenant.refused) return std::unexpected(*tenant.refused);
  if (tenant.writer == nullptr) {
    if (open_writers_ >= kOpenWritersMax) close_least_used();
    try {
      tenant.writer = std::make_unique<TenantWriter>(tenant.path);
      tenant.restart_at_frames = 0;
      ++open_writers_;
    } catch (const SqliteFailure& failure) {
      return std::unexpected(note_failure(name, tenant, failure));
    }
  }
  return &tenant;
}

Error BatchWriter::note_failure(const std::string& name, Tenant& tenant, const SqliteFailure& failure) {
  Error error = to_error(failure);
  error.code = ErrorCode::unavailable;
  tenant.trouble = error;
  if (leaves_disk_in_doubt(failure)) {
    // A sync that failed once may "succeed" the next time without having written: nothing can be promised.
    tenant.refused = Error{
        ErrorCode::unavailable,
        "Nothing more is saved for tenant " + name + " since its database failed: " + error.message,
        {},
        "Check the disk of the data folder, then restart the server."
    };
    if (tenant.writer != nullptr) tenant.writer->forgo_last_checkpoint();
  }
  // A full disk leaves the connection sound. After anything else start from a new one.
  if ((failure.code() & 0xFF) != SQLITE_FULL && tenant.writer != nullptr) {
    tenant.writer.reset();
    --open_writers_;
  }
  return error;
}

Result<void> BatchWriter::probe() {
  for (auto& [name, tenant] : tenants_) {
    if (tenant.refused) return std::unexpected(*tenant.refused);
    if (!tenant.trouble) continue;
    if (auto opened = open(name); !opened) return std::unexpected(opened.error());
    try {
      tenant.writer->probe();
      tenant.trouble.reset();
    } catch (const SqliteFailure& failure) {
      return std::unexpected(note_failure(name, tenant, failure));
    }
  }
  return {};
}

std::optional<std::chrono::milliseconds> BatchWriter::keep_up() {
  if (!std::exchange(looked_, true)) find_traces();
  std::optional<std::chrono::milliseconds> again;
  for (auto& [name, tenant] : tenants_) {
    if (traces(name) != Traces::none) {
      if (Clock::now() >= tenant.wipe_after) wipe_some(name, tenant);
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(tenant.wipe_after - Clock::now());
      const auto wait = std::max(left, std::chrono::milliseconds(0));
      if (traces(name) != Traces::none) again = std::min(again.value_or(wait), wait);
    }
    if (tenant.writer != nullptr) keep_log_short(name, tenant);
  }
  return again;
}

// ---- what erasures leave

Traces BatchWriter::traces(std::string_view tenant) const {
  const auto found = traces_.find(tenant);
  return found == traces_.end() ? Traces::none : found->second;
}

void BatchWriter::note_traces(const std::string& name, Traces traces) {
  if (traces == Traces::none) {
    traces_.erase(name);
  } else {
    traces_.insert_or_assign(name, traces);
  }
}

// The server has stopped before they were removed.
void BatchWriter::find_traces() {
  for (const std::string& name : files_.tenants()) {
    try {
      const auto path = files_.database(name, false);
      if (!path || !*path) continue;  // whoever needs it is told
      Connection file(**path, Connection::Mode::read);
      if (file.integer("SELECT count(*) FROM trace") == 0) continue;
      note_traces(name, Traces::going);
      (void)open(name);
    } catch (const SqliteFailure&) {
      // The same.
    }
  }
}

// One piece. Each begins with an empty log and ends with a writer that has no page in its cache: so what it
// overwrites is the only copy of a page, and stays the only one.
void BatchWriter::wipe_some(const std::string& name, Tenant& tenant) {
  using Stage = LogProgress::Stage;
  try {
    const auto opened = open(name);
    const bool can = opened && tenant.progress->stage != Stage::failed;
    if (!can || tenant.progress->stage == Stage::copying || !tenant.writer->cut_log_off(kPatientWaitMs)) {
      tenant.wipe_after = Clock::now() + kHeldUp;
      return note_traces(name, Traces::held_up);
    }
    note_traces(name, Traces::going);
    tenant.restart_at_frames = 0;
    tenant.progress->stage = Stage::idle;
    if (tenant.writer->traces().value_or(TracesLeft{}).of_user) {
      const auto next = tenant.writer->overwrite_some(tenant.next_page, kPagesAtOnce);
      reopen(tenant);
      tenant.next_page = next.value_or(0);
      if (next) return;
    }
    tenant.writer->traces_removed();
    note_traces(name, Traces::none);
  } catch (const SqliteFailure& failure) {
    note_failure(name, tenant, failure);
    note_traces(name, Traces::held_up);
    tenant.wipe_after = Clock::now() + kBroken;
  }
}

void BatchWriter::reopen(Tenant& tenant) {
  tenant.writer.reset();
  --open_writers_;
  tenant.writer = std::make_unique<TenantWriter>(tenant.path);
  ++open_writers_;
}

// ---- logs

void BatchWriter::keep_log_short(const std::string& name, Tenant& tenant) {
  using Stage = LogProgress::Stage;
  const int frames = tenant.writer->log_frames();
  const Stage stage = tenant.progress->stage;
  if (stage == Stage::failed) {
    note_failure(name, tenant, SqliteFailure(SQLITE_IOERR_FSYNC, "copying the write-ahead log failed"));
    return;
  }
  const bool impatient = frames >= kImpatientFrames;
  if (frames < std::max(kCopyFrames, tenant.restart_at_frames)) return;
  if (stage == Stage::copying && !impatient) return;
  if (stage == Stage::idle) {
    checkpointer_.copy(tenant.path, tenant.progress);
    return;
  }
  try {
    const bool restarted = tenant.writer->restart_log(impatient ? kImpatientWaitMs : kPatientWaitMs);
    // Every wait stops the turns of everybody; while somebody reads for long (a backup), they get rarer.
    const int pause = impatient ? std::max(kRetryFrames, frames / kImpatientPart) : kRetryFrames;
    tenant.restart_at_frames = restarted ? 0 : frames + pause;
    if (restarted) tenant.progress->stage = Stage::idle;
  } catch (const SqliteFailure& failure) {
    tenant.restart_at_frames = frames + kCopyFrames;
    note_failure(name, tenant, failure);
  }
}

void BatchWriter::close_least_used() {
  Tenant* least = nullptr;
  for (auto& [name, tenant] : tenants_) {
    if (tenant.writer == nullptr) continue;
    if (least == nullptr || tenant.last_used < least->last_used) least = &tenant;
  }
  if (least == nullptr) return;
  least->writer.reset();
  --open_writers_;
}

}  // namespace parley::stores
