#include "server/stores/sqlite/checkpointer.hpp"

#include "server/stores/sqlite/connection.hpp"

namespace parley::stores {
namespace {

// A connection per copy: opening one costs little beside syncing a database, and none is left open for
// tenants that went quiet.
LogProgress::Stage copy_log(const std::string& path) {
  try {
    const Connection connection(path, Connection::Mode::write);
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    const int code =
        sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK && leaves_disk_in_doubt(SqliteFailure(code, sqlite3_errstr(code)))) {
      return LogProgress::Stage::failed;
    }
  } catch (const SqliteFailure& failure) {
    if (leaves_disk_in_doubt(failure)) return LogProgress::Stage::failed;
  }
  // Not everything may have been copied (a reader, a full disk): the writer copies the rest.
  return LogProgress::Stage::copied;
}

}  // namespace

Checkpointer::Checkpointer() : thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void Checkpointer::copy(std::string path, std::shared_ptr<LogProgress> progress) {
  progress->stage = LogProgress::Stage::copying;
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(std::move(path), std::move(progress));
  }
  work_.notify_one();
}

void Checkpointer::run() {
  while (true) {
    decltype(queue_) taken;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      taken.swap(queue_);
    }
    for (auto& [path, progress] : taken) progress->stage = copy_log(path);
  }
}

}  // namespace parley::stores
