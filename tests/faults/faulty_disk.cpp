// A machine that fails, for a process that is started with this library in LD_PRELOAD: its power is cut, its
// disk is full or does not sync, its clock jumps.
//
// Before bytes of a database file (or of its log) are written over, what was there is noted in the file
// $FAULTY_NOTES, and a successful fsync is noted as well. After the process was killed, power_cut.py takes
// back what was not synced, all of it or some of its pages: what a machine without power would have lost.
//
// $FAULTY_ROOT   folder whose *.db, *-wal and *-journal files are watched
// $FAULTY_FLAGS  folder where the test says what is wrong now: while a file `full` is there, nothing can be
//                written; `no_sync`: every sync fails; `clock`: the wall clock is wrong by that many seconds
// $FAULTY_SYNCHRONOUS_NORMAL=1  makes SQLite run with synchronous=NORMAL, for the control run
//
// Records of the notes: kind, length of the path, offset, length of the old bytes, old size of the file (five
// little-endian 64-bit numbers), then the path and the old bytes. Kinds: 1 written, 2 truncated, 3 synced,
// 4 created, 5 folder synced.
#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>
#include <string_view>

namespace {

enum Kind : std::uint64_t { kWritten = 1, kTruncated, kSynced, kCreated, kFolderSynced };

constexpr int kFiles = 1024;

struct Disk {
  std::mutex mutex;
  std::string root;
  int notes = -1;
  std::string flags;
  bool normal = false;
  std::array<std::string, kFiles> watched;  // by descriptor; empty: not watched
};

Disk& disk() {
  static Disk* const it = [] {
    auto* made = new Disk;
    if (const char* root = std::getenv("FAULTY_ROOT")) made->root = root;
    if (const char* notes = std::getenv("FAULTY_NOTES"))
      made->notes = static_cast<int>(
          syscall(SYS_openat, AT_FDCWD, notes, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
      );
    if (const char* flags = std::getenv("FAULTY_FLAGS")) made->flags = flags;
    made->normal = std::getenv("FAULTY_SYNCHRONOUS_NORMAL") != nullptr;
    return made;
  }();
  return *it;
}

bool is_set(const char* flag) {
  const std::string& folder = disk().flags;
  return !folder.empty() && syscall(SYS_faccessat, AT_FDCWD, (folder + "/" + flag).c_str(), F_OK) == 0;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

bool is_watched(int fd) {
  return fd >= 0 && fd < kFiles && !disk().watched[static_cast<std::size_t>(fd)].empty();
}

const std::string& path_of(int fd) {
  return disk().watched[static_cast<std::size_t>(fd)];
}

// One write: a kill leaves whole records only, apart from the last.
void note(Kind kind, std::string_view path, std::uint64_t offset, std::string_view old, std::uint64_t size) {
  const std::uint64_t head[] = {kind, path.size(), offset, old.size(), size};
  std::string record(reinterpret_cast<const char*>(head), sizeof head);
  record += path;
  record += old;
  syscall(SYS_write, disk().notes, record.data(), record.size());
}

std::uint64_t size_of(int fd) {
  struct stat status{};
  return fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void note_overwriting(Kind kind, int fd, std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t size = size_of(fd);
  std::string old;
  if (offset < size) {
    old.resize(static_cast<std::size_t>(std::min(length, size - offset)));
    const long got = syscall(SYS_pread64, fd, old.data(), old.size(), offset);
    old.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  }
  note(kind, path_of(fd), offset, old, size);
}

int opened(int fd, const char* path, bool created) {
  Disk& d = disk();
  if (fd < 0 || fd >= kFiles || d.notes < 0) return fd;
  const std::string_view name(path);
  const std::lock_guard lock(d.mutex);
  d.watched[static_cast<std::size_t>(fd)].clear();
  const bool ours = name.starts_with(d.root) &&
                    (name.ends_with(".db") || name.ends_with("-wal") || name.ends_with("-journal"));
  if (!ours) return fd;
  d.watched[static_cast<std::size_t>(fd)] = name;
  if (created) note(kCreated, name, 0, {}, 0);
  return fd;
}

int open_file(const char* path, int flags, mode_t mode) {
  const bool created = (flags & O_CREAT) != 0 && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
  return opened(static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode)), path, created);
}

ssize_t write_at(int fd, const void* bytes, std::size_t length, off64_t offset) {
  if (!is_watched(fd)) return syscall(SYS_pwrite64, fd, bytes, length, offset);
  if (is_set("full")) {
    errno = ENOSPC;
    return -1;
  }
  const std::lock_guard lock(disk().mutex);
  note_overwriting(kWritten, fd, static_cast<std::uint64_t>(offset), length);
  return syscall(SYS_pwrite64, fd, bytes, length, offset);
}

int truncate_to(int fd, off64_t length) {
  if (!is_watched(fd)) return static_cast<int>(syscall(SYS_ftruncate, fd, length));
  const std::lock_guard lock(disk().mutex);
  note_overwriting(kTruncated, fd, static_cast<std::uint64_t>(length), UINT64_MAX);
  return static_cast<int>(syscall(SYS_ftruncate, fd, length));
}

// The lock is held meanwhile, so that nothing that was written during the sync counts as synced.
int sync_file(int fd, long number) {
  Disk& d = disk();
  if (d.notes < 0) return static_cast<int>(syscall(number, fd));
  if (is_watched(fd) && is_set("no_sync")) {
    errno = EIO;
    return -1;
  }
  const std::lock_guard lock(d.mutex);
  const int code = static_cast<int>(syscall(number, fd));
  if (code != 0) return code;
  if (is_watched(fd)) note(kSynced, path_of(fd), 0, {}, 0);
  struct stat status{};
  if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    std::array<char, 4096> name{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    if (readlink(link.c_str(), name.data(), name.size() - 1) > 0) note(kFolderSynced, name.data(), 0, {}, 0);
  }
  return code;
}

std::int64_t seconds_wrong() {
  const std::string path = disk().flags + "/clock";
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd < 0) return 0;
  std::array<char, 32> text{};
  const long got = syscall(SYS_read, fd, text.data(), text.size() - 1);
  syscall(SYS_close, fd);
  return got > 0 ? std::strtoll(text.data(), nullptr, 10) : 0;
}

mode_t mode_argument(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_file(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_file(path, flags, mode);
}

int close(int fd) {
  if (is_watched(fd)) {
    const std::lock_guard lock(disk().mutex);
    disk().watched[static_cast<std::size_t>(fd)].clear();
  }
  return static_cast<int>(syscall(SYS_close, fd));
}

ssize_t pwrite(int fd, const void* bytes, std::size_t length, off_t offset) {
  return write_at(fd, bytes, length, offset);
}

ssize_t pwrite64(int fd, const void* bytes, std::size_t length, off64_t offset) {
  return write_at(fd, bytes, length, offset);
}

int ftruncate(int fd, off_t length) noexcept {
  return truncate_to(fd, length);
}

int ftruncate64(int fd, off64_t length) noexcept {
  return truncate_to(fd, length);
}

int fsync(int fd) {
  return sync_file(fd, SYS_fsync);
}

int fdatasync(int fd) {
  return sync_file(fd, SYS_fdatasync);
}

int clock_gettime(clockid_t clock, struct timespec* time) noexcept {
  const int code = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (code == 0 && clock == CLOCK_REALTIME && !disk().flags.empty()) time->tv_sec += seconds_wrong();
  return code;
}

int sqlite3_exec(
    sqlite3* db, const char* sql, int (*row)(void*, int, char**, char**), void* context, char** error
) {
  const bool weaker = disk().normal && std::strstr(sql, "synchronous = FULL") != nullptr;
  return next<decltype(&sqlite3_exec)>("sqlite3_exec")(
      db, weaker ? "PRAGMA synchronous = NORMAL" : sql, row, context, error
  );
}

// The server makes sure that the setting has been taken; for the control run it is told so.
int sqlite3_prepare_v3(
    sqlite3* db, const char* sql, int length, unsigned flags, sqlite3_stmt** statement, const char** tail
) {
  const std::string_view text =
      length < 0 ? std::string_view(sql) : std::string_view(sql, static_cast<std::size_t>(length));
  const bool asks = disk().normal && text.starts_with("PRAGMA synchronous");
  return next<decltype(&sqlite3_prepare_v3)>("sqlite3_prepare_v3")(
      db, asks ? "SELECT 2" : sql, asks ? -1 : length, flags, statement, tail
  );
}
}
