// Copies write-ahead logs into their databases in the background, so that no turn waits for it. It cannot
// start a log over while turns keep coming; the writer does that between two batches, when little is left to
// copy. Without the writer's part the log grows without end, without this part the writer stalls for tens of
// milliseconds. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace parley::stores {

// Shared by the writer and the checkpointer of one tenant.
struct LogProgress {
  enum class Stage { idle, copying, copied, failed };
  std::atomic<Stage> stage = Stage::idle;
};

class Checkpointer {
 public:
  Checkpointer();
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // `progress` goes from copying to copied, or to failed if what is on the disk is in doubt.
  void copy(std::string path, std::shared_ptr<LogProgress> progress);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<std::pair<std::string, std::shared_ptr<LogProgress>>> queue_;  // guarded by mutex_
  bool stopping_ = false;                                                    // guarded by mutex_
  std::thread thread_;
};

}  // namespace parley::stores
