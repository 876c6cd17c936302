// For tests: while it lives, databases opened in this process go through a disk that can be told to fail.
// Close every database before it ends.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>

namespace parley::stores {

class FaultyDisk {
 public:
  FaultyDisk() {
    base_ = sqlite3_vfs_find(nullptr);
    vfs_ = *base_;
    vfs_.zName = "faulty";
    vfs_.pNext = nullptr;
    vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
      const int code = base_->xOpen(base_, name, file, flags, out);
      if (file->pMethods != nullptr) file->pMethods = faulty(file->pMethods);
      return code;
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk() {
    sqlite3_vfs_register(base_, 1);
    sqlite3_vfs_unregister(&vfs_);
    fail_sync = false;
    full = false;
  }

  static inline std::atomic<bool> fail_sync = false;
  static inline std::atomic<bool> full = false;

 private:
  struct Methods {
    sqlite3_io_methods faulty;
    const sqlite3_io_methods* sound;
  };

  // The same methods, except for those that fail. SQLite has a handful of tables; each gets one twin for
  // ever.
  static const sqlite3_io_methods* faulty(const sqlite3_io_methods* sound) {
    const std::lock_guard lock(mutex_);
    const auto [twin, fresh] = twins_.try_emplace(sound, Methods{*sound, sound});
    if (fresh) {
      twin->second.faulty.xSync = [](sqlite3_file* file, int flags) {
        return fail_sync ? SQLITE_IOERR_FSYNC : sound_of(file)->xSync(file, flags);
      };
      twin->second.faulty.xWrite = [](sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
        return full ? SQLITE_FULL : sound_of(file)->xWrite(file, data, size, offset);
      };
    }
    return &twin->second.faulty;
  }
  static const sqlite3_io_methods* sound_of(sqlite3_file* file) {
    return reinterpret_cast<const Methods*>(file->pMethods)->sound;
  }

  static inline sqlite3_vfs* base_ = nullptr;
  static inline std::mutex mutex_;
  static inline std::map<const sqlite3_io_methods*, Methods> twins_;
  sqlite3_vfs vfs_{};
};

}  // namespace parley::stores
